from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.audit.trail import Event, Happening
from chalicelib.errors import Conflict
from chalicelib.mandates.model.cases import CaseId
from chalicelib.mandates.model.guesses import Guesses
from chalicelib.mandates.model.mandates import Mandate, MandateState
from chalicelib.mandates.model.requests import Request, RequestState
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.people.actor import Cause, Citizen, Provider, System
from chalicelib.people.pseudonym import PersonId
from tests.builders import (
    NOW,
    PORTAL_ID,
    SERVICE_ID,
    a_bare_request,
    a_code,
    a_mandate,
    a_request,
    an_opening,
    claim_of,
    closing,
    held_for,
    making,
    revoke_in,
)

VERA, HENK, MINA = (Citizen(PersonId(name), level) for name, level in (("vera", 20), ("henk", 25), ("mina", 20)))
OMINOUS = Provider("Gemeente Ominous")


@pytest.fixture
def opened(store: MandateStore) -> Request:
    return _open(store, a_request())


def _open(store: MandateStore, request: Request) -> Request:
    store.open_requests(an_opening(request))
    return request


def _by(mandate: Mandate) -> Citizen:
    return Citizen(mandate.representative, mandate.level)


def _happens(act: Callable[[], object]) -> bool:
    try:
        act()
    except Conflict:
        return False
    return True


def test_a_request_is_read_back_as_it_was_written(store: MandateStore, opened: Request) -> None:
    assert store.request(opened.represented, opened.case_id) == opened
    assert store.requests(opened.represented) == [opened]
    assert store.codes(claim_of(opened)) == [a_code(opened)]
    assert store.history(opened.case_id, opened.sides) == [Event(Happening.REQUESTED, NOW, VERA)]


def test_a_request_is_found_by_its_own_person_only(store: MandateStore, opened: Request) -> None:
    assert store.request(PersonId("mina"), opened.case_id) is None
    assert store.requests(PersonId("mina")) == []


def test_a_case_exists_once(store: MandateStore, opened: Request) -> None:
    with pytest.raises(Conflict):
        _open(store, opened)


def test_one_request_for_a_service_is_open_at_a_time(store: MandateStore, opened: Request) -> None:
    second = a_request(case_id=CaseId("second"), letter_id="2" * 36)
    with pytest.raises(Conflict):
        _open(store, second)
    _open(store, replace(second, service_id=PORTAL_ID))
    later = opened.expires_at
    _open(store, a_request(case_id=CaseId("third"), letter_id="3" * 36, requested_at=later))


def test_each_requester_has_one_open_request_and_nobody_is_in_the_way_of_another(store: MandateStore) -> None:
    asked = [
        _open(store, a_bare_request(case_id=CaseId(f"of {who.person}"), requester=who)) for who in (HENK, MINA, VERA)
    ]
    for request in asked:
        with pytest.raises(Conflict):
            _open(store, replace(request, case_id=CaseId("another")))
        assert store.open_for(request.represented, SERVICE_ID, request.requester.person) == request
    store.close(closing(asked[0], HENK, NOW))
    assert store.open_for(PersonId("vera"), SERVICE_ID, HENK.person) is None
    again = _open(store, replace(asked[0], case_id=CaseId("again")))
    assert [store.open_for(PersonId("vera"), SERVICE_ID, who.person) for who in (HENK, MINA, VERA)] == [
        again,
        *asked[1:],
    ]
    assert store.open_for(PersonId("mina"), SERVICE_ID, HENK.person) is None


def test_of_many_who_ask_at_once_each_has_one_open_request(store: MandateStore) -> None:
    askers = [Citizen(PersonId(f"asker {number % 3}"), 20) for number in range(9)]
    requests = [a_bare_request(case_id=CaseId(f"{n}"), requester=asker) for n, asker in enumerate(askers)]
    with ThreadPoolExecutor(9) as pool:
        won = list(pool.map(lambda request: _happens(lambda: store.open_requests(an_opening(request))), requests))
    opened = [request for request, first in zip(requests, won, strict=True) if first]
    assert sorted(request.requester.person for request in opened) == ["asker 0", "asker 1", "asker 2"]
    assert {one.case_id for one in store.requests(PersonId("vera"))} == {one.case_id for one in opened}


