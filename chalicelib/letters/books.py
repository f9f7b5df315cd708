"""Which letters were asked for lately, by person and by address, in DynamoDB: counted in the transaction that asks."""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from chalicelib.letters.limits import DAYS, Asker, Limits, Sent, lately, possible_from
from chalicelib.people.pseudonym import AddressId, PersonId
from chalicelib.storage.table import NEW, Condition, Item
from chalicelib.storage.tables import TransientTable


@dataclass(frozen=True, slots=True)
class Book:
    """What is remembered of one person or address; its version tells whether somebody wrote in it since."""

    key: str
    sent: tuple[Sent, ...]
    version: int


Pair = tuple[Book, Book]
"""Of the person who gets a letter, and of the address to which it goes."""


class LetterBooks:
    def __init__(self, table: TransientTable, limits: Limits) -> None:
        self._table, self._limits = table, limits

    def read(self, person: PersonId, address: AddressId) -> Pair:
        return self._read(f"LETTERS#person:{person}"), self._read(f"LETTERS#address:{address}")

    def possible_from(self, new: Sent, books: Pair, without: str) -> date:
        """Return the first day on which a letter may be asked for; the letter `without` does not count."""
        person, address = (_less(book, without) for book in books)
        return possible_from(new, person, address, self._limits)

    def adding(self, new: Sent, books: Pair, without: str) -> list[Item]:
        """Return the writes that count a letter. They hold only if nobody wrote in these books since."""
        return [self._putting(book, (*lately(_less(book, without), new.day), new)) for book in books]

    def _read(self, key: str) -> Book:
        row = self._table.get(key, "LETTERS") or {"sent": [], "version": 0}
        return Book(key, tuple(_sent(one) for one in row["sent"]), row["version"])

    def _putting(self, book: Book, sent: tuple[Sent, ...]) -> Item:
        ends = datetime.combine(sent[-1].day + DAYS, time.min, UTC)
        row = {
            "pk": book.key,
            "sk": "LETTERS",
            "sent": [{**asdict(one), "day": one.day.isoformat(), "by": str(one.by)} for one in sent],
            "version": book.version + 1,
            "ttl": int(ends.timestamp()),
        }
        unchanged = Condition("#version = :version", {"#version": "version"}, {":version": book.version})
        return self._table.putting(row, unchanged if book.version else NEW)


def _less(book: Book, without: str) -> list[Sent]:
    return [one for one in book.sent if one.letter_id != without]


def _sent(row: dict[str, Any]) -> Sent:
    return Sent(row["letter_id"], date.fromisoformat(row["day"]), row["service_id"], Asker(row["by"]))
