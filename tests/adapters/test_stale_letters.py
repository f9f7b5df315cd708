"""What is written when the register was asked again about a letter, on every backend; and a process that dies there."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.days import today
from chalicelib.errors import Conflict
from chalicelib.letters.contract.messages import LetterCancel, SealedLetter
from chalicelib.letters.contract.states import LetterState
from chalicelib.letters.contract.statuses import Mishap
from chalicelib.letters.posting import LETTERS, StaleLetter, VendorQueue
from chalicelib.letters.reckoning import Reckoning
from chalicelib.mandates.delivery.asking_again import AddressChecker
from chalicelib.mandates.model.requests import Request, RequestState
from chalicelib.mandates.register.hiding import sealed_number
from chalicelib.mandates.register.mandates import DynamoMandates
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.mandates.register.transactions import Delivery
from chalicelib.outbox.parcels import AWAITED, MARK, SHARDS
from chalicelib.outbox.sending import Outbox
from chalicelib.storage.rows import Rows
from tests.adapters.conftest import askers_of, books_of, client_of, tables_of
from tests.builders import GENEROUS, NOW, VERA, a_person, a_request, an_opening, claim_of
from tests.fakes import SEALING, FakeRegister

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LATER = NOW + 25 * HOUR


def _asked() -> Request:
    request = a_request(expires_at=NOW + 40 * DAY, valid_days=30)
    return replace(request, represented_bsn=sealed_number(VERA, request.case_id, SEALING.vault))


def _recalled(request: Request, at: Any = LATER) -> Delivery:
    letter_id, cancelled = request.letter_id or "", LetterState.CANCELLED
    return Delivery(letter_id, cancelled, at, at, Mishap.MOVED, recalled=True, lost=(request,))


def test_that_the_register_says_the_same_is_written_down_once_and_nothing_else_changes(store: MandateStore) -> None:
    store.open_requests(an_opening(request := _asked()))
    letter = store.letter(request.letter_id or "")
    assert letter is not None
    assert letter.receiver is not None
    store.confirm_address(letter, LATER)
    assert store.letter(letter.letter_id) == letter._replace(checked_at=LATER)
    assert store.request(request.represented, request.case_id) == request
    with pytest.raises(Conflict):
        store.confirm_address(letter, LATER + HOUR)


def test_what_must_not_go_is_cancelled_with_what_waits_for_it_and_keeps_nothing_of_anybody(store: MandateStore) -> None:
    store.open_requests(an_opening(request := _asked()))
    store.deliver(_recalled(request))
    letter, found = store.letter(request.letter_id or ""), store.request(request.represented, request.case_id)
    assert letter is not None
    assert found is not None
    assert (letter.state, letter.reason, letter.cancelled_at) == (LetterState.CANCELLED, Mishap.MOVED, LATER)
    assert (letter.sealed, letter.receiver, letter.useful_until) == (None, None, None)
    assert found.state(LATER) is RequestState.UNDELIVERABLE
    assert store.codes(claim_of(request)) == []


@pytest.mark.parametrize("step", [LetterState.ACCEPTED, LetterState.PRINTED, LetterState.CANCELLED])
def test_what_its_vendor_took_meanwhile_is_neither_sent_again_nor_recalled(
    store: MandateStore, step: LetterState
) -> None:
    store.open_requests(an_opening(request := _asked()))
    letter = store.letter(request.letter_id or "")
    assert letter is not None
    store.deliver(Delivery(letter.letter_id, step, LATER, LATER))
    before = store.letter(letter.letter_id)
    with pytest.raises(Conflict):
        store.confirm_address(letter, LATER)
    with pytest.raises(Conflict):
        store.deliver(_recalled(request))
    assert store.letter(letter.letter_id) == before
    assert before is not None
    assert before.receiver is None


class Killed(BaseException):
    """The process is gone: nothing catches it."""


class Life:
    """How many calls to AWS a process lives for."""

    def __init__(self, calls: int) -> None:
        self.calls = calls

    def of(self, client: Any) -> Any:
        life = self

        class Mortal:
            def __getattr__(self, name: str) -> Any:
                call = getattr(client, name)
                return call if name == "exceptions" else lambda **given: life.one(lambda: call(**given))

        return Mortal()

    def one(self, call: Callable[[], Any]) -> Any:
        if self.calls == 0:
            raise Killed
        self.calls -= 1
        return call()


class FakeQueues:
    def __init__(self) -> None:
        self.sent: dict[str, list[str]] = {"letters": [], "checks": []}

    def send_message(self, **message: str) -> dict[str, str]:
        self.sent[message["QueueUrl"]].append(message["MessageBody"])
        return {"MessageId": "1"}


class World:
    """A letter that lay in the queue for a day and more, and what each process does about it, of a life."""

    def __init__(self, client: Any) -> None:
        self.client, self.queues = client, FakeQueues()
        self.people = FakeRegister({VERA: a_person()})
        self.request = _asked()
        self.store(Life(-1)).open_requests(an_opening(self.request))
        self.outbox(Life(-1)).send(LETTERS, self.request.letter_id or "", NOW)
        self.first = self.queues.sent["letters"].pop()

    def store(self, life: Life) -> DynamoMandates:
        return DynamoMandates(
            tables_of(life.of(self.client)), SEALING, books_of(self.client, GENEROUS), askers_of(self.client)
        )

    def outbox(self, life: Life) -> Outbox:
        table = tables_of(life.of(self.client)).letters
        return Outbox(table, {LETTERS: VendorQueue(table, life.of(self.queues), "letters", "checks")})

    def go(self, life: Life, now: Any) -> None:
        """Sweep, and take what is to be checked; what is taken by who dies comes again."""
        self.outbox(life).sweep(now)
        checker = AddressChecker(self.store(life), self.people, self.outbox(life).of(LETTERS), SEALING.vault)
        for body in list(self.queues.sent["checks"]):
            stale = StaleLetter.from_json(body)
            assert stale is not None
            checker.take(stale, now)
            self.queues.sent["checks"].remove(body)

    @property
    def waiting(self) -> list[str]:
        table = tables_of(self.client).letters
        found = [mark.key for shard in range(SHARDS) for mark in Rows(table, MARK).every(shard=shard)]
        return found + [one.key for shard in range(SHARDS) for one in Rows(table, AWAITED).every(shard=shard)]

    def holds(self) -> bool:
        return Reckoning(tables_of(self.client).letters).of_day(today(NOW)).holds


@pytest.mark.parametrize(("moved", "vendor"), [(False, "function"), (True, "function"), (True, "outside")])
def test_whichever_call_it_dies_at_the_letter_goes_or_is_recalled_and_nothing_is_lost(
    request: pytest.FixtureRequest,
    moved: bool,  # noqa: FBT001
    vendor: str,
) -> None:
    for calls in range(100):
        world = World(client_of("moto", request))
        table = tables_of(world.client).letters
        letter_id = world.request.letter_id or ""
        row = table.get(f"LETTER#{letter_id}", "LETTER")
        assert row is not None
        table.put({**row, "vendor": vendor})
        if moved:
            world.people.people[VERA] = a_person(address=("Eikenlaan 3", "4321 BA  Elders"))
        life, died = Life(calls), False
        try:
            world.go(life, LATER)
        except Killed:
            died = True
        for hours in (1, 5):
            world.go(Life(-1), LATER + hours * HOUR)
        letter = world.store(Life(-1)).letter(letter_id)
        assert letter is not None
        assert world.holds(), calls
        sent = world.queues.sent["letters"]
        if moved:
            assert letter.state is LetterState.CANCELLED, calls
            assert set(sent) == ({LetterCancel(letter_id).to_json()} if vendor == "outside" else set()), calls
            assert world.waiting == [], calls
        else:
            assert sent, calls
            assert {SealedLetter.from_json(one).sealed for one in sent} == {SealedLetter.from_json(world.first).sealed}
            assert letter.state is LetterState.QUEUED
            assert world.waiting == [letter_id], calls
        if not died:
            assert calls > 10, "there is something to die at"
            return
    raise AssertionError("it never lives")
