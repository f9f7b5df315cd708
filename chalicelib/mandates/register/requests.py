"""Requests in DynamoDB: one transaction for each change, with what stands in its way counted in it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from chalicelib.audit.trail import Event, Happening, noting
from chalicelib.catalogue.model import ServiceId
from chalicelib.letters.books import LetterBooks
from chalicelib.letters.posting import LETTERS
from chalicelib.mandates.model.cases import VisitId, asked_with
from chalicelib.mandates.model.refusals import RefusalId
from chalicelib.mandates.model.requests import REQUEST_MOVES, Asking, CodeTerms, Request, RequestState
from chalicelib.mandates.register.askers import AskerBooks
from chalicelib.mandates.register.checks import CHECKS, Check, CheckRow
from chalicelib.mandates.register.counted import CountedLetters, Sealing, Tables, write_counted
from chalicelib.mandates.register.items import (
    ASKING,
    BLOCKED,
    CODE,
    OPEN,
    OPEN_BY_OTHER,
    OPTED_OUT,
    REFUSAL,
    REQUEST,
    OpenMark,
)
from chalicelib.mandates.register.transactions import Admission, Closing, Opening, StoredCode, StoredRefusal
from chalicelib.observe import correlation_id
from chalicelib.people.actor import Actor, Cause, System
from chalicelib.people.pseudonym import ClaimId, PersonId
from chalicelib.storage.rows import Rows
from chalicelib.storage.table import Condition, Item

_ABSENT = Condition("attribute_not_exists(pk)", {}, {})

T = TypeVar("T")


class DynamoRequests:
    """The half of the register that is about requests; see `mandates/register/ports.py::MandateStore`."""

    def __init__(self, tables: Tables, sealing: Sealing, books: LetterBooks, askers: AskerBooks) -> None:
        self._table, self._letters, self._audit = tables.register, tables.letters, tables.audit
        self._requests, self._own = Rows(tables.register, REQUEST), Rows(tables.register, OPEN)
        self._others, self._asked = Rows(tables.register, OPEN_BY_OTHER), Rows(tables.register, ASKING)
        self._codes, self._refusals = Rows(tables.register, CODE), Rows(tables.register, REFUSAL)
        self._blocked, self._opted_out = Rows(tables.register, BLOCKED), Rows(tables.register, OPTED_OUT)
        self._sealing, self._askers = sealing, askers
        self._posts = CountedLetters(tables, sealing, books)

    def open_requests(self, opening: Opening) -> None:
        first, without = opening.requests[0], {gone.letter_id for gone in opening.instead_of if gone.letter_id}
        if first.is_own:
            self._posts.write(opening.requests, opening.mailing, without, lambda: self._opening(opening))
        else:
            self._open_for_another(opening)

    def _open_for_another(self, opening: Opening) -> None:
        first = opening.requests[0]
        asker, now = first.requester.person, first.requested_at

        def writes() -> tuple[object, list[Item]]:
            book = self._askers.read(asker)
            open_now = [one for one in self.askings(asker) if one.is_open(now)]
            return book, [*self._opening(opening), self._askers.adding(len(opening.requests), book, open_now, now)]

        write_counted(self._table, writes, lambda: self._askers.read(asker))

    def _opening(self, opening: Opening) -> list[Item]:
        first = opening.requests[0]
        gone = {one.service_id: one for one in opening.instead_of}
        return [
            *for_each(opening.requests, lambda one: self._opening_one(one, gone.get(one.service_id))),
            *([self._codes.adding(opening.code)] if opening.code else ()),
            *(self._checking(opening.check, opening.requests) if opening.check else ()),
            *self._last_of(opening.instead_of),
            *([self._opted_out.checking(_ABSENT, person=first.represented)] if first.is_own else ()),
        ]

    def _opening_one(self, request: Request, gone: Request | None) -> list[Item]:
        now = request.requested_at
        free = Condition(
            "attribute_not_exists(pk) OR expires_at <= :now OR case_id = :gone",
            {},
            {":now": now, ":gone": gone.case_id if gone else ""},
        )
        marks, key = self._marks(request.represented, request.service_id, request.requester.person)
        return [
            self._requests.adding(request),
            marks.putting(OpenMark(request.case_id, request.expires_at), free, **key),
            self._noting(request, request.version, Happening.REQUESTED, request.written_by, now),
            *(() if request.is_own else [self._asked.adding(as_asking(request))]),
            *(self._giving_way(gone, now) if gone else ()),
        ]

    def _checking(self, check: Check, requests: Sequence[Request]) -> list[Item]:
        sealed, at = CHECKS.seal(self._sealing.vault, check.check_id, check), requests[0].requested_at
        row = CheckRow(check.check_id, at, max(one.expires_at for one in requests), sealed, correlation_id())
        return CHECKS.adding(self._letters, row, at)

    def _giving_way(self, request: Request, now: datetime) -> list[Item]:
        """End a request whose code is void; the mark that it is open is its successor's."""
        return [
            self._ending(request, RequestState.BLOCKED, now),
            self._noting(request, request.version + 1, Happening.BLOCKED, System(Cause.GUESSES), now),
        ]

    def admit(self, admission: Admission) -> None:
        self._posts.write(admission.requests, admission.mailing, set(), lambda: self._admitting(admission))

    def _admitting(self, admission: Admission) -> list[Item]:
        first = admission.requests[0]
        return [
            *for_each(admission.requests, self._admitting_one),
            *([self._codes.adding(admission.code)] if admission.code else ()),
            *([self._refusals.adding(admission.refusal)] if admission.refusal else ()),
            *self._welcome(first.represented, first.requester.person),
        ]

    def _admitting_one(self, request: Request) -> list[Item]:
        """Write a request as it is from `checked_at` on."""
        at = request.checked_at or request.requested_at
        checking = Condition(
            "attribute_not_exists(ended) AND attribute_not_exists(checked_at) AND expires_at > :now AND "
            "#version = :version",
            {"#version": "version"},
            {":now": at, ":version": request.version - 1},
        )
        return [
            self._requests.putting(request, checking),
            self._noting(request, request.version, Happening.CHECKED, System(Cause.REGISTER), at),
        ]

    def close(self, closing: Closing) -> None:
        block, represented = closing.block, closing.requests[0].represented
        self._table.write_together(
            [
                *for_each(closing.requests, lambda one: self._closing_one(one, closing)),
                *self._last_of(closing.requests),
                *([self._blocked.putting(block, represented=represented)] if block else ()),
            ]
        )

    def _closing_one(self, request: Request, closing: Closing) -> list[Item]:
        how, at = closing.how, closing.at
        return [
            self._ending(request, how, at),
            *([self._unmarking(request)] if request.is_own or closing.told else ()),
            *([self._telling(request, how, at)] if closing.told and not request.is_own else ()),
            self._noting(request, request.version + 1, Happening(how.value), closing.by, at),
        ]

    def request(self, represented: PersonId, case_id: str) -> Request | None:
        return self._requests.find(represented=represented, case_id=case_id)

    def requests(self, represented: PersonId, visit_id: VisitId | None = None) -> list[Request]:
        one = {"case_id": asked_with(visit_id)} if visit_id else {}
        found = self._requests.every(represented=represented, **one)
        return sorted(found, key=lambda request: request.requested_at, reverse=True)

    def open_for(self, represented: PersonId, service_id: ServiceId, requester: PersonId) -> Request | None:
        marks, key = self._marks(represented, service_id, requester)
        mark = marks.find(**key)
        return self.request(represented, mark.case_id) if mark else None

    def askings(self, requester: PersonId) -> list[Asking]:
        return sorted(self._asked.every(requester=requester), key=lambda asked: asked.requested_at, reverse=True)

    def asking(self, requester: PersonId, case_id: str) -> Asking | None:
        return self._asked.find(requester=requester, case_id=case_id)

    def codes(self, claim: ClaimId) -> list[StoredCode]:
        return list(self._codes.every(claim=claim))

    def refusal(self, refusal_id: RefusalId) -> StoredRefusal | None:
        return self._refusals.find(refusal_id=refusal_id)

    def _granting(self, request: Request, how: RequestState, at: datetime) -> list[Item]:
        told = [] if request.is_own else [self._telling(request, how, at)]
        return [self._ending(request, how, at), self._unmarking(request), *told]

    def _ending(self, request: Request, how: RequestState, now: datetime) -> Item:
        """End a request that is open now, in a state from which that is a move."""
        checked = (
            "" if request.is_own or RequestState.CHECKING in REQUEST_MOVES[how] else "attribute_exists(checked_at) AND "
        )
        still = Condition(
            f"{checked}attribute_not_exists(ended) AND expires_at > :now AND #version = :version",
            {"#version": "version"},
            {":now": now, ":ended": how, ":version": request.version, ":next": request.version + 1},
        )
        update = "SET ended = :ended, ended_at = :now, #version = :next"
        return self._requests.changing(update, still, represented=request.represented, case_id=request.case_id)

    def _last_of(self, ending: Sequence[Request], *, stop: bool = True) -> list[Item]:
        """Take away code and letter of requests that end, unless others that share them are open still."""
        items: list[Item] = []
        gone = {one.case_id for one in ending}
        for brought, first in {brought_by(one): one for one in ending if one.code or one.letter_id}.items():
            others = self.requests(first.represented, first.visit)
            if any(brought_by(one) == brought and one.ended is None and one.case_id not in gone for one in others):
                continue
            if first.code:
                items.append(self._codes.deleting(claim=first.code.claim, code_id=first.code.code_id))
            if stop and first.letter_id:
                items += LETTERS.stopping(self._letters, first.letter_id)
        return items

    def _telling(self, request: Request, how: RequestState, now: datetime) -> Item:
        """Let somebody who asked for another know how it ended."""
        open_still = Condition("attribute_not_exists(ended)", {}, {":ended": how, ":now": now})
        key = {"requester": request.requester.person, "case_id": request.case_id}
        return self._asked.changing("SET ended = :ended, ended_at = :now", open_still, **key)

    def _welcome(self, represented: PersonId, *askers: PersonId) -> list[Item]:
        """Hold only if the represented did not opt out, and did not block who asks."""
        blocked = (self._blocked.checking(_ABSENT, represented=represented, requester=asker) for asker in askers)
        return [self._opted_out.checking(_ABSENT, person=represented), *blocked]

    def _noting(self, request: Request, number: int, what: Happening, by: Actor, at: datetime) -> Item:
        return noting(self._audit, request.case_id, number, Event(what, at, by), request.sides)

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


def for_each(of: Iterable[T], items: Callable[[T], list[Item]]) -> Iterator[Item]:
    return (item for one in of for item in items(one))


def brought_by(request: Request) -> tuple[CodeTerms | None, str | None]:
    """Return the code and letter of a request, which others of its visit may share."""
    return request.code, request.letter_id


def as_asking(request: Request) -> Asking:
    """Return of what somebody asks for another all that they are told of it."""
    return Asking(
        request.case_id,
        request.requester.person,
        request.represented,
        request.represented_bsn,
        request.service_id,
        request.period,
        request.requested_at,
        request.expires_at,
    )
