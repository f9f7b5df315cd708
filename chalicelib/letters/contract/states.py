"""Where a letter is on its way, as its row tells: the states, and the moves between them."""

from enum import StrEnum


class LetterState(StrEnum):
    """Life of a letter. Moves go forward only; the allowed ones are in `MOVES`."""

    REQUESTED = "requested"
    QUEUED = "queued"
    PRINTING = "printing"
    """The vendor began: from here on the letter may come, whatever becomes of its request."""
    PRINTED = "printed"
    POSTED = "posted"
    """The vendor told that it is on its way."""
    STOPPED = "stopped"
    """Its code had become worthless before the vendor began, so it was not printed."""


_UNBEGUN = (LetterState.REQUESTED, LetterState.QUEUED)

MOVES: dict[LetterState, tuple[LetterState, ...]] = {
    LetterState.QUEUED: (LetterState.REQUESTED,),
    # The vendor may be quicker than we are in writing down that we queued it, and begins again after a crash.
    LetterState.PRINTING: (*_UNBEGUN, LetterState.PRINTING),
    # What lies in the bucket is printed, whatever a restored table says.
    LetterState.PRINTED: (*_UNBEGUN, LetterState.PRINTING, LetterState.STOPPED),
    LetterState.POSTED: (LetterState.PRINTED,),
    LetterState.STOPPED: (*_UNBEGUN, LetterState.PRINTING),
}
"""From which states each state may be reached. A row says `state`, when it was reached (`<state>_at`), and until when
printing makes sense (`useful_until`, absent once it does not)."""


def row_key(letter_id: str) -> tuple[str, str]:
    """Return `pk` and `sk` of a letter's row."""
    return f"LETTER#{letter_id}", "LETTER"
