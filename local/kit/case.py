"""One recorded request, and what it is judged by."""

from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from chalicelib.catalogue.model import Profile
from chalicelib.errors import InvalidMessage
from chalicelib.saml.partners.registration import Imported
from local.kit.findings import Finding, mend
from local.kit.recorded import Recording

Element = etree._Element


@dataclass(frozen=True, slots=True)
class Case:
    """A recording, and what it is judged by."""

    recording: Recording
    root: Element
    address: str
    """Where such a message belongs."""
    imported: Imported | None
    """The sender's metadata, if it was given."""
    now: datetime
    """When it was sent, as far as that is known."""

    @property
    def national(self) -> bool:
        return self.imported is not None and self.imported.profile is Profile.COMBICONNECT


def broken(error: InvalidMessage) -> Finding:
    return mend(error.reason, told(error))


def told(error: InvalidMessage) -> str:
    return f"received {error.received}; expected {error.expected}"
