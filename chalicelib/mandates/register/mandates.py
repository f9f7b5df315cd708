"""The register in DynamoDB: one method for each invariant, one transaction for each change."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from chalicelib.audit.trail import Event, Happening, Sides, history, noting, record_use
from chalicelib.days import midnight_after
from chalicelib.errors import Conflict
from chalicelib.letters.books import LetterBooks
from chalicelib.letters.contract.letter import Letter, LetterKind, Reader
from chalicelib.letters.life import LETTER
from chalicelib.letters.posting import LETTERS, Whose, letter_items
from chalicelib.letters.receivers import receiver_of
from chalicelib.mandates.model.cases import CaseId, visit_of
from chalicelib.mandates.model.mandates import Mandate, Way
from chalicelib.mandates.model.notices import Notice
from chalicelib.mandates.model.requests import OPEN, Asking, Blocked, OptOut, Request, RequestState
from chalicelib.mandates.model.selection import EVERY, Selection
from chalicelib.mandates.model.wishes import LetterWishes
from chalicelib.mandates.register.askers import AskerBooks
from chalicelib.mandates.register.counted import Sealing, Tables
from chalicelib.mandates.register.deliveries import DynamoDeliveries
from chalicelib.mandates.register.items import GIVEN, GRANTS, HELD, PARTIES, PartiesRow, Turn
from chalicelib.mandates.register.narrowing import narrowed
from chalicelib.mandates.register.notices import notice_items
from chalicelib.mandates.register.requests import brought_by, for_each
from chalicelib.mandates.register.transactions import Making
from chalicelib.mandates.register.wishes import DynamoWishes
from chalicelib.outbox.parcels import MARK
from chalicelib.paging import PER_PAGE, Page
from chalicelib.people.actor import Citizen
from chalicelib.people.pseudonym import ClaimId, PersonId
from chalicelib.storage.rows import Rows
from chalicelib.storage.table import NEW, Condition, Item

BEGINNINGS: Mapping[Way, Happening] = {
    Way.ASKED: Happening.ACTIVATED,
    Way.TELEPHONE: Happening.ACTIVATED,
    Way.LETTER: Happening.ACTIVATED,
    Way.APPROVED: Happening.APPROVED,
    Way.KNOWN: Happening.GRANTED,
    Way.RENEWED: Happening.RENEWED,
}
"""With which event a mandate begins, by how the represented consents."""


_BY_KEY = 5
"""Services of which the mandates are each asked for by themselves."""


class DynamoMandates(DynamoDeliveries):
    """See `mandates/register/ports.py::MandateStore` for what each method promises."""

    def __init__(self, tables: Tables, sealing: Sealing, books: LetterBooks, askers: AskerBooks) -> None:
        super().__init__(tables, sealing, books, askers)
        self._parties = Rows(tables.register, PARTIES)
        self._turns = Rows(tables.register, GRANTS)
        self._wishes = DynamoWishes(tables.register)
        self._given, self._held = Rows(tables.register, GIVEN), Rows(tables.register, HELD)

    def make(self, making: Making, by: Citizen) -> None:
        first, how = making.mandates[0], making.how
        at = first.activated_at
        others = making.unasked
        self._table.write_together(
            [
                *for_each(making.requests, lambda one: self._granting(one, how, at)),
                *self._last_of(making.requests, stop=how is RequestState.APPROVED),
                *for_each(making.mandates, lambda one: self._beginning(one, by)),
                *self._welcome(first.represented, *others),
                *(item for letter in making.notices for item in self._posting(letter, at, first)),
                *([] if making.turn is None else [self._taking(making.turn, first.represented, at)]),
                *notice_items(self._letters, making.due),
            ]
        )

    def _taking(self, turn: int, represented: PersonId, at: datetime) -> Item:
        """Take the next turn; nobody else has since this one was read."""
        unchanged = Condition("#number = :number", {"#number": "number"}, {":number": turn})
        return self._turns.putting(Turn(turn + 1, at), unchanged if turn else NEW, represented=represented)

    def turn(self, represented: PersonId) -> int:
        taken = self._turns.find(represented=represented)
        return taken.number if taken else 0

    def _beginning(self, mandate: Mandate, by: Citizen) -> list[Item]:
        event = Event(BEGINNINGS[mandate.consent.way], mandate.activated_at, by)
        parties = PartiesRow(mandate.represented, mandate.representative, mandate.service_id)
        return [
            self._given.adding(mandate),
            self._held.adding(mandate),
            self._parties.adding(parties, case_id=mandate.case_id),
            noting(self._audit, mandate.case_id, mandate.version, event, mandate.sides),
        ]

    def _posting(self, letter: Letter, at: datetime, mandate: Mandate) -> list[Item]:
        """Return the writes that post a letter that tells something, and is not counted."""
        sealed = LETTERS.seal(self._sealing.letters, letter.letter_id, letter)
        until = midnight_after(mandate.period.end)
        side = Reader.REPRESENTATIVE if letter.kind is LetterKind.HELD else Reader.REPRESENTED
        return letter_items(
            self._letters,
            letter.letter_id,
            sealed,
            at,
            until,
            whose=Whose(mandate.represented, receiver_of(letter, mandate.case_id, side, self._sealing.vault)),
            vendor=self._sealing.vendor,
        )

    def change(self, mandate: Mandate, new: Mandate, event: Event, *due: Notice) -> None:
        represented, suspends = mandate.represented, mandate.suspended_at is None and new.suspended_at is not None
        unchanged = Condition(
            "attribute_not_exists(revoked_at) AND #version = :version",
            {"#version": "version"},
            {":version": mandate.version},
        )
        self._table.write_together(
            [
                self._given.putting(new, unchanged),
                self._held.putting(new, unchanged),
                noting(self._audit, new.case_id, new.version, event, new.sides),
                *([self._taking(self.turn(represented), represented, event.at)] if suspends else ()),
                *notice_items(self._letters, due),
            ]
        )

    def take_back(self, asked: Asking, by: Citizen, now: datetime) -> None:
        """Ask and write the same, as far as one who waits for it could tell, whatever has become of the request."""
        visit = self.requests(asked.represented, visit_of(asked.case_id))
        request = next((one for one in visit if one.case_id == asked.case_id), None)
        if request is None:
            raise Conflict("no request")
        brought = brought_by(request)
        # Its end counts from the posting, of which they do not hear: it may be over before what they were told.
        waits = request.state(now) in OPEN
        shared = any(brought_by(one) == brought and one.state(now) in OPEN and one is not request for one in visit)
        last = waits and not shared
        self._table.write_together(
            [
                self._ending(request, RequestState.WITHDRAWN, now) if waits else self._kept(request),
                self._unmarking(request),
                self._telling(request, RequestState.WITHDRAWN, now),
                self._noting(request, request.version + 1, Happening.WITHDRAWN, by, now),
                *self._forgetting(request, none=not last),
            ]
        )

    def _kept(self, request: Request) -> Item:
        """Leave a request that has ended as it is, which they do not know."""
        unchanged = Condition("#version = :version", {"#version": "version"}, {":version": request.version})
        key = {"represented": request.represented, "case_id": request.case_id}
        return self._requests.changing("SET #version = :version", unchanged, **key)

    def _forgetting(self, request: Request, *, none: bool) -> list[Item]:
        """Take a request's code and letter away; where there is none to be taken, as much that was never there."""
        code, letter_id = (None, None) if none else brought_by(request)
        nothing = [
            Rows(self._letters, LETTER).deleting(letter_id=request.case_id),
            Rows(self._letters, MARK).deleting(shard=0, key=request.case_id),
        ]
        claim, code_id = (code.claim, code.code_id) if code else (ClaimId(request.case_id), request.case_id)
        return [
            self._codes.deleting(claim=claim, code_id=code_id),
            *(LETTERS.stopping(self._letters, letter_id) if letter_id else nothing),
        ]

    def mandate(self, case_id: str) -> Mandate | None:
        parties = self._parties.find(case_id=case_id)
        return self._given.find(represented=parties.represented, case_id=case_id) if parties else None

    def given(self, represented: PersonId) -> list[Mandate]:
        return _newest(self._given.every(represented=represented))

    def held(self, representative: PersonId) -> list[Mandate]:
        return _newest(self._held.every(representative=representative))

    def blocked(self, represented: PersonId) -> list[Blocked]:
        return sorted(self._blocked.every(represented=represented), key=lambda one: one.since, reverse=True)

    def block(self, represented: PersonId, block: Blocked) -> None:
        self._blocked.put(block, represented=represented)

    def unblock(self, represented: PersonId, requester: PersonId) -> None:
        self._blocked.delete(represented=represented, requester=requester)

    def opt_out(self, person: PersonId, out: OptOut | None) -> None:
        if out is None:
            self._opted_out.delete(person=person)
        else:
            self._opted_out.put(out, person=person)

    def opted_out(self, person: PersonId) -> OptOut | None:
        return self._opted_out.find(person=person)

    def held_page(
        self,
        representative: PersonId,
        place: str = "",
        limit: int | None = PER_PAGE,
        selection: Selection = EVERY,
    ) -> Page[Mandate]:
        services = selection.services
        # For which services, the keys tell; where there are many, the filter, or each were a question of its own.
        keyed = services if services is not None and len(services) <= _BY_KEY else None
        return self._held.page(
            place,
            limit,
            among=[{}] if keyed is None else [{"service_id": one} for one in keyed],
            where=narrowed(selection if keyed is None else replace(selection, services=None), other="represented"),
            fits=lambda mandate: selection.takes(mandate, mandate.represented),
            representative=representative,
        )

    def given_page(
        self,
        represented: PersonId,
        place: str = "",
        limit: int | None = PER_PAGE,
        selection: Selection = EVERY,
    ) -> Page[Mandate]:
        return self._given.page(
            place,
            limit,
            where=narrowed(selection, other="representative"),
            fits=lambda mandate: selection.takes(mandate, mandate.representative),
            represented=represented,
        )

    def stated(self, person: PersonId) -> LetterWishes | None:
        return self._wishes.stated(person)

    def state(self, person: PersonId, wishes: LetterWishes) -> None:
        self._wishes.state(person, wishes)

    def record_use(self, case_id: CaseId, use_id: str, event: Event) -> None:
        record_use(self._audit, case_id, use_id, event)

    def history(self, case_id: CaseId, sides: Sides) -> list[Event]:
        return history(self._audit, case_id, sides)


def _newest(mandates: Iterable[Mandate]) -> list[Mandate]:
    return sorted(mandates, key=lambda mandate: mandate.activated_at, reverse=True)
