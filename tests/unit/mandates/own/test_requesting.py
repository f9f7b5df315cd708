from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.days import today
from chalicelib.errors import LevelTooLow, NotFound, Refused, Unavailable
from chalicelib.mandates.model.cases import VisitId, case_of
from chalicelib.mandates.model.codes import typed_code
from chalicelib.mandates.model.guesses import PER_CODE, Guesses
from chalicelib.mandates.model.requests import CodeTerms, OptOut, RequestState
from chalicelib.mandates.own.requesting import AlreadyRequested, withdraw
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.people.birth_date import BirthDate
from chalicelib.people.brp.person import Standing
from tests.builders import (
    HENK,
    MINA,
    NOW,
    PORTAL_ID,
    SECRETS,
    SERVICE_ID,
    VERA,
    a_bare_request,
    a_period,
    a_person,
    a_service,
    a_wish,
    an_opening,
    claim_of,
    signed_in,
)
from tests.unit.mandates.own.desk import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_request_is_written_down_with_one_letter_that_holds_the_code(desk: Desk) -> None:
    request = desk.ask(a_wish())
    (letter,) = desk.store.letters
    assert desk.letters.sent == [letter.letter_id] == [request.letter_id]
    (stored,) = desk.store.codes(claim_of(request))
    assert SECRETS.peppers.recognise(typed_code(letter.code), claim_of(request))(stored.fingerprint)
    assert letter.address == ("Lindelaan 12", "1234 AB  Voorbeeld")
    assert VERA.digits not in letter.to_json()


def test_a_code_works_at_least_until_the_end_of_the_day_that_the_letter_names(desk: Desk) -> None:
    request = desk.ask(a_wish())
    last_moment = request.expires_at - timedelta(seconds=1)
    assert today(last_moment) == desk.store.letters[0].use_before
    assert request.state(last_moment) is RequestState.WAITING
    assert request.state(request.expires_at) is RequestState.EXPIRED


@pytest.mark.parametrize(
    ("days", "period", "safe", "at_most"),
    [(42, 90, 42, 56), (7, 90, 7, 21), (84, 90, 84, 89), (42, 30, 29, 29), (42, 50, 42, 49)],
)
def test_a_letter_names_what_its_service_says_and_its_code_works_longer_until_it_is_known_to_be_posted(
    desk: Desk, days: int, period: int, safe: int, at_most: int
) -> None:
    request = desk.ask(a_wish(service=a_service(request_days=days), period=a_period(days=period)))
    assert request.safe_day == desk.store.letters[0].use_before == today(NOW) + timedelta(days=safe)
    assert request.last_day == today(NOW) + timedelta(days=at_most)
    assert request.valid_days == days
    (stored,) = desk.store.codes(claim_of(request))
    assert stored.expires_at == request.expires_at


@pytest.mark.parametrize(
    ("born", "reason"), [("2015-05-18", "too_young_to_give"), ("2015-00-00", "age_uncertain"), ("2015-05-17", None)]
)
def test_who_may_be_too_young_asks_for_nothing(desk: Desk, born: str, reason: str | None) -> None:
    desk.people.people[VERA] = a_person(born=BirthDate(born))
    wish = a_wish(service=a_service(minimum_age_represented=16, minimum_age_representative=99))
    if reason is None:
        desk.ask(wish)
        return
    with pytest.raises(Refused, match=reason):
        desk.ask(wish)
    assert not desk.store.letters


def test_sent_twice_it_is_one_request_and_one_letter(desk: Desk) -> None:
    assert desk.ask(a_wish()) == desk.ask(a_wish())
    assert len(desk.store.letters) == 1


def test_a_second_request_for_the_same_service_waits_for_the_first(desk: Desk) -> None:
    desk.ask(a_wish())
    with pytest.raises(Refused, match="already_requested"):
        desk.ask(a_wish(visit_id=VisitId("other00")))
    desk.ask(a_wish(visit_id=VisitId("other00")), later=timedelta(days=60))


LOCKS, BRIDGES = a_service(), a_service(service_id=PORTAL_ID, name={"nl": "Bruggen", "en": "Bridges"}, request_days=30)
BOTH = (WantedService(LOCKS, a_period(days=90)), WantedService(BRIDGES, a_period(days=10)))


