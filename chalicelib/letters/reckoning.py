"""Counting the letters of a day out of three sources (balance.py), and finding those that wait too long.

Nothing is scanned: the index of a day says which rows to read, a hundred at a time, and marks say what is under way.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from chalicelib.days import today
from chalicelib.letters.balance import Balance, Oddity, Traces, balance
from chalicelib.letters.contract.states import ENDED, UNDERWAY_PARTS, LetterState, underway_part
from chalicelib.letters.day_index import letters_of
from chalicelib.letters.life import LETTER, LetterRow
from chalicelib.letters.posting import LETTERS
from chalicelib.letters.underway import UNDERWAY
from chalicelib.outbox.parcels import MARK, SHARDS, is_id, shard_of
from chalicelib.storage.rows import Rows
from chalicelib.storage.tables import LettersTable
from chalicelib.working_days import working_days_between

ACCEPTED_WITHIN, POSTED_WITHIN = 1, 2
"""Working days: after a letter was asked for, and after the vendor accepted it."""

_LOOKS = 3
"""How often what seems odd is looked at again: it may have moved on while one source after the other was read."""

_READ = ("state", "requested_at", "checked_at", "accepted_at", "printing_at", "printed_at", "correlation_id", "reason")
"""Of a row. What is sealed in it is nothing for who counts."""


@dataclass(frozen=True, slots=True)
class PendingLetter:
    """A letter under way: until the vendor accepts it, and then until it is posted."""

    letter_id: str
    state: LetterState
    since: datetime
    accepted: bool
    correlation_id: str | None

    def working_days(self, now: datetime) -> int:
        """Return for how many it waits: none for the day on which it began to."""
        return working_days_between(today(self.since), today(now))

    def late(self, now: datetime) -> bool:
        return self.working_days(now) > (POSTED_WITHIN if self.accepted else ACCEPTED_WITHIN)


class Reckoning:
    """The letters of a table. Making it reads all marks, and the rows of what is marked. Raises `Unavailable`."""

    def __init__(self, table: LettersTable) -> None:
        self._table, self._rows = table, Rows(table, LETTER)
        self._marks, self._outbox = Rows(table, UNDERWAY), Rows(table, MARK)
        self.unsent = {
            mark.parcel_id
            for shard in range(SHARDS)
            for mark in self._outbox.every(shard=shard)
            if mark.prefix == LETTERS.prefix
        }
        """Ids of the letters that wait in the outbox."""
        self._marked = {one.letter_id for shard in range(UNDERWAY_PARTS) for one in self._marks.every(shard=shard)}
        self._marked_rows = self._found(self._marked)

    def of_day(self, day: date) -> Balance:
        """Count the letters of a day. Raises `Unavailable`."""
        requested = set(letters_of(self._table, day))
        rows = self._marked_rows | self._found(requested - self._marked_rows.keys())
        its_own = {one for one, row in self._marked_rows.items() if _day(row) == day}
        seen = [
            _traces(one, rows.get(one), self._marked, self.unsent, requested=one in requested)
            for one in requested | its_own
        ]
        return balance(day, self._settled(seen))

    def strays(self) -> Mapping[str, Oddity]:
        """Return what is marked and has no row, by letter id: nobody knows of which day that is."""
        without = self._marked - self._marked_rows.keys()
        seen = self._settled([_traces(one, None, self._marked, self.unsent) for one in without])
        return {one.letter_id: Oddity.NO_ROW for one in seen if one.marked and one.state is None}

    def waiting(self) -> list[PendingLetter]:
        """Return the letters under way, who waits longest first."""
        found = [_waiting(row) for row in self._marked_rows.values() if row.state not in ENDED]
        return sorted((one for one in found if one), key=lambda one: one.since)

    def _found(self, letters: Collection[str]) -> dict[str, LetterRow]:
        return {row.letter_id: row for row in self._rows.readable([{"letter_id": one} for one in letters], _READ)}

    def _settled(self, seen: list[Traces]) -> list[Traces]:
        """Look at what is odd again, as it is now."""
        for _ in range(_LOOKS):
            odd = [one.letter_id for one in seen if one.oddity]
            if not odd:
                break
            again = self._look(odd)
            seen = [replace(again[one.letter_id], requested=one.requested) if one.oddity else one for one in seen]
        return seen

    def _look(self, letters: Collection[str]) -> dict[str, Traces]:
        outbox = [{"shard": shard_of(one), "key": LETTERS.prefix + one} for one in letters if is_id(one)]
        unsent = {mark.parcel_id for mark in self._outbox.some(outbox)}
        marks = [{"shard": underway_part(one), "letter_id": one} for one in letters]
        marked, rows = {mark.letter_id for mark in self._marks.some(marks)}, self._found(letters)
        return {one: _traces(one, rows.get(one), marked, unsent) for one in letters}


def _traces(
    letter_id: str, row: LetterRow | None, marked: Collection[str], unsent: Collection[str], *, requested: bool = False
) -> Traces:
    is_marked, to_be_sent = letter_id in marked, letter_id in unsent
    return Traces(letter_id, requested, row and row.state, is_marked, to_be_sent, row and row.reason)


def _day(row: LetterRow) -> date | None:
    """Return the day that has to know a letter; None for one of the release before, which had no index of days."""
    return today(row.requested_at) if row.requested_at and row.checked_at else None


def _waiting(row: LetterRow) -> PendingLetter | None:
    # A vendor may have told of a later step only.
    accepted = row.state in (LetterState.ACCEPTED, LetterState.PRINTED)
    since = row.accepted_at or row.printed_at or row.requested_at
    return PendingLetter(row.letter_id, row.state, since, accepted, row.correlation_id) if since else None
