"""Secrets as Secrets Manager holds them: kept for minutes, so that one that rotates is noticed without a restart."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.errors import Unavailable
from chalicelib.observe import log

FRESH = timedelta(minutes=5)
"""How long a rotated secret may go unnoticed."""

STALE = timedelta(hours=1)
"""How long the last known value serves while Secrets Manager does not answer."""

_PAUSE = timedelta(seconds=30)
"""Between two questions to a Secrets Manager that does not answer: each costs a visitor the time-out."""


@dataclass(frozen=True, slots=True)
class _Kept:
    text: str = field(repr=False)
    read_at: datetime
    ask_again_at: datetime


class Keyring:
    """Secrets by name. `read` returns one secret's text, and raises `Unavailable`."""

    def __init__(self, read: Callable[[str], str], clock: Callable[[], datetime]) -> None:
        self._read, self._clock = read, clock
        self._kept: dict[str, _Kept] = {}

    def get(self, name: str) -> str:
        """Return a secret that was read no longer ago than `FRESH`, or `STALE` in an outage. Raises `Unavailable`."""
        now, kept = self._clock(), self._kept.get(name)
        if kept is not None and now < kept.ask_again_at:
            return kept.text
        try:
            text = self._read(name)
        except Unavailable:
            if kept is None or now >= kept.read_at + STALE:
                raise
            log().warning("secret_not_refreshed", secret=name, read_at=kept.read_at.isoformat())
            self._kept[name] = _Kept(kept.text, kept.read_at, now + _PAUSE)
            return kept.text
        self._kept[name] = _Kept(text, now, now + FRESH)
        return text
