"""Asking for another: what is refused for what is true of who asks, and the one answer to everything else."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.catalogue.model import Authorisation
from chalicelib.errors import Conflict, LevelTooLow, NotFound, Refused, TooManyRequests, Unavailable
from chalicelib.mandates.model.cases import CaseId, case_of
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.model.requests import RequestState
from chalicelib.mandates.register.askers import AskerLimits
from chalicelib.mandates.register.transactions import Making, Opening
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.people.birth_date import BirthDate
from chalicelib.people.brp.person import Standing
from chalicelib.people.bsn import Bsn
from tests.asking import VISIT, Desk, a_plea, a_visit, check_of, some_services, wanting
from tests.builders import (
    HENK,
    MINA,
    NOW,
    SECRETS,
    VERA,
    a_mandate,
    a_period,
    a_person,
    a_service,
    signed_in,
    some_bsns,
)
from tests.fakes import FakeMandates

PERSON = SECRETS.pseudonyms.person


@pytest.fixture
def desk() -> Desk:
    return Desk()


def _checks(desk: Desk) -> list[object]:
    assert isinstance(desk.store, FakeMandates)
    return list(desk.store.checks)


def test_what_is_asked_is_written_down_as_being_checked_with_a_check_that_is_sent_at_once(desk: Desk) -> None:
    (case_id,) = desk.ask(a_plea())
    (request,) = desk.requests()
    assert request.state(NOW) is RequestState.CHECKING
    assert (request.case_id, request.requester, request.level) == (case_id, signed_in(HENK), None)
    assert (request.code, request.letter_id) == (None, None)
    assert _checks(desk) == [check_of(a_plea())]
    assert desk.checks.sent == [VISIT]
    (asking,) = desk.store.askings(PERSON(HENK))
    assert (asking.case_id, asking.represented, asking.is_open(NOW)) == (case_id, PERSON(VERA), True)
    opened = [
        SECRETS.vault.open(one, f"case:{case_id}") for one in (request.represented_bsn, request.requester_bsn or b"")
    ]
    assert opened == [VERA.digits, HENK.digits]


def test_several_services_of_a_visit_are_numbered_and_checked_together(desk: Desk) -> None:
    plea = a_plea(wanted=wanting(*some_services(5)))
    assert desk.ask(plea) == tuple(case_of(VISIT, number) for number in range(5))
    assert desk.checks.sent == [VISIT]


@pytest.mark.parametrize(("days", "period", "open_for"), [(42, 90, 56), (7, 90, 21), (42, 30, 29)])
def test_it_is_open_as_long_as_its_service_says_with_a_late_posting_and_no_longer_than_its_period(
    desk: Desk, days: int, period: int, open_for: int
) -> None:
    service = a_service(request_days=days)
    desk.ask(a_plea(wanted=(WantedService(service, a_period(days=period)),)))
    (request,) = desk.requests()
    assert (request.last_day - NOW.date()).days == open_for
    (asking,) = desk.store.askings(request.requester.person)
    assert asking.expires_at == request.expires_at


def test_nobody_asks_for_themselves_this_way(desk: Desk) -> None:
    with pytest.raises(Refused, match="own_bsn"):
        desk.ask(a_plea(represented=HENK))


def test_who_is_known_at_too_low_a_level_signs_in_again(desk: Desk) -> None:
    plea = a_plea(wanted=wanting(*some_services(1), a_service(level=25)))
    with pytest.raises(LevelTooLow) as refused:
        desk.ask(plea)
    assert refused.value.required == 25
    desk.ask(a_plea(wanted=plea.wanted, by=signed_in(HENK, 25)))


@pytest.mark.parametrize("changes", [{"mandatable": False}, {"authorisation": Authorisation.ORGANISATION}])
def test_what_nobody_can_be_mandated_for_is_not_found(desk: Desk, changes: dict[str, object]) -> None:
    with pytest.raises(NotFound):
        desk.ask(a_plea(wanted=wanting(*some_services(1), a_service(**changes))))


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (None, "may_not_act"),
        (a_person(standing=Standing.DECEASED, address=()), "may_not_act"),
        (a_person(born=BirthDate("2015-05-18")), "too_young_to_hold"),
        (a_person(born=BirthDate("2015-00-00")), "age_uncertain"),
        (a_person(born=BirthDate("2015-05-17")), None),
    ],
)
def test_who_may_not_act_is_told_so(desk: Desk, person: object, reason: str | None) -> None:
    desk.people.people = {HENK: person} if person else {}  # type: ignore[dict-item]
    plea = a_plea(wanted=wanting(a_service(minimum_age_representative=16, minimum_age_represented=99)))
    if reason is None:
        desk.ask(plea)
        return
    with pytest.raises(Refused, match=reason):
        desk.ask(plea)
    assert desk.requests() == []


def test_of_the_other_the_register_is_not_asked(desk: Desk) -> None:
    desk.people.unreadable = {VERA}
    desk.ask(a_plea())
    desk.people.down = True
    with pytest.raises(Unavailable):
        desk.ask(a_plea(visit_id=a_visit(2), represented=MINA))


def test_sent_twice_it_is_one_visit_with_one_answer(desk: Desk) -> None:
    plea = a_plea(wanted=wanting(*some_services(2)))
    assert desk.ask(plea) == desk.ask(plea)
    assert len(desk.requests()) == 2
    assert len(_checks(desk)) == 1


def test_what_they_ask_already_is_not_asked_again_and_answered_alike(desk: Desk) -> None:
    first, second, third = some_services(3)
    before = desk.ask(a_plea(wanted=wanting(first, second)))
    again = desk.ask(a_plea(visit_id=a_visit(2), wanted=wanting(second, third)))
    assert again == (before[1], case_of(a_visit(2), 0))
    assert len(desk.requests()) == 3
    assert desk.ask(a_plea(visit_id=a_visit(3), wanted=wanting(first))) == before[:1]


def test_what_ended_unseen_is_open_to_them_and_not_asked_again_either(desk: Desk) -> None:
    before = desk.ask(a_plea(born=BirthDate("1950-01-01")))
    desk.check(a_plea(born=BirthDate("1950-01-01")))
    assert desk.requests()[0].ended is RequestState.UNDELIVERABLE
    assert desk.ask(a_plea(visit_id=a_visit(2))) == before


def test_what_they_withdrew_can_be_asked_again(desk: Desk) -> None:
    desk.ask(a_plea())
    (asking,) = desk.store.askings(PERSON(HENK))
    desk.store.take_back(asking, signed_in(HENK), NOW)
    assert desk.ask(a_plea(visit_id=a_visit(2))) == (case_of(a_visit(2), 0),)


class Overtaken(FakeMandates):
    """Lets something else be first, once."""

    first: Callable[[], object] | None = None

    def open_requests(self, opening: Opening) -> None:
        first, self.first = self.first, None
        if first:
            first()
        super().open_requests(opening)


def test_a_click_that_was_first_answers_both() -> None:
    store = Overtaken()
    desk, plea = Desk(store), a_plea(wanted=wanting(*some_services(2)))
    store.first = lambda: desk.ask(plea)
    assert desk.ask(plea) == tuple(case_of(VISIT, number) for number in range(2))
    assert len(desk.requests()) == 2
    assert len(_checks(desk)) == 1
    assert desk.tries.spend("asking:192.0.2.7", NOW).left == 98


def test_what_another_window_asked_for_first_is_left_out_and_the_rest_is_asked() -> None:
    store = Overtaken()
    desk, services = Desk(store), some_services(2)
    store.first = lambda: desk.ask(a_plea(visit_id=a_visit(2), wanted=wanting(services[0])))
    assert desk.ask(a_plea(wanted=wanting(*services))) == (case_of(a_visit(2), 0), case_of(VISIT, 0))
    assert desk.checks.sent == [a_visit(2), VISIT]


def test_a_form_that_was_changed_and_is_sent_again_asks_for_what_is_new(desk: Desk) -> None:
    first, second, third = some_services(3)
    before = desk.ask(a_plea(wanted=wanting(first, second)))
    assert desk.ask(a_plea(wanted=wanting(third, second))) == (case_of(VISIT, 2), before[1])
    assert desk.checks.sent == [VISIT, case_of(VISIT, 2)]


def test_a_mandate_of_theirs_stands_in_no_ones_way(desk: Desk) -> None:
    desk.ask(a_plea())
    desk.check(a_plea())
    (request,) = desk.requests()
    mandate: Mandate = a_mandate(request, representative=PERSON(HENK), activated_at=NOW)
    desk.store.make(Making((mandate,), (request,)), signed_in(HENK))
    assert desk.ask(a_plea(visit_id=a_visit(2))) == (CaseId(a_visit(2)),)


def test_ten_may_be_asked_in_a_day_and_then_they_are_told_when_again(desk: Desk) -> None:
    others = some_bsns(11)
    for number, other in enumerate(others[:10]):
        desk.ask(a_plea(visit_id=a_visit(number), represented=other), NOW + timedelta(minutes=number))
    with pytest.raises(TooManyRequests) as refused:
        desk.ask(a_plea(visit_id=a_visit(10), represented=others[10]), NOW + timedelta(hours=23))
    assert refused.value.until == NOW + timedelta(days=1)
    desk.ask(a_plea(visit_id=a_visit(10), represented=others[10]), NOW + timedelta(days=1))


def test_who_is_told_to_wait_uses_nothing_up_of_their_network() -> None:
    desk = Desk(FakeMandates(askers=AskerLimits(1, 30)))
    desk.ask(a_plea())
    for number in range(2, 200):
        with pytest.raises(TooManyRequests):
            desk.ask(a_plea(visit_id=a_visit(number), represented=MINA))
    assert desk.tries.spend("asking:192.0.2.7", NOW).left == 98


def test_a_network_may_ask_a_hundred_times_an_hour(desk: Desk) -> None:
    people = some_bsns(101)
    for number, asker in enumerate(people):
        desk.people.people[asker] = a_person()
        plea = a_plea(visit_id=a_visit(number), by=signed_in(asker), bsn=asker)
        if number < 100:
            desk.ask(plea, NOW)
    with pytest.raises(TooManyRequests) as refused:
        desk.ask(plea, NOW + timedelta(minutes=59))
    assert refused.value.until == NOW + timedelta(hours=1)
    desk.ask(plea, NOW + timedelta(hours=1))


def test_where_tries_are_not_counted_nothing_is_asked(desk: Desk) -> None:
    class Down:
        def spend(self, *_: object) -> None:
            raise Unavailable("dynamodb")

    desk.tries = Down()  # type: ignore[assignment]
    with pytest.raises(Unavailable):
        desk.ask(a_plea())
    assert desk.requests() == []


def test_a_check_that_cannot_be_sent_is_left_for_the_sweeper(desk: Desk) -> None:
    desk.checks.down = True
    assert desk.ask(a_plea())
    assert len(_checks(desk)) == 1


def test_if_another_click_is_always_first_it_is_an_outage() -> None:
    class Lost(FakeMandates):
        def open_requests(self, opening: Opening) -> None:
            raise Conflict(opening.requests[0].case_id)

    desk = Desk(Lost())
    with pytest.raises(Unavailable):
        desk.ask(a_plea())
    assert desk.tries.spend("asking:192.0.2.7", NOW).left == 99


@pytest.mark.parametrize("other", [VERA, some_bsns(1)[0]])
def test_what_is_written_of_somebody_known_and_of_nobody_differs_in_their_number_alone(desk: Desk, other: Bsn) -> None:
    desk.ask(a_plea(represented=other))
    (asking,) = desk.store.askings(PERSON(HENK))
    assert asking.ended is None
    (request,) = desk.requests(other)
    assert request.state(NOW) is RequestState.CHECKING
