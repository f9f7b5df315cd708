"""Refusing what others ask: signed in, with a block or telling it, and by whoever has the letter's refusal code."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from chalicelib.audit.trail import Happening
from chalicelib.catalogue.model import ServiceId
from chalicelib.errors import Conflict, NotFound, RateLimited, Refused, Unavailable
from chalicelib.mandates.for_another.approving import AskedOfMe
from chalicelib.mandates.for_another.refusing import (
    Refusal,
    WrongRefusalCode,
    blocked_number,
    recognise_refusal,
    refuse,
    refuse_by_letter,
)
from chalicelib.mandates.model.mandates import Consent, Way
from chalicelib.mandates.model.refusals import RefusalCode, RefusalId, new_refusal
from chalicelib.mandates.model.requests import Request, RequestState
from chalicelib.mandates.register.transactions import Closing, StoredRefusal
from chalicelib.people.actor import Actor, Cause, Citizen, System
from tests.asked import REFUSAL, VISIT, asked_and_passed_on
from tests.builders import (
    HENK,
    MINA,
    NOW,
    PORTAL_ID,
    SECRETS,
    SERVICE_ID,
    VERA,
    a_mandate,
    claim_of,
    closing,
    making,
    signed_in,
)
from tests.fakes import FakeMandates, FakeTries

PERSON = SECRETS.pseudonyms.person
VISITS = ["b0" * 15 + "00", "c0" * 15 + "00"]


@pytest.fixture
def store() -> FakeMandates:
    return FakeMandates()


@pytest.fixture
def asked(store: FakeMandates) -> tuple[Request, ...]:
    return asked_and_passed_on(store, SERVICE_ID, PORTAL_ID)


def _refuse(store: FakeMandates, visit_id: str = VISIT, *, told: bool = False, block: bool = False) -> None:
    refuse(Refusal(signed_in(), visit_id, told=told, block=block), store=store, vault=SECRETS.vault, now=NOW)


def _states(store: FakeMandates, visit_id: str = VISIT) -> set[RequestState]:
    return {one.state(NOW) for one in store.requests(PERSON(VERA)) if one.visit == visit_id}


def _actors(store: FakeMandates, request: Request) -> list[Actor]:
    return [one.by for one in store.history(request.case_id, {}) if one.what is Happening.REFUSED]


def _activate(store: FakeMandates, request: Request) -> None:
    by_letter = a_mandate(request, representative=PERSON(HENK), consent=Consent(Way.LETTER, 20), version=3)
    store.make(making(request, by_letter), Citizen(PERSON(HENK), 20))


def test_refusing_ends_all_that_waits_of_a_visit_and_kills_its_code(
    store: FakeMandates, asked: tuple[Request, ...]
) -> None:
    _refuse(store)
    assert _states(store) == {RequestState.REFUSED}
    assert store.codes(claim_of(asked[0])) == []
    assert [_actors(store, one) for one in asked] == [[signed_in()], [signed_in()]]


@pytest.mark.parametrize("told", [True, False])
def test_who_asked_is_told_only_if_the_represented_wants_it(
    store: FakeMandates,
    told: bool,  # noqa: FBT001
) -> None:
    asked_and_passed_on(store)
    before = store.askings(PERSON(HENK))
    _refuse(store, told=told)
    after = store.askings(PERSON(HENK))
    assert (after == before) is not told
    assert {one.ended for one in after} == {RequestState.REFUSED if told else None}


def test_sent_twice_it_is_once(store: FakeMandates, asked: tuple[Request, ...]) -> None:
    _refuse(store)
    _refuse(store)
    assert [_actors(store, one) for one in asked] == [[signed_in()], [signed_in()]]


def test_nobody_refuses_what_was_asked_of_another(store: FakeMandates) -> None:
    asked_and_passed_on(store)
    with pytest.raises(NotFound):
        refuse(Refusal(signed_in(MINA), VISIT), store=store, vault=SECRETS.vault, now=NOW)
    assert _states(store) == {RequestState.WAITING}


def test_what_ended_otherwise_before_is_not_refused(store: FakeMandates) -> None:
    (request,) = asked_and_passed_on(store)
    _activate(store, request)
    with pytest.raises(Refused, match="decided_already"):
        _refuse(store)
    assert _states(store) == {RequestState.ACTIVATED}


def test_when_part_of_it_ended_otherwise_the_rest_is_refused(store: FakeMandates, asked: tuple[Request, ...]) -> None:
    _activate(store, asked[0])
    _refuse(store)
    assert _states(store) == {RequestState.ACTIVATED, RequestState.REFUSED}


class ChangesMeanwhile(FakeMandates):
    """A register in which something else happens just before requests are closed: a few times, or always."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def close(self, closing: Closing) -> None:
        if self.times:
            self.times -= 1
            raise Conflict("changed")
        super().close(closing)


