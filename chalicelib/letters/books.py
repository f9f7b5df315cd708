"""Which letters were asked for lately, by person and by address, in DynamoDB: counted in the transaction that asks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from chalicelib.letters.limits import DAYS, Limits, Sent, lately, possible_from
from chalicelib.people.pseudonym import AddressId, PersonId
from chalicelib.storage.kinds import Kept, Kind
from chalicelib.storage.rows import Rows
from chalicelib.storage.table import NEW, Condition, Item
from chalicelib.storage.tables import TransientTable

_ADDRESS = "address:"


@dataclass(frozen=True, slots=True)
class Book:
    """What is remembered of one person or address; its version tells whether somebody wrote in it since."""

    whose: str
    sent: tuple[Sent, ...]
    version: int


BOOK = Kind(
    "Letters that were asked for lately for one person, or to one address; `last_day` is that of the last.",
    TransientTable,
    Book,
    pk="LETTERS#{whose}",
    sk="LETTERS",
    kept=Kept("", DAYS, "last_day"),
    personal=("whose", "sent"),
    keyed=("whose",),
)


class Crowded(NamedTuple):
    """An address, by its pseudonym, to which no more letters go for the time being."""

    address: AddressId
    letters: int
    """That were asked for lately, of whatever kind."""


CROWDED = Kind(
    "That with a letter of this day an address had as many as are allowed: for operators, who see no address.",
    TransientTable,
    Crowded,
    pk="CROWDED#{day}",
    sk="{address}",
    kept=Kept("", 2 * DAYS, "day"),
    personal=("address",),
    keyed=("address",),
)


Pair = tuple[Book, Book]
"""Of the person who gets a letter, and of the address to which it goes."""


class LetterBooks:
    def __init__(self, table: TransientTable, limits: Limits) -> None:
        self._books, self._crowded, self._limits = Rows(table, BOOK), Rows(table, CROWDED), limits

    def read(self, person: PersonId, address: AddressId) -> Pair:
        return self._read(f"person:{person}"), self._read(_ADDRESS + address)

    def possible_from(self, new: Sequence[Sent], books: Pair, without: Collection[str]) -> date:
        """Return the first day on which a letter may be asked for; the letters `without` do not count."""
        person, address = (_less(book, without) for book in books)
        return possible_from(new, person, address, self._limits)

    def adding(self, new: Sequence[Sent], books: Pair, without: Collection[str]) -> list[Item]:
        """Return the writes that count a letter. They hold only if nobody wrote in these books since."""
        day = new[0].day
        person, address = ((book, (*lately(_less(book, without), day), *new)) for book in books)
        return [self._putting(*person), self._putting(*address), *self._crowding(*address, day)]

    def _crowding(self, book: Book, sent: tuple[Sent, ...], day: date) -> list[Item]:
        if (letters := len({one.letter_id for one in sent})) < self._limits.address:
            return []
        return [self._crowded.putting(Crowded(AddressId(book.whose.removeprefix(_ADDRESS)), letters), day=day)]

    def _read(self, whose: str) -> Book:
        return self._books.find(whose=whose) or Book(whose, (), 0)

    def _putting(self, book: Book, sent: tuple[Sent, ...]) -> Item:
        unchanged = Condition("#version = :version", {"#version": "version"}, {":version": book.version})
        new = Book(book.whose, sent, book.version + 1)
        return self._books.putting(new, unchanged if book.version else NEW, last_day=sent[-1].day)


def crowded(table: TransientTable, day: date) -> list[Crowded]:
    """Return the addresses that had as many letters as are allowed with one of this day. Raises `Unavailable`."""
    return list(Rows(table, CROWDED).every(day=day))


def _less(book: Book, without: Collection[str]) -> list[Sent]:
    return [one for one in book.sent if one.letter_id not in without]
