"""What our role towards service providers works with."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.login.ports import LoginPorts
from chalicelib.saml.combiconnect.artifacts import Artifacts
from chalicelib.saml.messages.ourselves import Ourselves
from chalicelib.saml.partners.directory import Directory
from chalicelib.settings import Settings


class ProviderPorts(LoginPorts, Protocol):
    settings: Settings

    pick: Callable[[int], int]

    @property
    def catalogue(self) -> DynamoCatalogue: ...

    @property
    def artifacts(self) -> Artifacts: ...

    @property
    def ourselves(self) -> Ourselves: ...

    @property
    def partners(self) -> Directory: ...

    def use_once(self, kind: str, sender: str, message_id: str, now: datetime) -> None:
        """Remember an id. Raises `InvalidMessage` if it was seen before."""
        ...