def test_what_changes_meanwhile_is_looked_at_again_and_not_for_ever() -> None:
    store, stubborn = ChangesMeanwhile(3), ChangesMeanwhile(1000)
    for one in (store, stubborn):
        asked_and_passed_on(one)
    _refuse(store)
    assert _states(store) == {RequestState.REFUSED}
    with pytest.raises(Unavailable):
        _refuse(stubborn)


def test_blocking_ends_all_that_this_person_asked_and_nothing_of_others(
    store: FakeMandates, asked: tuple[Request, ...]
) -> None:
    asked_and_passed_on(store, visit_id=VISITS[0], by=MINA, letter=False)
    store.take_back(store.askings(PERSON(HENK))[0], Citizen(PERSON(HENK), 20), NOW)
    asked_and_passed_on(store, visit_id=VISITS[1], letter=False)
    _refuse(store, VISITS[1], block=True)
    assert _states(store, VISITS[1]) == {RequestState.REFUSED}
    assert _states(store) == {RequestState.WITHDRAWN, RequestState.REFUSED}
    assert _states(store, VISITS[0]) == {RequestState.WAITING}
    (block,) = store.blocked(PERSON(VERA))
    assert (block.requester, block.since) == (PERSON(HENK), NOW)
    assert blocked_number(block, PERSON(VERA), SECRETS.vault) == HENK
    assert store.codes(claim_of(asked[0])) == []


def test_whoever_was_blocked_cannot_reach_the_represented_until_they_are_unblocked(store: FakeMandates) -> None:
    asked_and_passed_on(store)
    _refuse(store, block=True, told=True)
    with pytest.raises(Conflict):
        asked_and_passed_on(store, visit_id=VISITS[0], letter=False)
    store.unblock(PERSON(VERA), PERSON(HENK))
    asked_and_passed_on(store, PORTAL_ID, visit_id=VISITS[1], letter=False)


def test_who_refused_before_can_still_block(store: FakeMandates) -> None:
    asked_and_passed_on(store)
    _refuse(store)
    _refuse(store, block=True)
    assert [block.requester for block in store.blocked(PERSON(VERA))] == [PERSON(HENK)]


class ActivatedMeanwhile(FakeMandates):
    """A register in which who asked takes the mandate just before their request is refused."""

    def close(self, closing: Closing) -> None:
        _activate(self, closing.requests[0])
        super().close(closing)


def test_somebody_is_blocked_also_when_they_were_just_quicker() -> None:
    store = ActivatedMeanwhile()
    asked_and_passed_on(store)
    _refuse(store, block=True)
    assert _states(store) == {RequestState.ACTIVATED}
    assert [block.requester for block in store.blocked(PERSON(VERA))] == [PERSON(HENK)]


def test_somebody_is_blocked_also_when_nothing_of_theirs_waits(store: FakeMandates) -> None:
    (request,) = asked_and_passed_on(store)
    _activate(store, request)
    _refuse(store, block=True)
    assert [block.requester for block in store.blocked(PERSON(VERA))] == [PERSON(HENK)]
    assert _states(store) == {RequestState.ACTIVATED}


class TakenBackMeanwhile(FakeMandates):
    """A register in which who asked takes back what they asked in another visit just before that is refused."""

    taken_back = False

    def close(self, closing: Closing) -> None:
        if closing.requests[0].visit == VISITS[0] and not self.taken_back:
            self.taken_back = True
            (asking,) = (one for one in self.askings(PERSON(HENK)) if one.case_id == VISITS[0])
            self.take_back(asking, Citizen(PERSON(HENK), 20), NOW)
        super().close(closing)


def test_what_who_is_blocked_takes_back_meanwhile_keeps_nothing_from_ending() -> None:
    store = TakenBackMeanwhile()
    asked_and_passed_on(store)
    for number, visit_id in enumerate(VISITS):
        asked_and_passed_on(store, ServiceId(f"of {number}"), visit_id=visit_id, letter=False)
    _refuse(store, block=True)
    assert [_states(store, visit_id) for visit_id in (VISIT, *VISITS)] == [
        {RequestState.REFUSED},
        {RequestState.WITHDRAWN},
        {RequestState.REFUSED},
    ]


def _recognise(
    store: FakeMandates, tries: FakeTries, code: RefusalCode = REFUSAL, address: str = "192.0.2.1", hours: int = 0
) -> AskedOfMe:
    return recognise_refusal(
        code, address, store=store, tries=tries, peppers=SECRETS.peppers, now=NOW + timedelta(hours=hours)
    )


