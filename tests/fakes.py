"""Stand-ins in memory. Each keeps the promise of its port; `tests/adapters` holds them to it beside the real ones."""

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.audit.trail import Event, Happening, Sides
from chalicelib.catalogue.model import ServiceId
from chalicelib.days import midnight_before
from chalicelib.errors import Conflict, RateLimited, TooManyLetters, Unavailable
from chalicelib.letters.contract import MOVES, Letter, LetterState
from chalicelib.letters.limits import Limits, Sent, possible_from
from chalicelib.mandates.model import CaseId, Guesses, Mandate, Request, RequestState
from chalicelib.mandates.ports import Mailing, Opening, StoredCode, Tried
from chalicelib.mandates.tries import LIMITS
from chalicelib.people.actor import Actor, Cause, Citizen, System
from chalicelib.people.brp.person import Found, Person
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import ClaimId, PersonId
from chalicelib.storage.table import Condition, Item


class FakeVault:
    """Hides nothing, but keeps a text bound to its context."""

    def seal(self, text: str, context: str) -> bytes:
        return f"{context}|{text}".encode()

    def open(self, sealed: bytes, context: str) -> str:
        bound, _, text = sealed.decode().partition("|")
        if bound != context:
            raise ValueError("another context")
        return text


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
            letter_id in self.until and now < self.until[letter_id] and self._move(letter_id, LetterState.PRINTING, now)
        )

    def finish(self, letter_id: str, now: datetime) -> bool:
        return self._move(letter_id, LetterState.PRINTED, now)

    def stop(self, letter_id: str, now: datetime) -> bool:
        return self._move(letter_id, LetterState.STOPPED, now)

    def state(self, letter_id: str) -> LetterState | None:
        return self.states.get(letter_id, (None, None))[0]

    def _move(self, letter_id: str, state: LetterState, now: datetime) -> bool:
        if self.state(letter_id) not in MOVES[state] and self.states.get(letter_id) != (state, now):
            return False
        self.states[letter_id] = state, now
        return True


class FakeSender:
    def __init__(self) -> None:
        self.sent: list[str] = []
        self.down = False

    def send(self, letter_id: str, _now: datetime) -> None:
        if self.down:
            raise Unavailable("sqs")
        self.sent.append(letter_id)


class FakeTries:
    def __init__(self) -> None:
        self._windows: dict[str, tuple[int, datetime]] = {}
        self._in_all: Counter[str] = Counter()
        self._claims: dict[ClaimId, Guesses] = {}
        self._lock = threading.Lock()

    def spend(self, subject: str, now: datetime) -> Tried:
        limit = LIMITS[subject.partition(":")[0]]
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


