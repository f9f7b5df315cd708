"""What our role towards service providers works with."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from chalicelib.catalogue.model import Connection
from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.login.ports import LoginPorts
from chalicelib.saml.combiconnect.artifacts import Artifacts
from chalicelib.saml.craft.encryption import Recipient
from chalicelib.saml.craft.keys import OurKeys
from chalicelib.saml.messages.assertions import Identities
from chalicelib.saml.messages.authn_request import OurNames
from chalicelib.saml.partners.roles import ServiceProvider
from chalicelib.settings import Settings


class ProviderPorts(LoginPorts, Protocol):
    @property
    def settings(self) -> Settings: ...

    @property
    def catalogue(self) -> DynamoCatalogue: ...

    @property
    def artifacts(self) -> Artifacts: ...

    @property
    def encryption(self) -> OurKeys: ...

    @property
    def pick(self) -> Callable[[int], int]: ...

    @property
    def as_asked(self) -> OurNames: ...

    def use_once(self, kind: str, sender: str, message_id: str, now: datetime) -> None:
        """Remember an id. Raises `InvalidMessage` if it was seen before."""
        ...

    def identities(self, now: datetime) -> Identities: ...

    def connected(self, entity_id: str, now: datetime) -> tuple[Connection, ServiceProvider]:
        """Return a connection and what its metadata says. Raises `NotOpen` for one that is not there or not open."""
        ...

    def recipient(self, connection: Connection, entity_id: str, now: datetime) -> Recipient:
        """Return who may read what is told about a service of `entity_id`. Raises `NotOpen`."""
        ...
