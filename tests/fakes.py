"""Stand-ins in memory. Each keeps the promise of its port; `tests/adapters` holds them to it beside the real ones."""

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from chalicelib.audit.trail import Event, Happening, Sides
from chalicelib.catalogue.model import ServiceId
from chalicelib.days import midnight_before, today
from chalicelib.errors import Conflict, RateLimited, TooManyLetters, TooManyRequests, Unavailable
from chalicelib.letters.contract.letter import Letter, LetterKind, Reader
from chalicelib.letters.contract.states import MOVES, LetterState, VendorKind
from chalicelib.letters.life import LetterRow
from chalicelib.letters.limits import Limits, Sent, possible_from
from chalicelib.letters.receivers import receiver_of
from chalicelib.mandates.model.cases import CaseId, VisitId
from chalicelib.mandates.model.guesses import Guesses
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.model.notices import Notice
from chalicelib.mandates.model.refusals import RefusalId
from chalicelib.mandates.model.requests import OPEN, REQUEST_MOVES, Asking, Blocked, OptOut, Request, RequestState
from chalicelib.mandates.model.selection import EVERY, Selection
from chalicelib.mandates.model.wishes import LetterWishes
from chalicelib.mandates.register.askers import AskerBook, AskerLimits, again_from
from chalicelib.mandates.register.checks import Check
from chalicelib.mandates.register.counted import Sealing, asker_of
from chalicelib.mandates.register.mandates import BEGINNINGS
from chalicelib.mandates.register.notices import USEFUL
from chalicelib.mandates.register.ports import Tried
from chalicelib.mandates.register.requests import as_asking
from chalicelib.mandates.register.transactions import (
    Admission,
    Closing,
    Delivery,
    Mailing,
    Making,
    Opening,
    StoredCode,
    StoredRefusal,
)
from chalicelib.mandates.register.tries import LIMITS, Limit
from chalicelib.paging import PER_PAGE, Page, Place, one_page
from chalicelib.people.actor import Actor, Cause, Citizen, System
from chalicelib.people.brp.person import Found, Person
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import ClaimId, PersonId
from chalicelib.storage.table import Condition, Item

T = TypeVar("T")


class FakeVault:
    """Hides nothing, but keeps a text bound to its context."""

    def seal(self, text: str, context: str) -> bytes:
        return f"{context}|{text}".encode()

    def open(self, sealed: bytes, context: str) -> str:
        bound, _, text = sealed.decode().partition("|")
        if bound != context:
            raise ValueError("another context")
        return text


SEALING = Sealing(FakeVault(), FakeVault())


class FakeRegister:
    """A population register with the people it is given; `down` makes it fail, `unreadable` are odd records."""

    def __init__(self, people: Mapping[Bsn, Person], unreadable: Iterable[Bsn] = ()) -> None:
        self.people, self.unreadable, self.down = dict(people), set(unreadable), False

    def find(self, numbers: Iterable[Bsn]) -> Found:
        if self.down:
            raise Unavailable("brp")
        asked = set(numbers)
        found = {bsn: person for bsn, person in self.people.items() if bsn in asked - self.unreadable}
        return Found(found, frozenset(asked & self.unreadable))

    def check(self) -> None:
        if self.down:
            raise Unavailable("brp")


class FakeLetterRows:
    """Rows of letters as the print vendor sees them: where each is since when, and until when printing makes sense."""

    def __init__(self) -> None:
        self.states: dict[str, tuple[LetterState, datetime | None]] = {}
        self.until: dict[str, datetime] = {}

    def begin(self, letter_id: str, now: datetime) -> bool:
        return (
            letter_id in self.until and now < self.until[letter_id] and self._move(letter_id, LetterState.ACCEPTED, now)
        )

    def finish(self, letter_id: str, now: datetime) -> bool:
        return self._move(letter_id, LetterState.PRINTED, now)

    def stop(self, letter_id: str, now: datetime) -> bool:
        return self._move(letter_id, LetterState.CANCELLED, now)

    def state(self, letter_id: str) -> LetterState | None:
        return self.states.get(letter_id, (None, None))[0]

    def _move(self, letter_id: str, state: LetterState, now: datetime) -> bool:
        if self.state(letter_id) not in MOVES[state] and self.states.get(letter_id) != (state, now):
            return False
        self.states[letter_id] = state, now
        return True


