"""How often somebody asks for others: in any 24 hours, and open at once, as far as they know (design.md section 4).

Counted in the transaction that asks. Who asks for many is told when they may again; of whom they ask nothing is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.errors import TooManyRequests
from chalicelib.mandates.model.requests import Asking
from chalicelib.people.pseudonym import PersonId
from chalicelib.storage.kinds import Kept, Kind
from chalicelib.storage.rows import Rows
from chalicelib.storage.table import NEW, Condition, Item
from chalicelib.storage.tables import TransientTable

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AskerLimits:
    """Requests that one person may make for others: in any 24 hours, and open at once."""

    day: int = 10
    open: int = 30


@dataclass(frozen=True, slots=True)
class AskerBook:
    """When somebody asked for others lately; its version tells whether somebody wrote in it since."""

    asker: PersonId
    asked: tuple[datetime, ...]
    version: int

    @property
    def last(self) -> datetime:
        return self.asked[-1]


ASKER_BOOK = Kind(
    "When somebody asked for others lately; `last` is the last time.",
    TransientTable,
    AskerBook,
    pk="ASKER#{asker}",
    sk="ASKER",
    kept=Kept("", DAY, "last"),
    personal=("asker", "asked"),
    keyed=("asker",),
)


def again_from(
    number: int, book: AskerBook, open_now: Sequence[Asking], limits: AskerLimits, now: datetime
) -> datetime:
    """Return from when on so many requests may be made; `now` if nothing is in the way. Pure."""
    lately = [at for at in book.asked if at > now - DAY]
    day, room = now, limits.open - number
    if (over := len(lately) + number - limits.day) > 0:
        day = lately[min(over, len(lately)) - 1] + DAY if lately else now + DAY
    ends = sorted(one.expires_at for one in open_now)
    full = ends[len(ends) - max(room, 0) - 1] if len(ends) > max(room, 0) else now
    return max(day, full)


class AskerBooks:
    def __init__(self, table: TransientTable, limits: AskerLimits) -> None:
        self._books, self._limits = Rows(table, ASKER_BOOK), limits

    def read(self, asker: PersonId) -> AskerBook:
        return self._books.find(asker=asker) or AskerBook(asker, (), 0)

    def adding(self, number: int, book: AskerBook, open_now: Sequence[Asking], now: datetime) -> Item:
        """Return the write that counts so many requests; it holds only if nobody wrote in the book since.

        Raises `TooManyRequests`.
        """
        if (again := again_from(number, book, open_now, self._limits, now)) > now:
            raise TooManyRequests(again)
        asked = (*(at for at in book.asked if at > now - DAY), *[now] * number)
        unchanged = Condition("#version = :version", {"#version": "version"}, {":version": book.version})
        new = AskerBook(book.asker, asked, book.version + 1)
        return self._books.putting(new, unchanged if book.version else NEW, last=now)
