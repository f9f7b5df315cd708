"""What a print vendor tells of a letter: `letter-status/1`, a message for each step, in the queue of statuses."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from chalicelib.letters.contract.schema import hold, write

STATUS_SCHEMA = "letter-status/1"


class VendorStep(StrEnum):
    """What can be told."""

    ACCEPTED = "accepted"
    """The vendor has the letter, can read it, and will print it."""
    PRINTED = "printed"
    POSTED = "posted"
    DELIVERED = "delivered"
    RETURNED = "returned"
    """It came back: never sent again by itself."""
    CANCELLED = "cancelled"
    """It was not printed, because we asked so in time."""
    FAILED = "failed"
    """It will not be printed."""


class Mishap(StrEnum):
    """Why a letter came back, or is not printed. These and no free text: nobody writes a name or an address in them."""

    MOVED = "moved"
    """The addressee does not live there any more."""
    UNKNOWN_ADDRESS = "unknown-address"
    REFUSED_BY_RECEIVER = "refused-by-receiver"
    DECEASED = "deceased"
    UNREADABLE = "unreadable"
    """It opened, and is not what its schema says. One that does not open is not told of (ADR 35)."""
    CANNOT_PRINT = "cannot-print"
    """What is in it cannot be set: a character that no font has."""
    OTHER = "other"


_LONGEST = 2000
"""Characters of a message: none that is meant has nearly as many."""

_WITH_REASON = frozenset({VendorStep.RETURNED, VendorStep.FAILED})


@dataclass(frozen=True, slots=True)
class LetterStatus:
    """One message. Raises `ValueError` for one that has a reason where none belongs, or none where it does."""

    letter_id: str
    step: VendorStep
    at: datetime
    """When it happened at the vendor's, with an offset; not when it was sent."""
    reason: Mishap | None = None
    batch: str = ""
    """As the vendor numbers what was printed together; empty where there is none."""

    def __post_init__(self) -> None:
        if (self.reason is not None) != (self.step in _WITH_REASON):
            raise ValueError("a status has a reason if it is of a letter that came back or failed")

    def to_json(self) -> str:
        reason = {"reason": self.reason} if self.reason else {}
        batch = {"batch": self.batch} if self.batch else {}
        at = self.at.astimezone(UTC).isoformat()
        return write(STATUS_SCHEMA, {"letter_id": self.letter_id, "status": self.step, "at": at, **reason, **batch})

    @classmethod
    def from_json(cls, text: str) -> "LetterStatus":
        """Read one. Raises `ValueError` for anything else; it quotes nothing."""
        try:
            told = _told(text)
            return cls(
                told["letter_id"],
                VendorStep(told["status"]),
                datetime.fromisoformat(told["at"]).astimezone(UTC),
                Mishap(told["reason"]) if "reason" in told else None,
                told.get("batch", ""),
            )
        except (ValueError, RecursionError, OverflowError):
            raise ValueError("no status of a letter") from None


def _told(text: str) -> dict[str, str]:
    """Return what a message says. Raises `ValueError` for what its schema refuses, says something twice, or is long."""
    if len(text) > _LONGEST:
        raise ValueError("too long")
    told: dict[str, str] = json.loads(text, object_pairs_hook=_once)
    hold(STATUS_SCHEMA, told)
    return told


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) != len(pairs):
        raise ValueError("the same twice")
    return told
