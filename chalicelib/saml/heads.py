"""The head of a request: what every kind of it must state (SAML core 3.2.1)."""

from datetime import datetime
from typing import Protocol

from chalicelib.errors import InvalidMessage
from chalicelib.saml.times import OLDEST_REQUEST, SKEW, instant, written


class Head(Protocol):
    """The attributes of any request, as pysaml2 reads them."""

    id: str | None
    version: str | None
    issue_instant: str | None


def check_head(request: Head, now: datetime) -> None:
    """Raise `InvalidMessage` unless a request has an ID, is of SAML 2.0 and was made in the last minutes."""
    if not request.id:
        raise InvalidMessage("ID", received="", expected="one that is new for each message")
    if request.version != "2.0":
        raise InvalidMessage("Version", received=request.version or "", expected="2.0")
    if not now - OLDEST_REQUEST - SKEW <= instant(request.issue_instant or "") <= now + SKEW:
        expected = f"{written(now - OLDEST_REQUEST)} to {written(now)}"
        raise InvalidMessage("IssueInstant", received=request.issue_instant or "", expected=expected)