def test_activating_makes_the_mandate_under_both_people(store: MandateStore, opened: Request) -> None:
    mandate = a_mandate(opened)
    store.make(making(opened, mandate), HENK)
    assert store.given(opened.represented) == store.held(mandate.representative) == [mandate]
    assert store.mandate(opened.case_id) == mandate
    assert held_for(store, mandate.representative, SERVICE_ID) == [mandate]
    assert held_for(store, mandate.representative, PORTAL_ID) == []
    assert store.codes(claim_of(opened)) == []
    ended = store.request(opened.represented, opened.case_id)
    assert ended is not None
    assert ended.state(NOW) is RequestState.ACTIVATED


@pytest.mark.parametrize("offset", [timedelta(seconds=-1), timedelta(), timedelta(seconds=1)])
def test_a_request_is_activated_until_the_moment_it_expires(
    store: MandateStore, opened: Request, offset: timedelta
) -> None:
    mandate = a_mandate(opened, activated_at=opened.expires_at + offset)
    assert _happens(lambda: store.make(making(opened, mandate), HENK)) is (offset < timedelta())


def test_eight_people_who_activate_at_once_get_one_mandate(store: MandateStore, opened: Request) -> None:
    mandates = [a_mandate(opened, representative=PersonId(f"person {number}")) for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        won = list(
            pool.map(lambda mandate: _happens(lambda: store.make(making(opened, mandate), _by(mandate))), mandates)
        )
    assert sum(won) == 1
    held = [store.held(mandate.representative) for mandate in mandates]
    assert [bool(found) for found in held] == won
    assert len(store.given(opened.represented)) == 1


def test_a_withdrawn_request_cannot_be_activated_nor_an_activated_one_withdrawn(
    store: MandateStore, opened: Request
) -> None:
    store.close(closing(opened, VERA, NOW))
    with pytest.raises(Conflict):
        store.make(making(opened, a_mandate(opened)), HENK)
    other = _open(store, a_request(case_id=CaseId("other"), letter_id="4" * 36))
    store.make(making(other, a_mandate(other)), HENK)
    with pytest.raises(Conflict):
        store.close(closing(other, VERA, NOW))


@pytest.mark.parametrize(
    "asked",
    [
        a_bare_request(),
        a_bare_request(requester=VERA, level=20),
    ],
    ids=["by another", "by oneself"],
)
def test_a_request_of_any_kind_is_opened_read_withdrawn_and_expires(store: MandateStore, asked: Request) -> None:
    _open(store, asked)
    assert store.requests(asked.represented) == [store.request(asked.represented, asked.case_id)] == [asked]
    assert asked.state(asked.expires_at - timedelta(seconds=1)) is RequestState.WAITING
    assert asked.state(NOW, Guesses(99, 99)) is (RequestState.BLOCKED if asked.code else RequestState.WAITING)
    assert asked.state(asked.expires_at) is RequestState.EXPIRED
    with pytest.raises(Conflict):
        store.close(closing(asked, asked.requester, asked.expires_at))
    store.close(closing(asked, asked.requester, NOW + timedelta(hours=1)))
    ended = store.request(asked.represented, asked.case_id)
    assert ended == replace(asked, ended=RequestState.WITHDRAWN, ended_at=NOW + timedelta(hours=1), version=2)
    happened = [(event.what, event.by) for event in store.history(asked.case_id, asked.sides)]
    assert happened == [(Happening.WITHDRAWN, asked.requester), (Happening.REQUESTED, asked.requester)]


def test_a_request_without_a_code_gives_way_to_one_with_a_letter(store: MandateStore) -> None:
    bare = _open(store, a_bare_request(requester=VERA, level=20))
    again = a_request(case_id=CaseId("again"), letter_id="5" * 36)
    store.open_requests(an_opening(again, instead_of=(bare,)))
    assert store.open_for(bare.represented, SERVICE_ID, VERA.person) == again


def test_a_request_whose_code_is_void_gives_way_and_is_marked_so(store: MandateStore, opened: Request) -> None:
    assert store.open_for(opened.represented, SERVICE_ID, VERA.person) == opened
    assert store.open_for(opened.represented, PORTAL_ID, VERA.person) is None
    again = a_request(case_id=CaseId("again"), letter_id="5" * 36)
    store.open_requests(an_opening(again, instead_of=(opened,)))
    ended = store.request(opened.represented, opened.case_id)
    assert ended is not None
    assert ended.state(NOW) is RequestState.BLOCKED
    assert [code.code_id for code in store.codes(claim_of(opened))] == [again.case_id]
    happened = store.history(opened.case_id, opened.sides)
    assert {event.what: event.by for event in happened} == {
        Happening.REQUESTED: VERA,
        Happening.BLOCKED: System(Cause.GUESSES),
    }
    assert store.open_for(opened.represented, SERVICE_ID, VERA.person) == again
    third = a_request(case_id=CaseId("third"), letter_id="6" * 36)
    with pytest.raises(Conflict):
        store.open_requests(an_opening(third, instead_of=(opened,)))


def test_revoking_ends_a_mandate_for_both_people_once(store: MandateStore, opened: Request) -> None:
    mandate = a_mandate(opened)
    store.make(making(opened, mandate), HENK)
    with ThreadPoolExecutor(8) as pool:
        sides = [VERA, HENK] * 4
        won = list(pool.map(lambda by: _happens(lambda: revoke_in(store, mandate, by, NOW)), sides))
    assert sum(won) == 1
    (given,), (held,) = store.given(opened.represented), store.held(mandate.representative)
    assert given == held
    assert given.state(NOW) is MandateState.REVOKED
    assert [event.what for event in store.history(opened.case_id, opened.sides)].count(Happening.REVOKED) == 1


def test_a_use_is_written_once_and_shown_newest_first(store: MandateStore, opened: Request) -> None:
    used = Event(Happening.USED, NOW + timedelta(days=1), HENK, OMINOUS)
    for _ in range(2):
        store.record_use(opened.case_id, "login", used)
    assert store.history(opened.case_id, opened.sides)[0] == used
    assert len(store.history(opened.case_id, opened.sides)) == 2


def test_of_one_instant_what_came_last_is_shown_first(store: MandateStore, opened: Request) -> None:
    mandate = a_mandate(opened)
    store.make(making(opened, mandate), HENK)
    revoke_in(store, mandate, VERA, mandate.activated_at)
    shown = [event.what for event in store.history(opened.case_id, opened.sides)]
    assert shown == [Happening.REVOKED, Happening.ACTIVATED, Happening.REQUESTED]


def test_a_use_and_a_refusal_of_one_sign_in_both_stand(store: MandateStore, opened: Request) -> None:
    used = Event(Happening.USED, NOW + timedelta(days=1), HENK, OMINOUS)
    refused = replace(used, what=Happening.USE_REFUSED, at=NOW + timedelta(days=2))
    for event in (used, refused, used):
        store.record_use(opened.case_id, "login", event)
    assert store.history(opened.case_id, opened.sides)[:2] == [refused, used]
    assert len(store.history(opened.case_id, opened.sides)) == 3


def test_nothing_is_found_of_a_case_that_does_not_exist(store: MandateStore) -> None:
    assert store.mandate("nothing") is None
    assert store.history(CaseId("nothing"), {}) == []


def test_mandates_come_newest_first(store: MandateStore) -> None:
    made: list[Mandate] = []
    for number in range(3):
        request = _open(store, a_request(case_id=CaseId(f"case {number}"), letter_id=f"{number:036}"))
        made.append(a_mandate(request, activated_at=NOW + timedelta(hours=number)))
        store.make(making(request, made[-1]), HENK)
    assert store.given(PersonId("vera")) == made[::-1]