class FakePrinted:
    """Notes which letters were emptied; `down` makes it fail."""

    def __init__(self) -> None:
        self.emptied: list[str] = []
        self.down = False

    def empty(self, letter_id: str) -> None:
        if self.down:
            raise Unavailable("s3")
        self.emptied.append(letter_id)


class FakeSender:
    def __init__(self) -> None:
        self.sent: list[str] = []
        self.down = False

    def send(self, letter_id: str, _now: datetime) -> None:
        if self.down:
            raise Unavailable("sqs")
        self.sent.append(letter_id)


class FakeTries:
    def __init__(self, limits: Mapping[str, Limit] = LIMITS) -> None:
        self._limits = limits
        self._windows: dict[str, tuple[int, datetime]] = {}
        self._in_all: Counter[str] = Counter()
        self._claims: dict[ClaimId, Guesses] = {}
        self._lock = threading.Lock()

    def spend(self, subject: str, now: datetime) -> Tried:
        limit = self._limits[subject.partition(":")[0]]
        with self._lock:
            used, until = self._windows.get(subject, (0, now))
            if until <= now:
                used, until = 0, now + limit.window
            if used >= limit.tries:
                raise RateLimited(until)
            self._windows[subject] = (used + 1, until)
            self._in_all[subject] += 1
            return Tried(limit.tries - used - 1, self._in_all[subject])

    def refund(self, subject: str) -> None:
        with self._lock:
            used, until = self._windows[subject]
            if used:
                self._windows[subject] = (used - 1, until)
                self._in_all[subject] -= 1

    def add(self, claim: ClaimId, _now: datetime, *, wears: bool) -> Guesses:
        with self._lock:
            return self._count(claim, 1, int(wears))

    def total(self, claim: ClaimId) -> Guesses:
        return self._claims.get(claim, Guesses())

    def forgive(self, claim: ClaimId, *, wears: bool) -> None:
        with self._lock:
            if self.total(claim).made:
                self._count(claim, -1, -int(wears))

    def _count(self, claim: ClaimId, made: int, wearing: int) -> Guesses:
        kept = self.total(claim)
        self._claims[claim] = Guesses(kept.made + made, kept.wearing + wearing)
        return self._claims[claim]


class FakeWishes:
    def __init__(self) -> None:
        self._stated: dict[PersonId, LetterWishes] = {}

    def stated(self, person: PersonId) -> LetterWishes | None:
        return self._stated.get(person)

    def state(self, person: PersonId, wishes: LetterWishes) -> None:
        self._stated[person] = wishes


