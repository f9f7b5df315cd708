"""Where a letter is on its way, as its row tells: the states, and the moves between them."""

import zlib
from collections.abc import Mapping
from enum import StrEnum


class LetterState(StrEnum):
    """Life of a letter. Moves go forward only; the allowed ones are in `MOVES`.

    A row says `state`, when each was reached (`<state>_at`; absent where nobody told), and until when printing makes
    sense (`useful_until`, absent once it does not).
    """

    REQUESTED = "requested"
    """No row begins so any more: those of the release before did."""
    CHECKED = "checked"
    """The population register gave the address. Here a row begins."""
    QUEUED = "queued"
    ACCEPTED = "accepted"
    """The vendor has it: from here on the letter may come, whatever becomes of its request."""
    PRINTED = "printed"
    POSTED = "posted"
    """The vendor told that it is on its way."""
    DELIVERED = "delivered"
    RETURNED = "returned"
    """It came back: its code is void."""
    CANCELLED = "cancelled"
    """It was not printed: its code had become worthless, or the register does not say its address any more."""
    FAILED = "failed"
    """The vendor cannot print it: its code is void."""

    @classmethod
    def _missing_(cls, value: object) -> "LetterState | None":
        """Read what the release before wrote."""
        return OF_BEFORE.get(str(value))


OF_BEFORE: Mapping[str, LetterState] = {"printing": LetterState.ACCEPTED, "stopped": LetterState.CANCELLED}
"""What states were called in the release before: in rows that it wrote they are still."""

UNSENT = (LetterState.REQUESTED, LetterState.CHECKED)
"""In these a letter is in no queue yet, as far as is written down."""

NOT_TAKEN = (*UNSENT, LetterState.QUEUED)
"""In these no vendor has said that they have it: it is sent again, or ends."""

_NOT_PRINTED = (*NOT_TAKEN, LetterState.ACCEPTED)
_ON_ITS_WAY = (*_NOT_PRINTED, LetterState.PRINTED, LetterState.POSTED)

MOVES: Mapping[LetterState, tuple[LetterState, ...]] = {
    LetterState.QUEUED: (LetterState.REQUESTED, LetterState.CHECKED),
    # The vendor may be quicker than we are in writing down that we queued it, and begins again after a crash.
    LetterState.ACCEPTED: (*NOT_TAKEN, LetterState.ACCEPTED),
    # Steps may be told late, or never: each is reached from any before. And paper is paper: a letter that a restored
    # table, or somebody who came too late, calls cancelled was printed all the same.
    LetterState.PRINTED: (*_NOT_PRINTED, LetterState.CANCELLED),
    LetterState.POSTED: (*_NOT_PRINTED, LetterState.PRINTED, LetterState.CANCELLED),
    LetterState.DELIVERED: (*_ON_ITS_WAY, LetterState.CANCELLED),
    # Who lives there now may bring it back to the post.
    LetterState.RETURNED: (*_ON_ITS_WAY, LetterState.DELIVERED, LetterState.CANCELLED),
    LetterState.CANCELLED: _NOT_PRINTED,
    # Paper that is spoiled before it is posted, too.
    LetterState.FAILED: (*_NOT_PRINTED, LetterState.PRINTED),
}
"""From which states each state may be reached."""


ENDED = (
    LetterState.POSTED,
    LetterState.DELIVERED,
    LetterState.RETURNED,
    LetterState.FAILED,
    LetterState.CANCELLED,
)
"""In these a letter waits for nobody any more, though a posted one may still come back."""


class VendorKind(StrEnum):
    """Who prints a letter."""

    FUNCTION = "function"
    """Our own, in the same account: it claims a letter in its row."""
    OUTSIDE = "outside"
    """Another organisation, which polls the queue of letters and sees no table."""


def origins(state: LetterState) -> list[str]:
    """Return what a row may say of where a letter is that moves to a state."""
    return written_as(*MOVES[state])


def written_as(*states: LetterState) -> list[str]:
    """Return what rows say of these states, also those that the release before wrote."""
    return sorted({*states, *(name for name, now in OF_BEFORE.items() if now in states)})


def row_key(letter_id: str) -> tuple[str, str]:
    """Return `pk` and `sk` of a letter's row."""
    return f"LETTER#{letter_id}", "LETTER"


COPY = ("sealed", "receiver_case", "receiver_side", "head")
"""Attributes of a row that are dropped once the vendor has the letter: its contents, and for whom it is."""

UNDERWAY_PK, UNDERWAY_PARTS = "UNDERWAY#{shard}", 8


def underway_part(letter_id: str) -> int:
    """Return in which of the parts the mark of a letter lies over which they are spread."""
    return zlib.crc32(letter_id.encode()) % UNDERWAY_PARTS


def underway_key(letter_id: str) -> tuple[str, str]:
    """Return `pk` and `sk` of the mark that a letter is under way: there from its beginning until it has `ENDED`.

    Whoever writes into a row that a letter has ended takes its mark away in the same transaction.
    """
    return UNDERWAY_PK.format(shard=underway_part(letter_id)), letter_id
