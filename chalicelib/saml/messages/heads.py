"""The head of a message: what every request, answer and assertion must state (SAML core 2.3.3, 3.2.1, 3.2.2)."""

from datetime import datetime
from typing import Protocol

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft.times import OLDEST_REQUEST, SKEW, instant, written


class Head(Protocol):
    """The attributes of any message, as pysaml2 reads them."""

    @property
    def id(self) -> str | None: ...

    @property
    def version(self) -> str | None: ...

    @property
    def issue_instant(self) -> str | None: ...


def check_head(message: Head, now: datetime) -> None:
    """Raise `InvalidMessage` unless a message has an ID, is of SAML 2.0 and was made in the last minutes."""
    if not message.id:
        raise InvalidMessage("ID", received="", expected="one that is new for each message")
    if message.version != "2.0":
        raise InvalidMessage("Version", received=message.version or "", expected="2.0")
    if not now - OLDEST_REQUEST - SKEW <= instant(message.issue_instant or "") <= now + SKEW:
        expected = f"{written(now - OLDEST_REQUEST)} to {written(now)}"
        raise InvalidMessage("IssueInstant", received=message.issue_instant or "", expected=expected)


def check_not_over(what: str, stated: str, now: datetime) -> None:
    """Raise `InvalidMessage` when an instant that ends something is past."""
    if instant(stated) <= now - SKEW:
        raise InvalidMessage(what, received=stated, expected=f"after {written(now)}")
