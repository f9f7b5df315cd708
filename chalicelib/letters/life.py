"""The life of a letter, in its row: when it reached which state, and until when printing it makes sense."""

from datetime import datetime
from typing import NamedTuple

from chalicelib.errors import Conflict
from chalicelib.letters.contract.states import MOVES, LetterState, row_key
from chalicelib.observe import log
from chalicelib.storage.kinds import Kept, Kind
from chalicelib.storage.rows import Rows
from chalicelib.storage.table import Condition
from chalicelib.storage.tables import LettersTable


class LetterRow(NamedTuple):
    """Where a letter is on its way."""

    letter_id: str
    state: LetterState = LetterState.REQUESTED
    requested_at: datetime | None = None
    useful_until: datetime | None = None
    """When its code expires; None once it is not to be printed."""
    sealed: bytes | None = None
    """What is to be printed, code included, until it is sent."""
    correlation_id: str | None = None
    queued_at: datetime | None = None
    printing_at: datetime | None = None
    printed_at: datetime | None = None
    posted_at: datetime | None = None
    stopped_at: datetime | None = None


_PK, _SK = row_key("{letter_id}")

LETTER = Kind(
    "Where a letter is on its way; until it is sent also what is printed on it.",
    LettersTable,
    LetterRow,
    pk=_PK,
    sk=_SK,
    kept=Kept("further notice; `sealed` until the queue of the print vendor has it"),
    personal=("letter_id", "sealed"),
    sealed=("sealed",),
    keyed=("letter_id",),
    lacking=("state",),
)


def stop(table: LettersTable, letter_id: str, now: datetime) -> None:
    """Write down that a letter is not printed, unless it was."""
    if move(table, letter_id, LetterState.STOPPED, now):
        log().info("letter_stopped", letter_id=letter_id)


def move(table: LettersTable, letter_id: str, state: LetterState, now: datetime) -> bool:
    """Move a letter to a state; False when it is not in a state from which that is allowed."""
    allowed = {f":from{number}": origin for number, origin in enumerate(MOVES[state])}
    condition = Condition(
        f"#state IN ({', '.join(allowed)})",
        {"#state": "state", "#at": f"{state}_at"},
        {**allowed, ":state": state, ":at": now},
    )
    try:
        Rows(table, LETTER).change("SET #state = :state, #at = :at", condition, letter_id=letter_id)
    except Conflict:
        return False
    return True


def progress(table: LettersTable, letter_id: str) -> dict[LetterState, datetime]:
    """Return when a letter reached each state that it has reached."""
    letter = Rows(table, LETTER).find(letter_id=letter_id)
    reached = {state: getattr(letter, f"{state}_at", None) for state in LetterState}
    return {state: at for state, at in reached.items() if at is not None}
