"""Writes that rest on a count: with the letter that they ask for, or anew when something else was counted meanwhile."""

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from chalicelib.days import midnight_after, midnight_before, today
from chalicelib.errors import Conflict, TooManyLetters, Unavailable
from chalicelib.letters.books import LetterBooks
from chalicelib.letters.contract.letter import Reader
from chalicelib.letters.contract.states import VendorKind
from chalicelib.letters.limits import Asker, Sent
from chalicelib.letters.posting import LETTERS, Whose, letter_items
from chalicelib.letters.receivers import receiver_of
from chalicelib.mandates.model.requests import Request
from chalicelib.mandates.register.retrying import ROUNDS
from chalicelib.mandates.register.transactions import Mailing
from chalicelib.people.vault import Seals, Vault
from chalicelib.storage.table import Item, Table
from chalicelib.storage.tables import AuditTable, LettersTable, RegisterTable


class Tables(NamedTuple):
    """What one change is written to together. Apart, because not the same functions may read and delete in each."""

    register: RegisterTable
    letters: LettersTable
    audit: AuditTable


class Sealing(NamedTuple):
    """By what things are sealed: what we read again for ourselves, letters for the vendor who prints them."""

    vault: Vault
    letters: Seals
    vendor: VendorKind = VendorKind.FUNCTION


def write_counted(table: Table, writes: Callable[[], tuple[object, list[Item]]], read: Callable[[], object]) -> None:
    """Write what rests on the books that come with it, anew when somebody else wrote in them meanwhile.

    Raises `Conflict` when something else stands in the way, `Unavailable` where that does not end, and what `writes`
    raises.
    """
    for _ in range(ROUNDS):
        books, items = writes()
        try:
            table.write_together(items)
        except Conflict:
            if read() == books:
                raise
        else:
            return
    raise Unavailable("dynamodb")


def asker_of(request: Request) -> Asker:
    """Return as whose the letter of a request counts."""
    if not request.is_own:
        return Asker.OTHER
    return Asker.CALLER if request.staff else Asker.OWNER


class CountedLetters:
    """Writes requests with the letter that they ask for, and counts it in the same transaction."""

    def __init__(self, tables: Tables, sealing: Sealing, books: LetterBooks) -> None:
        self._tables, self._sealing, self._books = tables, sealing, books

    def write(
        self,
        requests: Sequence[Request],
        mailing: Mailing | None,
        without: Collection[str],
        writes: Callable[[], list[Item]],
    ) -> None:
        """Write requests of one visit. The letters `without` do not count.

        Raises `TooManyLetters`, `Conflict` or `Unavailable`.
        """
        if mailing is None:
            self._tables.register.write_together(writes())
            return
        first, letter = requests[0], mailing.letter
        at = first.checked_at or first.requested_at
        sent = [Sent(letter.letter_id, today(at), one.service_id, asker_of(one)) for one in requests]
        sealed = LETTERS.seal(self._sealing.letters, letter.letter_id, letter)
        # Nobody is to get a letter whose day is over.
        until = midnight_after(letter.use_before or max(one.safe_day for one in requests))
        whom = receiver_of(letter, first.case_id, Reader.REPRESENTED, self._sealing.vault)
        posting = letter_items(
            self._tables.letters,
            letter.letter_id,
            sealed,
            at,
            until,
            whose=Whose(first.represented, whom),
            requested_at=first.requested_at,
            vendor=self._sealing.vendor,
        )

        def counted() -> tuple[object, list[Item]]:
            books = self._books.read(first.represented, mailing.address)
            if (day := self._books.possible_from(sent, books, without)) > sent[0].day:
                raise TooManyLetters(midnight_before(day))
            return books, [*writes(), *posting, *self._books.adding(sent, books, without)]

        register = self._tables.register
        write_counted(register, counted, lambda: self._books.read(first.represented, mailing.address))
