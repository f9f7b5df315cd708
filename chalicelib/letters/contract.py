"""What we and the print vendor share, and nothing more: the message of a letter, and how its row tells where it is.

Importing it loads nothing else of ours, and nothing of others.
"""

import base64
import json
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum

SCHEMA = "letter/1"


class LetterState(StrEnum):
    """Life of a letter. Moves go forward only; the allowed ones are in `MOVES`."""

    REQUESTED = "requested"
    QUEUED = "queued"
    PRINTING = "printing"
    """The vendor began: from here on the letter may come, whatever becomes of its request."""
    PRINTED = "printed"
    STOPPED = "stopped"
    """Its code had become worthless before the vendor began, so it was not printed."""


_UNBEGUN = (LetterState.REQUESTED, LetterState.QUEUED)

MOVES: dict[LetterState, tuple[LetterState, ...]] = {
    LetterState.QUEUED: (LetterState.REQUESTED,),
    # The vendor may be quicker than we are in writing down that we queued it, and begins again after a crash.
    LetterState.PRINTING: (*_UNBEGUN, LetterState.PRINTING),
    # What lies in the bucket is printed, whatever a restored table says.
    LetterState.PRINTED: (*_UNBEGUN, LetterState.PRINTING, LetterState.STOPPED),
    LetterState.STOPPED: (*_UNBEGUN, LetterState.PRINTING),
}
"""From which states each state may be reached. A row says `state`, when it was reached (`<state>_at`), and until when
printing makes sense (`useful_until`, absent once it does not)."""


def row_key(letter_id: str) -> tuple[str, str]:
    """Return `pk` and `sk` of a letter's row."""
    return f"LETTER#{letter_id}", "LETTER"


def sealing_context(letter_id: str) -> str:
    """Return the context under which a letter is sealed: it opens for this letter id only."""
    return f"letter:{letter_id}"


@dataclass(frozen=True, slots=True)
class QueuedLetter:
    """What lies in the queue: whose letter it is, and the letter as JSON, sealed for the vendor."""

    letter_id: str
    sealed: bytes = field(repr=False)
    correlation_id: str | None = None
    """By which the request can be followed that asked for the letter."""

    def to_json(self) -> str:
        return json.dumps({**asdict(self), "sealed": base64.b64encode(self.sealed).decode()})

    @classmethod
    def from_json(cls, text: str) -> "QueuedLetter":
        """Read what `to_json` wrote. Raises `ValueError` for what is no such message."""
        match values := json.loads(text):
            case {"letter_id": str(letter_id), "sealed": str(sealed)}:
                if isinstance(correlation_id := values.get("correlation_id"), str | None):
                    return cls(letter_id, base64.b64decode(sealed, validate=True), correlation_id)
        raise ValueError("no message of a letter")


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything that is printed on a mandate-code letter (machtigen.md 4.6). Holds no BSN."""

    letter_id: str
    reference: str
    language: str
    addressee: str = field(repr=False)
    address: tuple[str, ...] = field(repr=False)
    salutation: str = field(repr=False)
    written_on: date
    service: str
    provider: str
    start: date
    end: date
    code: str = field(repr=False)
    """As printed: `XXXX-XXXX-XXXX`."""
    use_before: date
    """Last day on which the code works."""
    form_of_address: str = field(default="", repr=False)
    """The line above the addressee, for who has a title; mostly empty, and absent in letters of before."""

    def to_json(self) -> str:
        return json.dumps({"schema": SCHEMA, **asdict(self)}, default=date.isoformat, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Letter":
        """Read what `to_json` wrote. Raises `ValueError` for another schema, or no letter; it quotes nothing."""
        try:
            values = json.loads(text)
            if values.pop("schema", None) == SCHEMA:
                days = {name: date.fromisoformat(values[name]) for name in ("written_on", "start", "end", "use_before")}
                return cls(**{**values, **days, "address": tuple(values["address"])})
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ValueError("no letter") from None
        raise ValueError("unknown schema of a letter")