def _other(number: int) -> RefusalCode:
    return new_refusal(random.Random(number).randrange)


def test_a_letters_code_is_recognised_and_refuses_all_that_waits(
    store: FakeMandates, asked: tuple[Request, ...]
) -> None:
    found = _recognise(store, FakeTries())
    assert found.requests == asked
    before = store.askings(PERSON(HENK))
    for _ in range(2):
        refuse_by_letter(PERSON(VERA), VISIT, store=store, now=NOW)
    assert _states(store) == {RequestState.REFUSED}
    assert store.codes(claim_of(asked[0])) == []
    assert store.askings(PERSON(HENK)) == before, "who asked hears nothing"
    assert [_actors(store, one) for one in asked] == [[System(Cause.LETTER)], [System(Cause.LETTER)]]


def test_whoever_was_first_the_letter_refuses_nothing_that_ended(store: FakeMandates) -> None:
    (request,) = asked_and_passed_on(store)
    _activate(store, request)
    with pytest.raises(Refused, match="decided_already"):
        refuse_by_letter(PERSON(VERA), VISIT, store=store, now=NOW)


def test_a_wrong_code_an_ended_one_and_an_expired_one_have_one_answer_and_cost_a_try(store: FakeMandates) -> None:
    (request,) = asked_and_passed_on(store)
    store.close(closing(request, signed_in(), NOW, RequestState.REFUSED))
    fresh = FakeMandates()
    asked_and_passed_on(fresh)
    told = []
    for kept, code, hours in ((store, REFUSAL, 0), (fresh, _other(3), 0), (fresh, REFUSAL, 24 * 30)):
        with pytest.raises(WrongRefusalCode) as wrong:
            _recognise(kept, FakeTries(), code, hours=hours)
        told.append((wrong.value.reason, wrong.value.tries_left))
    assert told == [("wrong_refusal_code", 19)] * 3


class CountsReads(FakeMandates):
    reads = 0

    def refusal(self, refusal_id: RefusalId) -> StoredRefusal | None:
        self.reads += 1
        return super().refusal(refusal_id)

    def requests(self, *which: object) -> list[Request]:
        self.reads += 1
        return super().requests(*which)  # type: ignore[arg-type]


def test_the_same_is_read_whether_or_not_there_is_anything_to_find() -> None:
    reads = []
    for code in (REFUSAL, _other(3)):
        store = CountsReads()
        asked_and_passed_on(store)
        store.close(closing(store.requests(PERSON(VERA))[0], signed_in(), NOW, RequestState.REFUSED))
        store.reads = 0
        with pytest.raises(WrongRefusalCode):
            _recognise(store, FakeTries(), code)
        reads.append(store.reads)
    assert reads == [3, 3], "one look for each pepper, and one at the requests"


def test_twenty_wrong_codes_of_a_network_in_an_hour_and_no_more(store: FakeMandates) -> None:
    asked_and_passed_on(store)
    tries = FakeTries()
    for left in range(19, -1, -1):
        with pytest.raises(WrongRefusalCode) as wrong:
            _recognise(store, tries, _other(3))
        assert wrong.value.tries_left == left
    with pytest.raises(RateLimited) as limited:
        _recognise(store, tries)
    assert limited.value.until == NOW + timedelta(hours=1)
    _recognise(store, tries, address="192.0.2.2")
    _recognise(store, tries, hours=1)


def test_right_codes_cost_nothing(store: FakeMandates) -> None:
    asked_and_passed_on(store)
    tries = FakeTries()
    for _ in range(25):
        _recognise(store, tries)


def test_of_fifty_wrong_codes_at_once_twenty_are_looked_up() -> None:
    store, tries = CountsReads(), FakeTries()

    def guess(number: int) -> str:
        try:
            _recognise(store, tries, _other(number))
        except (WrongRefusalCode, RateLimited) as refusal:
            return type(refusal).__name__
        return "right"

    with ThreadPoolExecutor(50) as pool:
        told = list(pool.map(guess, range(2, 52)))
    assert sorted(told) == ["RateLimited"] * 30 + ["WrongRefusalCode"] * 20


class NoCounter(FakeTries):
    def spend(self, *_: object) -> None:  # type: ignore[override]
        raise Unavailable("dynamodb")


def test_without_the_counter_nothing_is_looked_up() -> None:
    store = CountsReads()
    asked_and_passed_on(store)
    store.reads = 0
    with pytest.raises(Unavailable):
        _recognise(store, NoCounter())
    assert store.reads == 0