class FakeMandates:
    """The register as dictionaries; `letters` holds what an outbox would."""

    def __init__(self, limits: Limits = Limits()) -> None:  # noqa: B008 - frozen
        self.letters: list[Letter] = []
        self._limits = limits
        self._sent: dict[str, list[Sent]] = defaultdict(list)
        self._requests: dict[str, Request] = {}
        self._codes: dict[str, StoredCode] = {}
        self._mandates: dict[str, Mandate] = {}
        self._events: dict[str, list[Event]] = {}
        self._uses: dict[tuple[str, str, Happening], Event] = {}
        self._lock = threading.RLock()

    def open_request(self, opening: Opening) -> None:
        request, gone = opening.request, opening.instead_of
        with self._lock:
            count = self._counting(opening, opening.mailing) if opening.mailing else lambda: None
            if request.case_id in self._requests or self._is_open(request, opening.instead_of):
                raise Conflict("exists")
            if gone is not None:
                self._end(gone, RequestState.BLOCKED, request.requested_at)
                self._note(gone.case_id, Happening.BLOCKED, request.requested_at, System(Cause.GUESSES))
            count()
            self._requests[request.case_id] = request
            if opening.code is not None:
                self._codes[request.case_id] = opening.code
            self._note(request.case_id, Happening.REQUESTED, request.requested_at, request.requester)

    def _counting(self, opening: Opening, mailing: Mailing) -> Callable[[], None]:
        """Return what posts and counts a letter. Raises `TooManyLetters`."""
        sent = opening.sent(mailing.letter)
        books = self._sent[opening.request.represented], self._sent[mailing.address]
        person, address = ([one for one in book if one.letter_id != opening.without] for book in books)
        if (day := possible_from(sent, person, address, self._limits)) > sent.day:
            raise TooManyLetters(midnight_before(day))

        def count() -> None:
            books[0][:], books[1][:] = [*person, sent], [*address, sent]
            self.letters.append(mailing.letter)

        return count

    def request(self, represented: PersonId, case_id: str) -> Request | None:
        request = self._requests.get(case_id)
        return request if request and request.represented == represented else None

    def requests(self, represented: PersonId) -> list[Request]:
        found = [request for request in self._requests.values() if request.represented == represented]
        return sorted(found, key=lambda request: request.requested_at, reverse=True)

    def open_for(self, represented: PersonId, service_id: ServiceId, requester: PersonId) -> Request | None:
        asked = (service_id, requester)
        found = (one for one in self.requests(represented) if (one.service_id, one.requester.person) == asked)
        return next((one for one in found if one.ended is None), None)

    def codes(self, claim: ClaimId) -> list[StoredCode]:
        return [code for code in self._codes.values() if code.claim == claim]

    def activate(self, request: Request, mandate: Mandate, by: Citizen) -> None:
        with self._lock:
            self._end(request, RequestState.ACTIVATED, mandate.activated_at)
            self._mandates[mandate.case_id] = mandate
            self._note(mandate.case_id, Happening.ACTIVATED, mandate.activated_at, by)

    def withdraw(self, request: Request, by: Citizen, now: datetime) -> None:
        with self._lock:
            self._end(request, RequestState.WITHDRAWN, now)
            self._note(request.case_id, Happening.WITHDRAWN, now, by)

    def revoke(self, mandate: Mandate, by: Citizen, now: datetime) -> None:
        with self._lock:
            kept = self._mandates[mandate.case_id]
            if kept.revoked_at is not None or kept.version != mandate.version:
                raise Conflict("changed")
            side, version = kept.party(by.person), kept.version + 1
            self._mandates[mandate.case_id] = replace(kept, revoked_at=now, revoked_by=side, version=version)
            self._note(mandate.case_id, Happening.REVOKED, now, by)

    def mandate(self, case_id: str) -> Mandate | None:
        return self._mandates.get(case_id)

    def given(self, represented: PersonId) -> list[Mandate]:
        return self._newest(mandate for mandate in self._mandates.values() if mandate.represented == represented)

    def held(self, representative: PersonId, service_id: ServiceId | None = None) -> list[Mandate]:
        return self._newest(
            mandate
            for mandate in self._mandates.values()
            if mandate.representative == representative and service_id in (None, mandate.service_id)
        )

    def record_use(self, case_id: CaseId, use_id: str, event: Event) -> None:
        self._uses.setdefault((case_id, use_id, event.what), event)

    def history(self, case_id: CaseId, _sides: Sides) -> list[Event]:
        uses = [event for (case, *_), event in self._uses.items() if case == case_id]
        return sorted([*self._events.get(case_id, []), *uses], key=lambda event: event.at)[::-1]

    def _is_open(self, request: Request, but: Request | None) -> bool:
        return any(
            other != but
            and other.state(request.requested_at) is RequestState.WAITING
            and (other.service_id, other.requester.person) == (request.service_id, request.requester.person)
            for other in self.requests(request.represented)
        )

    def _end(self, request: Request, how: RequestState, now: datetime) -> None:
        kept = self._requests[request.case_id]
        if kept.state(now) is not RequestState.WAITING or kept.version != request.version:
            raise Conflict("does not wait")
        self._requests[request.case_id] = replace(kept, ended=how, ended_at=now, version=kept.version + 1)
        self._codes.pop(request.case_id, None)

    def _note(self, case_id: str, what: Happening, at: datetime, by: Actor) -> None:
        self._events.setdefault(case_id, []).append(Event(what, at, by))

    @staticmethod
    def _newest(mandates: Iterable[Mandate]) -> list[Mandate]:
        return sorted(mandates, key=lambda mandate: mandate.activated_at, reverse=True)


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
