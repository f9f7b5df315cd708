"""The register in DynamoDB: one method for each invariant, one transaction for each change."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.audit.trail import SYSTEM, Event, Happening, event_item, history, record_use
from chalicelib.catalogue.model import ServiceId
from chalicelib.errors import Conflict, TooManyLetters, Unavailable
from chalicelib.letters.books import LetterBooks
from chalicelib.letters.outbox import letter_items, letter_stopping, seal
from chalicelib.mandates.items import (
    code_from,
    code_item,
    given_key,
    held_key,
    mandate_from,
    mandate_item,
    open_key,
    person_key,
    request_from,
    request_item,
    request_key,
)
from chalicelib.mandates.model import CaseId, Mandate, Party, Request, RequestState
from chalicelib.mandates.period import midnight_before
from chalicelib.mandates.ports import Opening, StoredCode
from chalicelib.people.pseudonym import ClaimId, PersonId
from chalicelib.people.vault import Vault
from chalicelib.storage.table import NEW, Condition, Item, page_through
from chalicelib.storage.tables import AuditTable, LettersTable, RegisterTable

_ROUNDS = 20
"""How often a request is written again because another letter was counted in the meantime; more than any limit."""


@dataclass(frozen=True, slots=True)
class Tables:
    """What one change is written to together. Apart, because not the same functions may read and delete in each."""

    register: RegisterTable
    letters: LettersTable
    audit: AuditTable


class DynamoMandates:
    """See `mandates/ports.py::MandateStore` for what each method promises."""

    def __init__(self, tables: Tables, vault: Vault, books: LetterBooks) -> None:
        self._table, self._letters, self._audit = tables.register, tables.letters, tables.audit
        self._vault, self._books = vault, books

    def open_request(self, opening: Opening) -> None:
        sealed = seal(self._vault, opening.letter)
        for _ in range(_ROUNDS):
            books = self._books.read(opening.request.represented, opening.address)
            if (day := self._books.possible_from(opening.sent, books, opening.without)) > opening.sent.day:
                raise TooManyLetters(midnight_before(day))
            try:
                self._table.write_together(
                    [*self._opening(opening, sealed), *self._books.adding(opening.sent, books, opening.without)]
                )
            except Conflict:
                if self._books.read(opening.request.represented, opening.address) == books:
                    raise
            else:
                return
        raise Unavailable("dynamodb")

    def _opening(self, opening: Opening, sealed: bytes) -> list[Item]:
        request, now, gone = opening.request, opening.request.requested_at, opening.instead_of
        free = Condition(
            "attribute_not_exists(pk) OR expires_at <= :now OR case_id = :gone",
            {},
            {":now": now.isoformat(), ":gone": gone.case_id if gone else ""},
        )
        until = request.expires_at.isoformat()
        mark = {"pk": person_key(request.represented), "sk": open_key(request.service_id), "expires_at": until}
        event = Event(Happening.REQUESTED, now, Party.REPRESENTED, request.level)
        return [
            self._table.putting(request_item(request), NEW),
            self._table.putting({**mark, "case_id": request.case_id}, free),
            self._table.putting(code_item(opening.code), NEW),
            self._audit.putting(event_item(request.case_id, request.version, event), NEW),
            *letter_items(self._letters, opening.letter, sealed, now, request.expires_at),
            *(self._giving_way(gone, now) if gone else ()),
        ]

    def _giving_way(self, request: Request, now: datetime) -> list[Item]:
        """End a request whose code is void; the mark that it is open is its successor's."""
        event = Event(Happening.BLOCKED, now, SYSTEM)
        return [
            *self._ending(request, RequestState.BLOCKED, now),
            letter_stopping(self._letters, request.letter_id),
            self._audit.putting(event_item(request.case_id, request.version + 1, event), NEW),
        ]

    def request(self, represented: PersonId, case_id: str) -> Request | None:
        item = self._table.get(person_key(represented), request_key(case_id))
        return request_from(item) if item else None

    def requests(self, represented: PersonId) -> list[Request]:
        found = [request_from(item) for item in page_through(self._table, person_key(represented), "REQUEST#")]
        return sorted(found, key=lambda request: request.requested_at, reverse=True)

    def open_for(self, represented: PersonId, service_id: ServiceId) -> Request | None:
        mark = self._table.get(person_key(represented), open_key(service_id))
        return self.request(represented, mark["case_id"]) if mark else None

    def codes(self, claim: ClaimId) -> list[StoredCode]:
        return [code_from(item) for item in page_through(self._table, f"CLAIM#{claim}", "CODE#")]

    def activate(self, request: Request, mandate: Mandate) -> None:
        event = Event(Happening.ACTIVATED, mandate.activated_at, Party.REPRESENTATIVE, mandate.level)
        parties = {
            "represented": mandate.represented,
            "representative": mandate.representative,
            "service_id": mandate.service_id,
        }
        self._table.write_together(
            [
                *self._ending(request, RequestState.ACTIVATED, mandate.activated_at),
                self._unmarking(request),
                *(self._table.putting({**key, **mandate_item(mandate)}, NEW) for key in _both_keys(mandate)),
                self._table.putting({"pk": f"CASE#{mandate.case_id}", "sk": "PARTIES", **parties}, NEW),
                self._audit.putting(event_item(request.case_id, mandate.version, event), NEW),
            ]
        )

    def withdraw(self, request: Request, now: datetime) -> None:
        event = Event(Happening.WITHDRAWN, now, Party.REPRESENTED)
        self._table.write_together(
            [
                *self._ending(request, RequestState.WITHDRAWN, now),
                self._unmarking(request),
                letter_stopping(self._letters, request.letter_id),
                self._audit.putting(event_item(request.case_id, request.version + 1, event), NEW),
            ]
        )

    def revoke(self, mandate: Mandate, by: Party, now: datetime) -> None:
        unchanged = Condition(
            "attribute_not_exists(revoked_at) AND #version = :version",
            {"#version": "version"},
            {":version": mandate.version, ":now": now.isoformat(), ":by": str(by), ":next": mandate.version + 1},
        )
        update = "SET revoked_at = :now, revoked_by = :by, #version = :next"
        event = Event(Happening.REVOKED, now, by)
        self._table.write_together(
            [
                *(self._table.changing(key["pk"], key["sk"], update, unchanged) for key in _both_keys(mandate)),
                self._audit.putting(event_item(mandate.case_id, mandate.version + 1, event), NEW),
            ]
        )

    def mandate(self, case_id: str) -> Mandate | None:
        parties = self._table.get(f"CASE#{case_id}", "PARTIES")
        if parties is None:
            return None
        item = self._table.get(person_key(parties["represented"]), given_key(case_id))
        return mandate_from(item) if item else None

    def given(self, represented: PersonId) -> list[Mandate]:
        return self._mandates(represented, "GIVEN#")

    def held(self, representative: PersonId, service_id: ServiceId | None = None) -> list[Mandate]:
        return self._mandates(representative, f"HELD#{service_id}#" if service_id else "HELD#")

    def record_use(self, case_id: CaseId, use_id: str, event: Event) -> None:
        record_use(self._audit, case_id, use_id, event)

    def history(self, case_id: CaseId) -> list[Event]:
        return history(self._audit, case_id)

    def _mandates(self, person: PersonId, prefix: str) -> list[Mandate]:
        found = [mandate_from(item) for item in page_through(self._table, person_key(person), prefix)]
        return sorted(found, key=lambda mandate: mandate.activated_at, reverse=True)

    def _ending(self, request: Request, how: RequestState, now: datetime) -> list[Item]:
        """End a request that still waits now; its code goes with it."""
        waiting = Condition(
            "attribute_not_exists(ended) AND expires_at > :now AND #version = :version",
            {"#version": "version"},
            {":now": now.isoformat(), ":ended": str(how), ":version": request.version, ":next": request.version + 1},
        )
        person = person_key(request.represented)
        update = "SET ended = :ended, ended_at = :now, #version = :next"
        return [
            self._table.changing(person, request_key(request.case_id), update, waiting),
            self._table.deleting(f"CLAIM#{request.claim}", f"CODE#{request.case_id}"),
        ]

    def _unmarking(self, request: Request) -> Item:
        """Take away the mark that a request is open."""
        return self._table.deleting(person_key(request.represented), open_key(request.service_id))


def _both_keys(mandate: Mandate) -> tuple[dict[str, str], dict[str, str]]:
    return (
        {"pk": person_key(mandate.represented), "sk": given_key(mandate.case_id)},
        {"pk": person_key(mandate.representative), "sk": held_key(mandate)},
    )
