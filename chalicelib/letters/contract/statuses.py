"""What a print vendor tells of a letter: `letter-status/1`, a message for each step, in the queue of statuses."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

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
    """The letter does not open with any key of the vendor, or is not what its schema says."""
    CANNOT_PRINT = "cannot-print"
    """What is in it cannot be set: a character that no font has."""
    OTHER = "other"


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
        told = {"schema": STATUS_SCHEMA, "letter_id": self.letter_id, "status": self.step, "at": at}
        return json.dumps({**told, **reason, **batch})
