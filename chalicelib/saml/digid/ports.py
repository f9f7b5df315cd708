"""What our role towards DigiD works with."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from chalicelib.saml.messages.ourselves import Ourselves
from chalicelib.saml.partners.directory import Directory

if TYPE_CHECKING:
    from chalicelib.saml.digid.back_channel import BackChannel


class DigidPorts(Protocol):
    new_id: Callable[[], str]

    @property
    def ourselves(self) -> Ourselves: ...

    @property
    def partners(self) -> Directory: ...

    @property
    def back_channel(self) -> "BackChannel": ...
