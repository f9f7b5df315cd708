"""Asking for another and the checks of it, on every backend: limits at their edges, and by many at a time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.errors import RateLimited, TooManyRequests, Unavailable
from chalicelib.letters.limits import Limits
from chalicelib.mandates.for_another.asking import withdraw_asked
from chalicelib.mandates.model.requests import RequestState
from chalicelib.mandates.register.askers import AskerLimits
from chalicelib.mandates.register.counted import Tables
from chalicelib.mandates.register.mandates import DynamoMandates
from chalicelib.mandates.register.tries import DynamoTries
from chalicelib.people.birth_date import BirthDate
from chalicelib.storage.table import page_through
from chalicelib.storage.tables import TransientTable
from local import aws
from tests.adapters.conftest import REAL, askers_of, books_of, client_of, store_of, tables_of
from tests.asking import LOOK_UPS, Desk, a_plea, a_visit, check_of, some_services, wanting
from tests.builders import HENK, NOW, SECRETS, VERA, a_person, signed_in, some_bsns
from tests.fakes import SEALING, FakeTries

PERSON = SECRETS.pseudonyms.person
WRONG = BirthDate("1948-03-13")
FIFTY = range(50)
TWO_DOZEN = range(24)
"""For what all write in one place: how often they are put off grows with the square of how many they are."""

at_once = pytest.mark.parametrize("desk", ["fake", *REAL], indirect=True)
"""For what is done by many at a time."""


@pytest.fixture(params=["fake", *REAL])
def desk(request: pytest.FixtureRequest) -> Desk:
    """Limits are those that hold where nobody sets any."""
    store = store_of(request.param, request, Limits(), AskerLimits())
    if request.param == "fake":
        return Desk(store, FakeTries(), FakeTries(LOOK_UPS))
    transient = TransientTable(client_of(request.param, request), f"{aws.NAME}-transient")
    return Desk(store, DynamoTries(transient), DynamoTries(transient, LOOK_UPS))


def _at_once(act: Callable[[int], object], many: range = FIFTY) -> list[bool]:
    """Do something so often at the same moment; return of each whether it was allowed."""

    def allowed(number: int) -> bool:
        # Whom others always were ahead of is told that it cannot be done now, and asks once more.
        for _ in range(5):
            try:
                act(number)
            except RateLimited:
                return False
            except Unavailable:
                continue
            return True
        raise AssertionError("it cannot be done")

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(allowed, many))


@at_once
def test_of_fifty_at_once_somebody_may_ask_ten_a_day(desk: Desk) -> None:
    others = some_bsns(50)
    won = _at_once(lambda number: desk.ask(a_plea(visit_id=a_visit(number), represented=others[number])))
    assert sum(won) == len(desk.store.askings(PERSON(HENK))) == 10
    assert [bool(desk.requests(other)) for other in others] == won
    assert len(desk.checks.sent) == 10


def test_a_visit_counts_by_its_requests_and_whole_or_not_at_all(desk: Desk) -> None:
    others = some_bsns(3)
    five = wanting(*some_services(5))
    for number in range(2):
        desk.ask(a_plea(visit_id=a_visit(number), represented=others[number], wanted=five))
    with pytest.raises(TooManyRequests) as refused:
        desk.ask(a_plea(visit_id=a_visit(2), represented=others[2]), NOW + timedelta(hours=23, minutes=59))
    assert refused.value.until == NOW + timedelta(days=1)
    assert desk.requests(others[2]) == []
    desk.ask(a_plea(visit_id=a_visit(2), represented=others[2], wanted=five), NOW + timedelta(days=1))


@at_once
def test_of_fifty_at_once_thirty_may_be_open(request: pytest.FixtureRequest, desk: Desk) -> None:
    desk.store = store_of(request.node.callspec.params["desk"], request, Limits(), AskerLimits(1000, 30))
    others = some_bsns(51)
    won = _at_once(lambda number: desk.ask(a_plea(visit_id=a_visit(number), represented=others[number])))
    assert sum(won) == len(desk.store.askings(PERSON(HENK))) == 30
    last = a_plea(visit_id=a_visit(50), represented=others[50])
    with pytest.raises(TooManyRequests) as refused:
        desk.ask(last)
    (asking, *_) = desk.store.askings(PERSON(HENK))
    assert refused.value.until == asking.expires_at
    desk.store.take_back(asking, signed_in(HENK), NOW)
    desk.ask(last)


@at_once
def test_of_two_dozen_checks_at_once_three_bring_a_letter_and_all_wait(desk: Desk) -> None:
    askers, services = some_bsns(24), some_services(24)
    checks = []
    for number in TWO_DOZEN:
        desk.people.people[askers[number]] = a_person(name="Stranger")
        plea = a_plea(
            visit_id=a_visit(number), by=signed_in(askers[number]), bsn=askers[number], wanted=wanting(services[number])
        )
        desk.ask(plea)
        checks.append(check_of(plea))
    # So many look-ups of one person at a time are put off, and come again.
    waiting = list(checks)
    while waiting:
        won = _at_once(lambda number: desk.checker.check(checks[number], NOW), TWO_DOZEN)
        waiting = [one for number, one in enumerate(checks) if not won[number]]
    assert {one.state(NOW) for one in desk.requests()} == {RequestState.WAITING}
    assert sum(one.letter_id is not None for one in desk.requests()) == len(desk.letters.sent) == 3
    assert sum(one.code is not None for one in desk.requests()) == 3


@at_once
def test_one_check_fifty_times_at_once_is_one_letter(desk: Desk) -> None:
    plea = a_plea(wanted=wanting(*some_services(3)))
    desk.ask(plea)
    _at_once(lambda _: desk.check(plea))
    desk.check(plea)
    assert len(desk.letters.sent) == 1
    assert {one.state(NOW) for one in desk.requests()} == {RequestState.WAITING}
    assert {one.letter_id for one in desk.requests()} == set(desk.letters.sent)


@at_once
def test_of_two_dozen_wrong_birth_dates_at_once_three_are_looked_up(desk: Desk) -> None:
    askers, checks = some_bsns(24), []
    for number in TWO_DOZEN:
        desk.people.people[askers[number]] = a_person(address=("Elders 1", "9999 ZZ  Elders"))
        plea = a_plea(visit_id=a_visit(number), by=signed_in(askers[number]), bsn=askers[number], born=WRONG)
        desk.ask(plea)
        checks.append(check_of(plea))
    assert sum(_at_once(lambda number: desk.checker.check(checks[number], NOW), TWO_DOZEN)) == 3
    assert sum(one.ended is RequestState.UNDELIVERABLE for one in desk.requests()) == 3
    later = NOW + timedelta(minutes=14)
    assert sum(_at_once(lambda number: desk.checker.check(checks[number], later), TWO_DOZEN)) == 3, "ended"
    later = NOW + timedelta(minutes=15)
    done = _at_once(lambda number: desk.checker.check(checks[number], later), TWO_DOZEN)
    assert sum(done) == 6


@at_once
def test_of_fifty_wrong_birth_dates_at_one_home_at_once_five_are_looked_up(desk: Desk) -> None:
    others, checks = some_bsns(50), []
    askers = some_bsns(60)[50:]
    for number in FIFTY:
        desk.people.people[others[number]] = a_person()
        asker = askers[number // 5]
        desk.people.people[asker] = a_person(address=("Elders 1", "9999 ZZ  Elders"))
        plea = a_plea(visit_id=a_visit(number), by=signed_in(asker), bsn=asker, represented=others[number], born=WRONG)
        desk.ask(plea)
        checks.append(check_of(plea))
    assert sum(_at_once(lambda number: desk.checker.check(checks[number], NOW))) == 5


@pytest.mark.parametrize("number", range(3))
def test_what_is_taken_back_while_it_is_checked_is_withdrawn_and_its_code_is_dead(desk: Desk, number: int) -> None:
    plea = a_plea(visit_id=a_visit(number))
    (case_id,) = desk.ask(plea)
    with ThreadPoolExecutor(2) as pool:
        checked = pool.submit(desk.check, plea)
        taken = pool.submit(withdraw_asked, signed_in(HENK), case_id, store=desk.store, now=NOW)
        assert (checked.result(), taken.result()) == (None, None)
    (request,) = desk.requests()
    assert request.ended is RequestState.WITHDRAWN
    assert desk.store.codes(check_of(plea).claim) == []
    (asking,) = desk.store.askings(PERSON(HENK))
    assert asking.ended is RequestState.WITHDRAWN


def test_what_is_written_is_the_same_whoever_is_asked_for(dynamodb: Any) -> None:
    """Rows of as many kinds, with fields as long, in the same tables: for somebody, and for nobody."""
    tables = tables_of(dynamodb)
    desk = Desk(DynamoMandates(tables, SEALING, books_of(dynamodb, Limits()), askers_of(dynamodb)))
    shapes = []
    for number, other in enumerate([VERA, *some_bsns(2)]):
        desk.ask(a_plea(visit_id=a_visit(number), represented=other))
        shapes.append(_shape(tables, PERSON(other)))
    assert shapes[0] == shapes[1] == shapes[2]
    assert len(shapes[0]) == 2


def _shape(tables: Tables, person: str) -> list[dict[str, int]]:
    items = page_through(tables.register, f"PERSON#{person}")
    return [{name: len(str(value)) for name, value in item.items()} for item in items]