def test_services_of_one_visit_share_a_letter_and_a_code_and_have_each_a_request(desk: Desk) -> None:
    requests = desk.ask_all(a_wish(wanted=BOTH))
    assert [(one.service_id, one.period) for one in requests] == [
        (SERVICE_ID, BOTH[0].period),
        (PORTAL_ID, BOTH[1].period),
    ]
    visit_id = a_wish().visit_id
    assert {one.visit for one in requests} == {visit_id}
    assert [one.case_id for one in requests] == [case_of(visit_id, 0), case_of(visit_id, 1)]
    (letter,) = desk.store.letters
    assert [(line.name, line.end) for line in letter.services] == [
        ("Sluizen", BOTH[0].period.end),
        ("Bruggen", BOTH[1].period.end),
    ]
    assert {one.letter_id for one in requests} == {letter.letter_id}
    (stored,) = desk.store.codes(claim_of(requests[0]))
    assert {one.code for one in requests} == {CodeTerms(stored.claim, requests[0].case_id, stored.guesses_before)}
    assert desk.ask_all(a_wish(wanted=BOTH)) == requests
    assert len(desk.store.letters) == 1


def test_the_code_of_a_visit_works_as_long_as_its_shortest_service_says_and_any_of_its_periods_lasts(
    desk: Desk,
) -> None:
    requests = desk.ask_all(a_wish(wanted=BOTH))
    first = today(NOW)
    assert [one.safe_day for one in requests] == [first + timedelta(days=30), first + timedelta(days=9)]
    (stored,) = desk.store.codes(claim_of(requests[0]))
    assert stored.expires_at == requests[0].expires_at
    assert desk.store.letters[0].use_before == requests[0].safe_day


def test_of_several_services_the_one_that_was_asked_before_is_named_and_nothing_is_asked(desk: Desk) -> None:
    desk.ask(a_wish(service=BRIDGES, visit_id=VisitId("other00")))
    with pytest.raises(AlreadyRequested) as refused:
        desk.ask_all(a_wish(wanted=BOTH))
    assert refused.value.services == (PORTAL_ID,)
    assert len(desk.store.requests(signed_in().person)) == 1
    assert len(desk.store.letters) == 1


def test_a_void_request_gives_way_for_its_own_service_only(desk: Desk) -> None:
    void = desk.ask(a_wish(service=BRIDGES, visit_id=VisitId("other00")))
    for _ in range(PER_CODE):
        desk.tries.add(claim_of(void), NOW, wears=True)
    requests = desk.ask_all(a_wish(wanted=BOTH))
    assert [desk.store.open_for(one.represented, one.service_id, one.represented) for one in requests] == list(requests)
    ended = desk.store.request(void.represented, void.case_id)
    assert ended is not None
    assert ended.ended is RequestState.BLOCKED
    assert [code.code_id for code in desk.store.codes(claim_of(void))] == [requests[0].case_id]


def test_the_strictest_of_several_services_counts_for_all(desk: Desk) -> None:
    strict = replace(BRIDGES, level=25, minimum_age_represented=120)
    wanted = (BOTH[0], WantedService(strict, a_period()))
    with pytest.raises(LevelTooLow) as low:
        desk.ask_all(a_wish(wanted=wanted))
    assert low.value.required == 25
    with pytest.raises(Refused, match="too_young_to_give"):
        desk.ask_all(a_wish(wanted=wanted, by=signed_in(level=25)))
    assert desk.store.requests(signed_in().person) == []


def test_who_opted_out_asks_for_nothing_but_sees_what_they_asked_before(desk: Desk) -> None:
    asked = desk.ask(a_wish())
    desk.store.opt_out(signed_in().person, OptOut(NOW))
    assert desk.ask(a_wish()) == asked
    with pytest.raises(Refused, match="opted_out"):
        desk.ask(a_wish(service=BRIDGES, visit_id=VisitId("other00")))
    assert len(desk.store.letters) == 1


