"""The life of a letter, in its row: when it reached which state, and until when printing it makes sense."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from chalicelib.errors import Conflict
from chalicelib.letters.contract.states import COPY, LetterState, VendorKind, origins, row_key
from chalicelib.letters.contract.statuses import Mishap
from chalicelib.letters.receivers import Receiver
from chalicelib.letters.underway import moving
from chalicelib.observe import log
from chalicelib.people.pseudonym import PersonId
from chalicelib.storage.kinds import Kept, Kind
from chalicelib.storage.rows import Rows
from chalicelib.storage.table import Condition, Item
from chalicelib.storage.tables import LettersTable


class LetterRow(NamedTuple):
    """Where a letter is on its way."""

    letter_id: str
    state: LetterState = LetterState.CHECKED
    requested_at: datetime | None = None
    useful_until: datetime | None = None
    """When printing it makes no sense any more: its day is over. None once it is not to be printed."""
    sealed: bytes | None = None
    """What is to be printed, code included, until its vendor has it."""
    correlation_id: str | None = None
    represented: PersonId | None = None
    """Whose case it is about. None in rows of the release before, and for a notice of what is past."""
    vendor: VendorKind | None = None
    """Who prints it. None in rows of the release before: the function."""
    checked_at: datetime | None = None
    """When the register gave the address, or said last that it is still so."""
    queued_at: datetime | None = None
    accepted_at: datetime | None = None
    printed_at: datetime | None = None
    posted_at: datetime | None = None
    delivered_at: datetime | None = None
    returned_at: datetime | None = None
    cancelled_at: datetime | None = None
    failed_at: datetime | None = None
    reason: Mishap | None = None
    """Why it came back, or is not printed."""
    batch: str | None = None
    """With what it was printed, as the vendor numbers that."""
    receiver: Receiver | None = None
    """None once its vendor has it; in rows of the release before, and for who is not in the register."""


_PK, _SK = row_key("{letter_id}")


def _of_before(item: Item) -> Item:
    """Call moments as today what the release before called otherwise (`states.py::OF_BEFORE`)."""
    named = {"accepted_at": item.get("printing_at"), "cancelled_at": item.get("stopped_at")}
    return {**{name: at for name, at in named.items() if at is not None}, **item}


LETTER = Kind(
    "Where a letter is on its way; until its vendor has it also what is printed on it.",
    LettersTable,
    LetterRow,
    pk=_PK,
    sk=_SK,
    kept=Kept("further notice; what is sealed, and for whom it is, until the print vendor has accepted it"),
    personal=("letter_id", "represented", *COPY),
    sealed=("sealed", "head"),
    keyed=("letter_id",),
    spread={"receiver": COPY[1:]},
    lacking=("state",),
    older=_of_before,
)


def in_state(names: Sequence[str]) -> Condition:
    """Return what holds as long as a row says one of these. One that says nothing is read as `CHECKED`: so is the row
    that a withdrawal leaves of a letter whose own was lost.
    """
    values = {f":from{number}": name for number, name in enumerate(names)}
    silent = " OR attribute_exists(pk) AND attribute_not_exists(#state)" if LetterState.CHECKED in names else ""
    return Condition(f"#state IN ({', '.join(values)}){silent}", {"#state": "state"}, values)


def cancel(table: LettersTable, letter_id: str, now: datetime) -> None:
    """Write down that a letter is not printed, unless it was."""
    if move(table, letter_id, LetterState.CANCELLED, now):
        log().info("letter_cancelled", letter_id=letter_id)


def move(table: LettersTable, letter_id: str, state: LetterState, now: datetime) -> bool:
    """Move a letter to a state; False when it is not in a state from which that is allowed."""
    allowed = in_state(origins(state))
    condition = Condition(
        allowed.text, {**allowed.names, "#at": f"{state}_at"}, {**allowed.values, ":state": state, ":at": now}
    )
    row = Rows(table, LETTER).changing("SET #state = :state, #at = :at", condition, letter_id=letter_id)
    try:
        table.write_together([row, *moving(table, letter_id, state, now)])
    except Conflict:
        return False
    return True


class Journey(NamedTuple):
    """How far a letter has come."""

    reached: Mapping[LetterState, datetime] = MappingProxyType({})
    """When it reached each state that it has reached."""
    reason: Mishap | None = None
    """Why it came back, or is not printed."""
    outside: bool = False
    """Whether somebody prints it who sees no table of ours: what they were handed may be on paper, as long as they do
    not say."""


def journey(table: LettersTable, letter_id: str) -> Journey:
    letter = Rows(table, LETTER).find(letter_id=letter_id)
    if letter is None:
        return Journey()
    reached = {state: getattr(letter, f"{state}_at", None) for state in LetterState}
    known = {state: at for state, at in reached.items() if at is not None}
    return Journey(known, letter.reason, letter.vendor is VendorKind.OUTSIDE)