class FakeMandates(FakeWishes):
    """The register as dictionaries; `letters`, `checks` and `due` (notices) hold what an outbox would."""

    def __init__(self, limits: Limits = Limits(), askers: AskerLimits = AskerLimits()) -> None:  # noqa: B008 - frozen
        super().__init__()
        self.letters: list[Letter] = []
        self.checks: list[Check] = []
        self.due: list[Notice] = []
        self.rows: dict[str, LetterRow] = {}
        self._limits, self._askers = limits, askers
        self._sent: dict[str, list[Sent]] = defaultdict(list)
        self._asked_at: dict[PersonId, tuple[datetime, ...]] = {}
        self._requests: dict[str, Request] = {}
        self._asked: dict[str, Asking] = {}
        self._codes: dict[str, StoredCode] = {}
        self._refusals: dict[RefusalId, StoredRefusal] = {}
        self._mandates: dict[str, Mandate] = {}
        self._blocked: dict[tuple[PersonId, PersonId], Blocked] = {}
        self._opted_out: dict[PersonId, OptOut] = {}
        self._events: dict[str, list[Event]] = {}
        self._uses: dict[tuple[str, str, Happening], Event] = {}
        self._turns: dict[PersonId, int] = defaultdict(int)
        self._lock = threading.RLock()

    def open_requests(self, opening: Opening) -> None:
        first = opening.requests[0]
        with self._lock:
            without = {gone.letter_id for gone in opening.instead_of}
            count = self._counting(opening.requests, opening.mailing, without)
            if first.is_own:
                self._welcome(first.represented)
            else:
                self._count_asker(first, len(opening.requests))
            for request in opening.requests:
                if request.case_id in self._requests or self._is_open(request, opening.instead_of):
                    raise Conflict("exists")
            for gone in opening.instead_of:
                self._end(gone, RequestState.BLOCKED, first.requested_at)
                self._note(gone.case_id, Happening.BLOCKED, first.requested_at, System(Cause.GUESSES))
            self._drop_codes(opening.instead_of)
            count()
            for request in opening.requests:
                self._requests[request.case_id] = request
                self._note(request.case_id, Happening.REQUESTED, first.requested_at, first.written_by)
                if not request.is_own:
                    self._asked[request.case_id] = as_asking(request)
            if opening.code is not None:
                self._codes[opening.code.code_id] = opening.code
            if opening.check is not None:
                self.checks.append(opening.check)

    def admit(self, admission: Admission) -> None:
        first = admission.requests[0]
        with self._lock:
            count = self._counting(admission.requests, admission.mailing, set())
            self._welcome(first.represented, first.requester.person)
            for request in admission.requests:
                at = request.checked_at or request.requested_at
                kept = self._requests[request.case_id]
                if kept.state(at) is not RequestState.CHECKING or kept.version != request.version - 1:
                    raise Conflict("not being checked")
            count()
            for request in admission.requests:
                self._requests[request.case_id] = request
                at = request.checked_at or request.requested_at
                self._note(request.case_id, Happening.CHECKED, at, System(Cause.REGISTER))
            if admission.code is not None:
                self._codes[admission.code.code_id] = admission.code
            if admission.refusal is not None:
                self._refusals[admission.refusal.refusal_id] = admission.refusal

    def close(self, closing: Closing) -> None:
        with self._lock:
            for request in closing.requests:
                self._may_end(request, closing.how, closing.at)
            for request in closing.requests:
                self._end(request, closing.how, closing.at)
                self._note(request.case_id, Happening(closing.how.value), closing.at, closing.by)
                if closing.told and not request.is_own:
                    self._tell(request.case_id, closing.how, closing.at)
            self._drop_codes(closing.requests)
            if closing.block is not None:
                self._blocked[closing.requests[0].represented, closing.block.requester] = closing.block

    def take_back(self, asked: Asking, by: Citizen, now: datetime) -> None:
        with self._lock:
            request = self._requests[asked.case_id]
            if self._asked[asked.case_id].ended is not None:
                raise Conflict("ended")
            if request.state(now) in OPEN:
                self.close(Closing((request,), RequestState.WITHDRAWN, by, now, told=True))
            else:
                self._tell(asked.case_id, RequestState.WITHDRAWN, now)
                self._note(asked.case_id, Happening.WITHDRAWN, now, by)

    def letter(self, letter_id: str) -> LetterRow | None:
        return self.rows.get(letter_id)

    def deliver(self, delivery: Delivery) -> None:
        with self._lock:
            row = self.rows.get(delivery.letter_id)
            if row is None or row.state not in MOVES[delivery.state] or (row.useful_until is None) != delivery.stopped:
                raise Conflict("letter")
            if delivery.recalled and row.sealed is None:
                raise Conflict("letter")
            for request in (*delivery.posted, *delivery.lost):
                self._may_end(request, RequestState.UNDELIVERABLE, delivery.now)
            reached: dict[str, Any] = {f"{delivery.state}_at": delivery.at}
            told: dict[str, Any] = {"reason": delivery.reason or row.reason, "batch": delivery.batch or row.batch}
            new = row._replace(state=delivery.state, sealed=None, receiver=None, **reached, **told)
            self.rows[row.letter_id] = new._replace(useful_until=None) if delivery.recalled else new
            self.due += delivery.due
            for request in delivery.posted:
                self._requests[request.case_id] = request
                self._note(request.case_id, Happening.POSTED, delivery.at, System(Cause.POST))
            for code in {one.code for one in delivery.posted if one.code}:
                if stored := self._codes.get(code.code_id):
                    ends = max(one.expires_at for one in delivery.posted if one.code == code)
                    self._codes[code.code_id] = replace(stored, expires_at=ends)
            for request in delivery.lost:
                self._end(request, RequestState.UNDELIVERABLE, delivery.now)
                by = System(Cause.REGISTER if delivery.recalled else Cause.POST)
                self._note(request.case_id, Happening.UNDELIVERABLE, delivery.now, by)
                if request.code:
                    self._codes.pop(request.code.code_id, None)

    def confirm_address(self, letter: LetterRow, now: datetime) -> None:
        with self._lock:
            row = self.rows[letter.letter_id]
            if row.checked_at != letter.checked_at or row.useful_until is None or row.sealed is None:
                raise Conflict("letter")
            self.rows[letter.letter_id] = row._replace(checked_at=now)

    def _write_row(self, letter: Letter, of: Request | Mandate, requested_at: datetime, checked_at: datetime) -> None:
        side = Reader.REPRESENTATIVE if letter.kind is LetterKind.HELD else Reader.REPRESENTED
        self.rows[letter.letter_id] = LetterRow(
            letter.letter_id,
            requested_at=requested_at,
            useful_until=requested_at + timedelta(days=90),
            sealed=b"sealed",
            represented=of.represented,
            vendor=VendorKind.FUNCTION,
            checked_at=checked_at,
            receiver=receiver_of(letter, of.case_id, side, FakeVault()),
        )

    def request(self, represented: PersonId, case_id: str) -> Request | None:
        request = self._requests.get(case_id)
        return request if request and request.represented == represented else None

    def requests(self, represented: PersonId, visit_id: VisitId | None = None) -> list[Request]:
        found = [
            request
            for request in self._requests.values()
            if request.represented == represented and visit_id in (None, request.visit)
        ]
        return sorted(found, key=lambda request: request.requested_at, reverse=True)

    def open_for(self, represented: PersonId, service_id: ServiceId, requester: PersonId) -> Request | None:
        asked = (service_id, requester)
        found = (one for one in self.requests(represented) if (one.service_id, one.requester.person) == asked)
        return next((one for one in found if self._is_marked(one)), None)

    def askings(self, requester: PersonId) -> list[Asking]:
        found = [asked for asked in self._asked.values() if asked.requester == requester]
        return sorted(found, key=lambda asked: asked.requested_at, reverse=True)

    def asking(self, requester: PersonId, case_id: str) -> Asking | None:
        asked = self._asked.get(case_id)
        return asked if asked and asked.requester == requester else None

    def codes(self, claim: ClaimId) -> list[StoredCode]:
        return [code for code in self._codes.values() if code.claim == claim]

    def refusal(self, refusal_id: RefusalId) -> StoredRefusal | None:
        return self._refusals.get(refusal_id)

    def make(self, making: Making, by: Citizen) -> None:
        first, how = making.mandates[0], making.how
        others = making.unasked
        with self._lock:
            self._welcome(first.represented, *others)
            for request in making.requests:
                self._may_end(request, how, first.activated_at)
            if any(made.case_id in self._mandates for made in making.mandates):
                raise Conflict("exists")
            if making.turn is not None:
                if making.turn != self._turns[first.represented]:
                    raise Conflict("not their turn")
                self._turns[first.represented] += 1
            for request in making.requests:
                self._end(request, how, first.activated_at)
                if not request.is_own:
                    self._tell(request.case_id, how, first.activated_at)
            self._drop_codes(making.requests)
            self.letters += making.notices
            self.due += making.due
            for letter in making.notices:
                self._write_row(letter, first, first.activated_at, first.activated_at)
            for mandate in making.mandates:
                self._mandates[mandate.case_id] = mandate
                self._note(mandate.case_id, BEGINNINGS[mandate.consent.way], mandate.activated_at, by)

    def change(self, mandate: Mandate, new: Mandate, event: Event, *due: Notice) -> None:
        with self._lock:
            kept = self._mandates[mandate.case_id]
            if kept.ended_at is not None or kept.version != mandate.version:
                raise Conflict("changed")
            if mandate.suspended_at is None and new.suspended_at is not None:
                self._turns[mandate.represented] += 1
            self._mandates[mandate.case_id] = new
            self.due += due
            self._note(mandate.case_id, event.what, event.at, event.by)

    def mandate(self, case_id: str) -> Mandate | None:
        return self._mandates.get(case_id)

    def turn(self, represented: PersonId) -> int:
        return self._turns[represented]

    def given(self, represented: PersonId) -> list[Mandate]:
        return self._newest(mandate for mandate in self._mandates.values() if mandate.represented == represented)

    def held(self, representative: PersonId) -> list[Mandate]:
        return self._newest(one for one in self._mandates.values() if one.representative == representative)

    def blocked(self, represented: PersonId) -> list[Blocked]:
        found = [block for (person, _), block in self._blocked.items() if person == represented]
        return sorted(found, key=lambda block: block.since, reverse=True)

    def block(self, represented: PersonId, block: Blocked) -> None:
        self._blocked[represented, block.requester] = block

    def unblock(self, represented: PersonId, requester: PersonId) -> None:
        self._blocked.pop((represented, requester), None)

    def opt_out(self, person: PersonId, out: OptOut | None) -> None:
        if out is None:
            self._opted_out.pop(person, None)
        else:
            self._opted_out[person] = out

    def opted_out(self, person: PersonId) -> OptOut | None:
        return self._opted_out.get(person)

    def held_page(
        self,
        representative: PersonId,
        place: str = "",
        limit: int | None = PER_PAGE,
        selection: Selection = EVERY,
    ) -> Page[Mandate]:
        taken = [mandate for mandate in self.held(representative) if selection.takes(mandate, mandate.represented)]
        return _page({f"{mandate.service_id}#{mandate.case_id}": mandate for mandate in taken}, place, limit)

    def given_page(
        self,
        represented: PersonId,
        place: str = "",
        limit: int | None = PER_PAGE,
        selection: Selection = EVERY,
    ) -> Page[Mandate]:
        taken = [mandate for mandate in self.given(represented) if selection.takes(mandate, mandate.representative)]
        return _page({mandate.case_id: mandate for mandate in taken}, place, limit)

    def record_use(self, case_id: CaseId, use_id: str, event: Event) -> None:
        self._uses.setdefault((case_id, use_id, event.what), event)

    def history(self, case_id: CaseId, _sides: Sides) -> list[Event]:
        uses = [event for (case, *_), event in self._uses.items() if case == case_id]
        return sorted([*self._events.get(case_id, []), *uses], key=lambda event: event.at)[::-1]

    def _counting(
        self, requests: Sequence[Request], mailing: Mailing | None, without: Collection[str | None]
    ) -> Callable[[], None]:
        """Return what posts and counts a letter. Raises `TooManyLetters`."""
        if mailing is None:
            return lambda: None
        first = requests[0]
        day = today(first.checked_at or first.requested_at)
        sent = [Sent(mailing.letter.letter_id, day, one.service_id, asker_of(one)) for one in requests]
        books = self._sent[first.represented], self._sent[mailing.address]
        person, address = ([one for one in book if one.letter_id not in without] for book in books)
        if (possible := possible_from(sent, person, address, self._limits)) > day:
            raise TooManyLetters(midnight_before(possible))

        def count() -> None:
            books[0][:], books[1][:] = [*person, *sent], [*address, *sent]
            self.letters.append(mailing.letter)
            at = first.checked_at or first.requested_at
            self._write_row(mailing.letter, first, first.requested_at, at)

        return count

    def _count_asker(self, first: Request, number: int) -> None:
        asker, now = first.requester.person, first.requested_at
        asked = self._asked_at.get(asker, ())
        open_now = [one for one in self.askings(asker) if one.is_open(now)]
        if (again := again_from(number, AskerBook(asker, asked, 1), open_now, self._askers, now)) > now:
            raise TooManyRequests(again)
        self._asked_at[asker] = (*asked, *[now] * number)

    def _welcome(self, represented: PersonId, *askers: PersonId) -> None:
        if represented in self._opted_out or any((represented, asker) in self._blocked for asker in askers):
            raise Conflict("not wanted")

    def _is_marked(self, request: Request) -> bool:
        asked = self._asked.get(request.case_id)
        return (asked or request).ended is None

    def _is_open(self, request: Request, but: Sequence[Request]) -> bool:
        return any(
            other not in but
            and self._is_marked(other)
            and request.requested_at < (self._asked.get(other.case_id) or other).expires_at
            and (other.service_id, other.requester.person) == (request.service_id, request.requester.person)
            for other in self.requests(request.represented)
        )

    def _may_end(self, request: Request, how: RequestState, now: datetime) -> None:
        kept = self._requests[request.case_id]
        if kept.state(now) not in REQUEST_MOVES[how] or kept.version != request.version:
            raise Conflict("not open")

    def _end(self, request: Request, how: RequestState, now: datetime) -> None:
        self._may_end(request, how, now)
        kept = self._requests[request.case_id]
        self._requests[request.case_id] = replace(kept, ended=how, ended_at=now, version=kept.version + 1)

    def _drop_codes(self, ended: Sequence[Request]) -> None:
        for request in ended:
            others = self.requests(request.represented, request.visit)
            if request.code and all(other.ended is not None for other in others):
                self._codes.pop(request.code.code_id, None)

    def _tell(self, case_id: str, how: RequestState, now: datetime) -> None:
        self._asked[case_id] = replace(self._asked[case_id], ended=how, ended_at=now)

    def _note(self, case_id: str, what: Happening, at: datetime, by: Actor) -> None:
        self._events.setdefault(case_id, []).append(Event(what, at, by))

    @staticmethod
    def _newest(mandates: Iterable[Mandate]) -> list[Mandate]:
        return sorted(mandates, key=lambda mandate: mandate.activated_at, reverse=True)


