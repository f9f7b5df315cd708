"""Instants in SAML: UTC, and one skew for every check."""

import re
from datetime import UTC, datetime, timedelta

from chalicelib.errors import InvalidMessage

SKEW = timedelta(seconds=60)
"""How far another clock may be off. The same everywhere."""

OLDEST_REQUEST = timedelta(minutes=5)
"""A request may have waited this long in a browser (combiconnect.md section 6)."""

ANSWER_LIFE = timedelta(minutes=2)
"""An answer is good for two minutes after it leaves us (combiconnect.md 3.4)."""


_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
_FIRST_YEAR, _LAST_YEAR = 1900, 9998
"""With room for every sum that is made with an instant."""


def instant(text: str) -> datetime:
    """Read an xs:dateTime with a time zone. Raises `InvalidMessage`."""
    wanted = "an instant like 2031-01-31T23:59:59Z"
    try:
        moment = datetime.fromisoformat(text) if _INSTANT.fullmatch(text) else None
    except ValueError:
        moment = None
    if moment is None:
        raise InvalidMessage("not an instant with a time zone", received=text, expected=wanted)
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        reason = "an instant at the edge of the calendar"
        raise InvalidMessage(reason, received=text, expected=f"a year from {_FIRST_YEAR} to {_LAST_YEAR}")
    return moment.astimezone(UTC)


def written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
