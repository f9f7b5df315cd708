"""The mark that a letter is under way: written with it, and taken away with the end of its life.

Its row tells the same. That is why it is there: of two that nobody can write apart, one alone is a letter that is lost.
"""

from datetime import datetime
from typing import NamedTuple

from chalicelib.letters.contract.states import ENDED, MOVES, UNDERWAY_PK, LetterState, underway_part
from chalicelib.storage.kinds import Kept, Kind
from chalicelib.storage.rows import Rows
from chalicelib.storage.table import Item
from chalicelib.storage.tables import LettersTable


class Underway(NamedTuple):
    letter_id: str
    since: str = ""
    """As ISO 8601 text, for who looks at it: an odd one must hold up no other."""


UNDERWAY = Kind(
    "The mark that a letter is under way.",
    LettersTable,
    Underway,
    pk=UNDERWAY_PK,
    sk="{letter_id}",
    kept=Kept("it is posted, came back, failed, or was cancelled"),
    personal=("letter_id",),
    keyed=("letter_id",),
    lacking=("since",),
)


def marking(table: LettersTable, letter_id: str, now: datetime) -> Item:
    """Return the write of a letter's mark, for the transaction that asks for it."""
    return Rows(table, UNDERWAY).putting(Underway(letter_id, now.isoformat()), shard=underway_part(letter_id))


def unmarking(table: LettersTable, letter_id: str) -> Item:
    return Rows(table, UNDERWAY).deleting(letter_id=letter_id, shard=underway_part(letter_id))


def moving(table: LettersTable, letter_id: str, state: LetterState, now: datetime) -> list[Item]:
    """Return what becomes of a letter's mark, for the transaction that moves it to a state."""
    if state in ENDED:
        return [unmarking(table, letter_id)]
    # What was cancelled may turn out to be printed all the same.
    return [marking(table, letter_id, now)] if LetterState.CANCELLED in MOVES[state] else []
