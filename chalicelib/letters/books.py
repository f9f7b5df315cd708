"""Which letters were asked for lately, by person and by address, in DynamoDB: counted in the transaction that asks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from chalicelib.letters.limits import DAYS, Limits, Sent, lately, possible_from
from chalicelib.people.pseudonym import AddressId, PersonId
from chalicelib.storage.kinds import Kept, Kind
from chalicelib.storage.rows import Rows
from chalicelib.storage.table import NEW, Condition, Item
from chalicelib.storage.tables import TransientTable


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


Pair = tuple[Book, Book]
"""Of the person who gets a letter, and of the address to which it goes."""


class LetterBooks:
    def __init__(self, table: TransientTable, limits: Limits) -> None:
        self._books, self._limits = Rows(table, BOOK), limits

    def read(self, person: PersonId, address: AddressId) -> Pair:
        return self._read(f"person:{person}"), self._read(f"address:{address}")

    def possible_from(self, new: Sequence[Sent], books: Pair, without: Collection[str]) -> date:
        """Return the first day on which a letter may be asked for; the letters `without` do not count."""
        person, address = (_less(book, without) for book in books)
        return possible_from(new, person, address, self._limits)

    def adding(self, new: Sequence[Sent], books: Pair, without: Collection[str]) -> list[Item]:
        """Return the writes that count a letter. They hold only if nobody wrote in these books since."""
        return [self._putting(book, (*lately(_less(book, without), new[0].day), *new)) for book in books]

    def _read(self, whose: str) -> Book:
        return self._books.find(whose=whose) or Book(whose, (), 0)

    def _putting(self, book: Book, sent: tuple[Sent, ...]) -> Item:
        unchanged = Condition("#version = :version", {"#version": "version"}, {":version": book.version})
        new = Book(book.whose, sent, book.version + 1)
        return self._books.putting(new, unchanged if book.version else NEW, last_day=sent[-1].day)


def _less(book: Book, without: Collection[str]) -> list[Sent]:
    return [one for one in book.sent if one.letter_id not in without]