class FakeNotices:
    """The notices that became due in a register in memory."""

    def __init__(self, store: FakeMandates) -> None:
        self._store = store
        self._told: set[str] = set()

    def due(self, notice_id: str, now: datetime) -> Notice | None:
        found = next((one for one in self._store.due if one.notice_id == notice_id), None)
        waits = found is not None and notice_id not in self._told and now < found.at + USEFUL
        return found if waits else None

    def tell(self, notice: Notice, letter: Letter | None, _now: datetime) -> bool:
        if notice.notice_id in self._told:
            return False
        self._told.add(notice.notice_id)
        if letter is not None:
            self._store.letters.append(letter)
        return True


def _page(rows: Mapping[str, T], place: str, limit: int | None) -> Page[T]:
    def run(at: Place) -> Iterator[tuple[str, T]]:
        in_order = sorted(rows.items())
        if at.backwards:
            return (one for one in reversed(in_order) if one[0] < at.key)
        return (one for one in in_order if one[0] > at.key)

    return one_page(run, place, limit)


class FakeTable:
    """A table in memory, for records that are kept by key: what `chalicelib.storage.table.Table` does with one of them.

    It knows the conditions that such records need, and says so of any other.
    """

    def __init__(self) -> None:
        self._items: dict[tuple[str, str], Item] = {}
        self._lock = threading.Lock()

    def get(self, pk: str, sk: str) -> Item | None:
        found = self._items.get((pk, sk))
        return dict(found) if found is not None else None

    def put(self, item: Item, condition: Condition | None = None) -> None:
        self.write_together([self.putting(item, condition)])

    def change(self, pk: str, sk: str, update: str, condition: Condition, returning: str = "NONE") -> Item:
        if returning != "NONE":
            raise NotImplementedError(returning)
        self.write_together([self.changing(pk, sk, update, condition)])
        return {}

    def putting(self, item: Item, condition: Condition | None = None) -> Item:
        new = {name: value for name, value in item.items() if value is not None}
        return {"key": (item["pk"], item["sk"]), "condition": condition, "new": lambda _: new}

    def changing(self, pk: str, sk: str, update: str, condition: Condition) -> Item:
        if not update.startswith("SET "):
            raise NotImplementedError(update)
        setting, _, removing = update.removeprefix("SET ").partition(" REMOVE ")
        changes = (part.split(" = ") for part in setting.split(", "))
        new = {condition.names.get(name, name): condition.values[value] for name, value in changes}
        gone = {condition.names.get(name, name) for name in removing.split(", ")}

        def changed(found: Item | None) -> Item:
            merged = {**(found or {"pk": pk, "sk": sk}), **new}
            return {name: value for name, value in merged.items() if name not in gone}

        return {"key": (pk, sk), "condition": condition, "new": changed}

    def write_together(self, writes: Sequence[Item]) -> None:
        with self._lock:
            for write in writes:
                self._check(self._items.get(write["key"]), write["condition"])
            for write in writes:
                self._items[write["key"]] = write["new"](self._items.get(write["key"]))

    def delete(self, pk: str, sk: str) -> None:
        with self._lock:
            self._items.pop((pk, sk), None)

    def query(self, pk: str, prefix: str, start: Item | None) -> tuple[list[Item], Item | None]:
        if start is not None:
            raise NotImplementedError("there is one page")
        keys = sorted(key for key in self._items if key[0] == pk and key[1].startswith(prefix))
        return [dict(self._items[key]) for key in keys], None

    @staticmethod
    def _check(item: Item | None, condition: Condition | None) -> None:
        if condition is not None and not all(_holds(text, item, condition) for text in condition.text.split(" AND ")):
            raise Conflict("condition")


def _holds(text: str, item: Item | None, condition: Condition) -> bool:
    names, values = condition.names, condition.values
    match text.replace("(", " ").replace(")", " ").replace(",", " ").split():
        case ["attribute_not_exists", name]:
            return item is None or item.get(names.get(name, name)) is None
        case ["attribute_exists", "pk"]:
            return item is not None
        case [name, "=", value]:
            return item is not None and item.get(names.get(name, name)) == values[value]
        case [name, "IN", *allowed]:
            return item is not None and item.get(names.get(name, name)) in [values[one] for one in allowed]
        case _:
            raise NotImplementedError(condition.text)


class Clock:
    """A clock that tests move."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **step: float) -> None:
        self.now += timedelta(**step)
