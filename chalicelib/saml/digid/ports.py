"""What our role towards DigiD works with."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from chalicelib.saml.craft.keys import OurKeys
from chalicelib.saml.messages.with_digid import Us
from chalicelib.saml.partners.roles import IdentityProvider

if TYPE_CHECKING:
    from chalicelib.saml.digid.back_channel import BackChannel


class DigidPorts(Protocol):
    @property
    def encryption(self) -> OurKeys:
        """With which DigiD may encrypt what it tells us."""
        ...

    @property
    def back_channel(self) -> "BackChannel": ...

    @property
    def new_id(self) -> Callable[[], str]: ...

    def us(self, now: datetime) -> Us: ...

    def digid(self, now: datetime) -> tuple[IdentityProvider, str]:
        """Return DigiD, and the binding by which it is asked to answer."""
        ...
