"""Which letters were asked for on a day: written in the transaction that asks, and used for nothing but counting.

That is what it is for: rows and marks move a letter on, so where one of these is lost, only something else can tell.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from chalicelib.days import today
from chalicelib.outbox.parcels import SHARDS, shard_of
from chalicelib.storage.kinds import Kept, Kind
from chalicelib.storage.rows import Rows
from chalicelib.storage.table import Item
from chalicelib.storage.tables import LettersTable

KEPT = timedelta(days=60)
"""After its day: twice as long as days are counted by themselves (watching.py)."""


class LetterOfDay(NamedTuple):
    letter_id: str


DAY = Kind(
    "That a letter was asked for on a day of the Netherlands: by this the letters of a day are counted.",
    LettersTable,
    LetterOfDay,
    pk="DAY#{day}#{shard}",
    sk="{letter_id}",
    kept=Kept("", KEPT, "day"),
    personal=("letter_id",),
    keyed=("letter_id",),
)


def indexing(table: LettersTable, letter_id: str, requested_at: datetime) -> Item:
    """Return the write that counts a letter to its day, for the transaction that asks for it."""
    return Rows(table, DAY).adding(LetterOfDay(letter_id), day=today(requested_at), shard=shard_of(letter_id))


def indexing_again(table: LettersTable, letter_id: str, requested_at: datetime) -> Item:
    """Return the write that counts a letter to its day, which may know it already."""
    return Rows(table, DAY).putting(LetterOfDay(letter_id), day=today(requested_at), shard=shard_of(letter_id))


def forgetting(table: LettersTable, letter_id: str, day: date) -> Item:
    """Return the write after which a day does not know a letter."""
    return Rows(table, DAY).deleting(letter_id=letter_id, day=day, shard=shard_of(letter_id))


def letters_of(table: LettersTable, day: date) -> Iterator[str]:
    """Yield the ids of the letters that were asked for on a day. Raises `Unavailable`."""
    for shard in range(SHARDS):
        for one in Rows(table, DAY).every(day=day, shard=shard):
            yield one.letter_id
