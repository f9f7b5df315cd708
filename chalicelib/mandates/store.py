"""The register in DynamoDB: one method for each invariant, one transaction for each change."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from chalicelib.audit.trail import Event, Happening, Sides, history, noting, record_use
from chalicelib.catalogue.model import ServiceId
from chalicelib.days import midnight_before
from chalicelib.errors import Conflict, TooManyLetters, Unavailable
from chalicelib.letters.books import LetterBooks
from chalicelib.letters.posting import LETTERS, letter_items
from chalicelib.mandates.items import CODE, GIVEN, HELD, OPEN, OPEN_BY_OTHER, PARTIES, REQUEST, OpenMark, PartiesRow
from chalicelib.mandates.model import CaseId, Mandate, Request, RequestState
from chalicelib.mandates.ports import Mailing, Opening, StoredCode
from chalicelib.people.actor import Cause, Citizen, System
from chalicelib.people.pseudonym import ClaimId, PersonId
from chalicelib.people.vault import Vault
from chalicelib.storage.rows import Rows
from chalicelib.storage.table import Condition, Item
from chalicelib.storage.tables import AuditTable, LettersTable, RegisterTable

_ROUNDS = 20
"""How often a request is written again because another letter was counted in the meantime; more than any limit."""


class Tables(NamedTuple):
    """What one change is written to together. Apart, because not the same functions may read and delete in each."""

    register: RegisterTable
    letters: LettersTable
    audit: AuditTable


class DynamoMandates:
    """See `mandates/ports.py::MandateStore` for what each method promises."""

    def __init__(self, tables: Tables, vault: Vault, books: LetterBooks) -> None:
        self._table, self._letters, self._audit = tables.register, tables.letters, tables.audit
        self._requests, self._own = Rows(tables.register, REQUEST), Rows(tables.register, OPEN)
        self._others = Rows(tables.register, OPEN_BY_OTHER)
        self._codes, self._parties = Rows(tables.register, CODE), Rows(tables.register, PARTIES)
        self._given, self._held = Rows(tables.register, GIVEN), Rows(tables.register, HELD)
        self._vault, self._books = vault, books

    def open_request(self, opening: Opening) -> None:
        if opening.mailing is None:
            self._table.write_together(self._opening(opening))
        else:
            self._open_by_letter(opening, opening.mailing)

    def _open_by_letter(self, opening: Opening, mailing: Mailing) -> None:
        request, letter, without = opening.request, mailing.letter, opening.without
        sealed, sent = LETTERS.seal(self._vault, letter.letter_id, letter), opening.sent(letter)
        posting = letter_items(self._letters, letter.letter_id, sealed, request.requested_at, request.expires_at)
        for _ in range(_ROUNDS):
            books = self._books.read(request.represented, mailing.address)
            if (day := self._books.possible_from(sent, books, without)) > sent.day:
                raise TooManyLetters(midnight_before(day))
            counting = self._books.adding(sent, books, without)
            try:
                self._table.write_together([*self._opening(opening), *posting, *counting])
            except Conflict:
                if self._books.read(request.represented, mailing.address) == books:
                    raise
            else:
                return
        raise Unavailable("dynamodb")

    def _opening(self, opening: Opening) -> list[Item]:
        request, now, gone = opening.request, opening.request.requested_at, opening.instead_of
        free = Condition(
            "attribute_not_exists(pk) OR expires_at <= :now OR case_id = :gone",
            {},
            {":now": now, ":gone": gone.case_id if gone else ""},
        )
        marks, key = self._marks(request.represented, request.service_id, request.requester.person)
        mark = OpenMark(request.case_id, request.expires_at)
        event = Event(Happening.REQUESTED, now, request.requester)
        return [
            self._requests.adding(request),
            marks.putting(mark, free, **key),
            *([self._codes.adding(opening.code)] if opening.code else ()),
            noting(self._audit, request.case_id, request.version, event, request.sides),
            *(self._giving_way(gone, now) if gone else ()),
        ]

    def _giving_way(self, request: Request, now: datetime) -> list[Item]:
        """End a request whose code is void; the mark that it is open is its successor's."""
        event = Event(Happening.BLOCKED, now, System(Cause.GUESSES))
        return [
            *self._ending(request, RequestState.BLOCKED, now),
            *self._stopping(request),
            noting(self._audit, request.case_id, request.version + 1, event, request.sides),
        ]

    def request(self, represented: PersonId, case_id: str) -> Request | None:
        return self._requests.find(represented=represented, case_id=case_id)

    def requests(self, represented: PersonId) -> list[Request]:
        found = self._requests.every(represented=represented)
        return sorted(found, key=lambda request: request.requested_at, reverse=True)

    def open_for(self, represented: PersonId, service_id: ServiceId, requester: PersonId) -> Request | None:
        marks, key = self._marks(represented, service_id, requester)
        mark = marks.find(**key)
        return self.request(represented, mark.case_id) if mark else None

    def codes(self, claim: ClaimId) -> list[StoredCode]:
        return list(self._codes.every(claim=claim))

    def activate(self, request: Request, mandate: Mandate, by: Citizen) -> None:
        event = Event(Happening.ACTIVATED, mandate.activated_at, by)
        parties = PartiesRow(mandate.represented, mandate.representative, mandate.service_id)
        self._table.write_together(
            [
                *self._ending(request, RequestState.ACTIVATED, mandate.activated_at),
                self._unmarking(request),
                self._given.adding(mandate),
                self._held.adding(mandate),
                self._parties.adding(parties, case_id=mandate.case_id),
                noting(self._audit, request.case_id, mandate.version, event, mandate.sides),
            ]
        )

    def withdraw(self, request: Request, by: Citizen, now: datetime) -> None:
        event = Event(Happening.WITHDRAWN, now, by)
        self._table.write_together(
            [
                *self._ending(request, RequestState.WITHDRAWN, now),
                self._unmarking(request),
                *self._stopping(request),
                noting(self._audit, request.case_id, request.version + 1, event, request.sides),
            ]
        )

    def revoke(self, mandate: Mandate, by: Citizen, now: datetime) -> None:
        unchanged = Condition(
            "attribute_not_exists(revoked_at) AND #version = :version",
            {"#version": "version"},
            {":version": mandate.version, ":now": now, ":by": mandate.party(by.person), ":next": mandate.version + 1},
        )
        update = "SET revoked_at = :now, revoked_by = :by, #version = :next"
        event = Event(Happening.REVOKED, now, by)
        self._table.write_together(
            [
                self._given.changing(update, unchanged, represented=mandate.represented, case_id=mandate.case_id),
                self._held.changing(
                    update,
                    unchanged,
                    representative=mandate.representative,
                    service_id=mandate.service_id,
                    case_id=mandate.case_id,
                ),
                noting(self._audit, mandate.case_id, mandate.version + 1, event, mandate.sides),
            ]
        )

    def mandate(self, case_id: str) -> Mandate | None:
        parties = self._parties.find(case_id=case_id)
        return self._given.find(represented=parties.represented, case_id=case_id) if parties else None

    def given(self, represented: PersonId) -> list[Mandate]:
        return _newest(self._given.every(represented=represented))

    def held(self, representative: PersonId, service_id: ServiceId | None = None) -> list[Mandate]:
        one = {"service_id": service_id} if service_id else {}
        return _newest(self._held.every(representative=representative, **one))

    def record_use(self, case_id: CaseId, use_id: str, event: Event) -> None:
        record_use(self._audit, case_id, use_id, event)

    def history(self, case_id: CaseId, sides: Sides) -> list[Event]:
        return history(self._audit, case_id, sides)

    def _ending(self, request: Request, how: RequestState, now: datetime) -> list[Item]:
        """End a request that still waits now; its code goes with it."""
        waiting = Condition(
            "attribute_not_exists(ended) AND expires_at > :now AND #version = :version",
            {"#version": "version"},
            {":now": now, ":ended": how, ":version": request.version, ":next": request.version + 1},
        )
        update = "SET ended = :ended, ended_at = :now, #version = :next"
        ending = self._requests.changing(update, waiting, represented=request.represented, case_id=request.case_id)
        code = request.code
        return [ending, *([self._codes.deleting(claim=code.claim, case_id=request.case_id)] if code else ())]

    def _stopping(self, request: Request) -> list[Item]:
        """Keep the letter of a request, if there is one, from being printed."""
        return [LETTERS.stopping(self._letters, request.letter_id)] if request.letter_id else []

    def _unmarking(self, request: Request) -> Item:
        """Take away the mark that a request is open."""
        marks, key = self._marks(request.represented, request.service_id, request.requester.person)
        return marks.deleting(**key)

    def _marks(
        self, represented: PersonId, service_id: ServiceId, requester: PersonId
    ) -> tuple[Rows[OpenMark], dict[str, str]]:
        """Return where a requester's mark lies: one each, so that nobody's request is in the way of another's.

        The represented's own has the key that it had when there was no other.
        """
        key = {"represented": represented, "service_id": service_id}
        return (self._own, key) if requester == represented else (self._others, {**key, "requester": requester})


def _newest(mandates: Iterable[Mandate]) -> list[Mandate]:
    return sorted(mandates, key=lambda mandate: mandate.activated_at, reverse=True)
