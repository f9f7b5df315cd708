"""A letter as data, and the message that carries it to the print vendor (machtigen.md 4.6). Pure."""

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
"""From which states each state may be reached."""


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything that is printed on a mandate-code letter. Holds no BSN."""

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
        """Read what `to_json` wrote. Raises `ValueError` for another schema."""
        values = json.loads(text)
        if values.pop("schema", None) != SCHEMA:
            raise ValueError("unknown schema of a letter")
        days = {name: date.fromisoformat(values[name]) for name in ("written_on", "start", "end", "use_before")}
        return cls(**{**values, **days, "address": tuple(values["address"])})
