"""Instants in SAML: UTC, and one skew for every check."""

from datetime import UTC, datetime, timedelta

from chalicelib.errors import InvalidMessage

SKEW = timedelta(seconds=60)
"""How far another clock may be off. The same everywhere."""

OLDEST_REQUEST = timedelta(minutes=5)
"""A request may have waited this long in a browser (combiconnect.md section 6)."""

ANSWER_LIFE = timedelta(minutes=2)
"""An answer is good for two minutes after it leaves us (combiconnect.md 3.4)."""


def instant(text: str) -> datetime:
    """Read an xs:dateTime in UTC. Raises `InvalidMessage`."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidMessage("not an instant", received=text, expected="such as 2026-01-31T12:00:00Z") from None
    if moment.utcoffset() is None:
        raise InvalidMessage("instant without a time zone", received=text, expected="in UTC, ending in Z")
    return moment.astimezone(UTC)


def written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