def test_who_opts_out_in_between_hears_that_and_not_that_they_asked_before(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter([None])
    desk.store.opt_out(signed_in().person, OptOut(NOW))
    seen = desk.store.opted_out
    monkeypatch.setattr(desk.store, "opted_out", lambda person: next(looks, seen(person)))
    with pytest.raises(Refused, match="opted_out"):
        desk.ask(a_wish())


@pytest.mark.parametrize("standing", [Standing.DECEASED, Standing.NO_ADDRESS, Standing.SUSPENDED])
def test_who_has_no_current_address_gets_no_letter(desk: Desk, standing: Standing) -> None:
    desk.people.people[VERA] = a_person(standing=standing, address=())
    with pytest.raises(Refused, match="no_letter"):
        desk.ask(a_wish())
    assert not desk.store.letters


def test_who_is_not_in_the_register_gets_no_letter(desk: Desk) -> None:
    desk.people.people.clear()
    with pytest.raises(Refused, match="no_letter"):
        desk.ask(a_wish())


def test_when_the_register_does_not_answer_nothing_is_written(desk: Desk) -> None:
    desk.people.down = True
    with pytest.raises(Unavailable):
        desk.ask(a_wish())
    assert not desk.store.letters


def test_when_the_queue_is_down_the_letter_is_left_for_the_sweeper(desk: Desk) -> None:
    desk.letters.down = True
    assert desk.ask(a_wish()).state(NOW) is RequestState.WAITING
    assert len(desk.store.letters) == 1


def test_a_lower_level_than_the_service_needs_is_refused(desk: Desk) -> None:
    with pytest.raises(LevelTooLow):
        desk.ask(a_wish(by=signed_in(level=10)))


def test_guesses_made_before_do_not_count_against_a_new_code(desk: Desk) -> None:
    claim = SECRETS.pseudonyms.claim(VERA, a_person().born)
    for _ in range(PER_CODE):
        desk.tries.add(claim, NOW, wears=True)
    request = desk.ask(a_wish())
    assert desk.store.codes(claim_of(request))[0].guesses_before == Guesses(PER_CODE, PER_CODE)
    assert request.state(NOW, desk.tries.total(claim)) is RequestState.WAITING


def test_who_has_a_void_code_can_ask_anew_at_once(desk: Desk) -> None:
    first = desk.ask(a_wish())
    for _ in range(PER_CODE):
        assert first.state(NOW, desk.tries.total(claim_of(first))) is RequestState.WAITING
        desk.tries.add(claim_of(first), NOW, wears=True)
    assert first.state(NOW, desk.tries.total(claim_of(first))) is RequestState.BLOCKED
    second = desk.ask(a_wish(visit_id=VisitId("second00")))
    ended = desk.store.request(first.represented, first.case_id)
    assert ended is not None
    assert ended.state(NOW) is RequestState.BLOCKED
    assert [code.code_id for code in desk.store.codes(claim_of(first))] == [second.case_id]
    assert second.state(NOW, desk.tries.total(claim_of(first))) is RequestState.WAITING


def test_a_withdrawn_request_stays_withdrawn_and_its_code_is_gone(desk: Desk) -> None:
    request = desk.ask(a_wish())
    for _ in range(2):
        withdraw(request.represented, request.case_id, by=signed_in(), store=desk.store, now=NOW)
    assert desk.store.requests(request.represented)[0].state(NOW) is RequestState.WITHDRAWN
    assert desk.store.codes(claim_of(request)) == []


def test_an_expired_request_cannot_be_withdrawn(desk: Desk) -> None:
    request = desk.ask(a_wish())
    with pytest.raises(Refused, match="request_ended"):
        withdraw(request.represented, request.case_id, by=signed_in(), store=desk.store, now=request.expires_at)


def test_somebody_elses_request_is_not_found(desk: Desk) -> None:
    request = desk.ask(a_wish())
    with pytest.raises(NotFound):
        withdraw(signed_in(HENK).person, request.case_id, by=signed_in(HENK), store=desk.store, now=NOW)


def test_only_who_asked_takes_a_request_back(desk: Desk) -> None:
    asked = a_bare_request(represented=signed_in(VERA).person, requester=signed_in(HENK))
    desk.store.open_requests(an_opening(asked))
    for other in (VERA, MINA):
        with pytest.raises(NotFound):
            withdraw(asked.represented, asked.case_id, by=signed_in(other), store=desk.store, now=NOW)
    withdraw(asked.represented, asked.case_id, by=signed_in(HENK), store=desk.store, now=NOW)
    assert [one.ended for one in desk.store.requests(asked.represented)] == [RequestState.WITHDRAWN]
