"""Changes of a mandate at the same moment, and what ends with a person while others ask and activate."""

from datetime import timedelta

import pytest

from chalicelib.audit.trail import Happening
from chalicelib.catalogue.model import Relation
from chalicelib.errors import Conflict, Refused
from chalicelib.mandates.living.changing import Less, end, restrict, resume, suspend
from chalicelib.mandates.living.leaving import lapse, leave
from chalicelib.mandates.living.revoking import revoke
from chalicelib.mandates.model.cases import CaseId
from chalicelib.mandates.model.mandates import LIVING, Mandate, MandateState
from chalicelib.mandates.model.requests import RequestState
from chalicelib.mandates.own.requesting import withdraw
from chalicelib.mandates.register.mandates import DynamoMandates
from chalicelib.people.actor import Cause
from tests.adapters.test_races import ROUNDS, at_once, store
from tests.builders import (
    HENK,
    MINA,
    NOW,
    PORTAL_ID,
    SECRETS,
    SERVICE_ID,
    VERA,
    a_bare_request,
    a_mandate,
    a_request,
    a_service,
    activated,
    an_opening,
    making,
    signed_in,
)

__all__ = ["store"]

PERSON = SECRETS.pseudonyms.person
LATER = NOW + timedelta(minutes=1)
OTHER = a_service(service_id=SERVICE_ID, behind=(Relation(PORTAL_ID),))
MOVING = a_service(service_id="moving", behind=(Relation(PORTAL_ID),))
CATALOGUE = [a_service(service_id=PORTAL_ID), OTHER, MOVING]


def _made(store: DynamoMandates, number: int) -> CaseId:
    case_id = CaseId(f"{number:030x}00")
    request = a_request(
        case_id=case_id, represented=PERSON(VERA), letter_id=f"{number:036x}", service_id=PORTAL_ID, code=None
    )
    store.open_requests(an_opening(request))
    mandate = a_mandate(request, representative=PERSON(HENK), activated_at=NOW)
    store.make(making(request, mandate), signed_in(HENK))
    return case_id


def _story(store: DynamoMandates, case_id: CaseId) -> list[Happening]:
    return [event.what for event in store.history(case_id, {})][::-1]


@pytest.mark.parametrize("number", range(ROUNDS))
def test_revoking_wins_over_every_other_change_and_each_counts_once(store: DynamoMandates, number: int) -> None:
    case_id = _made(store, number)
    less = Less(a_request().period.end - timedelta(days=2), frozenset({SERVICE_ID}))
    at_once(
        [
            lambda: revoke(signed_in(VERA), case_id, store=store, now=LATER),
            lambda: revoke(signed_in(HENK), case_id, store=store, now=LATER),
            lambda: restrict(signed_in(VERA), case_id, less, services=CATALOGUE, store=store, now=LATER),
            lambda: suspend(case_id, store=store, now=LATER),
            lambda: resume(case_id, store=store, now=LATER),
        ]
    )
    mandate = store.mandate(case_id)
    assert mandate is not None
    assert mandate.state(LATER) is MandateState.REVOKED
    assert store.given(PERSON(VERA)) == store.held(PERSON(HENK)) == [mandate]
    story = _story(store, case_id)
    assert (story[-1], story.count(Happening.REVOKED)) == (Happening.REVOKED, 1)
    assert all(story.count(what) <= 1 for what in (Happening.RESTRICTED, Happening.SUSPENDED, Happening.RESUMED))
    assert (Happening.RESTRICTED in story) == (mandate.without == (SERVICE_ID,)) == (mandate.period.end == less.end)
    assert mandate.version == len(story)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_of_restrictions_at_once_all_count_but_an_earlier_end_of_what_was_suspended_before(
    store: DynamoMandates, number: int
) -> None:
    case_id, last = _made(store, number), a_request().period.end - timedelta(days=2)
    earlier, *others = at_once(
        [
            lambda: restrict(signed_in(VERA), case_id, Less(last), services=CATALOGUE, store=store, now=LATER),
            lambda: restrict(
                signed_in(HENK),
                case_id,
                Less(without=frozenset({SERVICE_ID})),
                services=CATALOGUE,
                store=store,
                now=NOW,
            ),
            lambda: suspend(case_id, store=store, now=LATER),
        ]
    )
    assert not any(isinstance(one, Exception) for one in others)
    mandate = store.mandate(case_id)
    assert mandate is not None
    assert (mandate.without, mandate.suspended_at) == ((SERVICE_ID,), LATER)
    refused = str(earlier) == "stopped_for_now"
    assert isinstance(earlier, Refused if refused else Mandate)
    assert mandate.period.end == (a_request().period.end if refused else last)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_mandate_ends_once_whoever_and_whatever_ends_it(store: DynamoMandates, number: int) -> None:
    case_id = _made(store, number)
    at_once(
        [
            lambda: end(case_id, Cause.DEATH, store=store, now=LATER),
            lambda: revoke(signed_in(VERA), case_id, store=store, now=LATER),
            lambda: end(case_id, Cause.OPT_OUT, store=store, now=LATER),
        ]
    )
    mandate = store.mandate(case_id)
    assert mandate is not None
    assert (mandate.ended_by is None) != (mandate.cause is None)
    assert len([what for what in _story(store, case_id) if what in (Happening.REVOKED, Happening.ENDED)]) == 1


def _asked(store: DynamoMandates, number: int) -> CaseId:
    case_id = CaseId(f"{number:030x}00")
    request = a_request(case_id=case_id, represented=PERSON(VERA), letter_id=f"{number:036x}")
    store.open_requests(an_opening(request))
    return case_id


@pytest.mark.parametrize("number", range(ROUNDS))
def test_nothing_slips_past_the_list_of_who_wants_no_mandates(store: DynamoMandates, number: int) -> None:
    case_id, other = _asked(store, number), CaseId(f"{number + 500:030x}00")
    more = a_request(
        case_id=other, represented=PERSON(VERA), letter_id=f"{number + 500:036x}", service_id=PORTAL_ID, code=None
    )
    activation, _, request = at_once(
        [
            lambda: activated(case_id, HENK, store),
            lambda: leave(PERSON(VERA), keep_mandates=False, store=store, now=NOW),
            lambda: store.open_requests(an_opening(more)),
        ]
    )
    assert store.opted_out(PERSON(VERA)) is not None
    assert all(one.ended is not None for one in store.requests(PERSON(VERA)))
    assert not any(one.state(NOW) in LIVING for one in store.given(PERSON(VERA)))
    assert isinstance(activation, Refused) == (store.mandate(case_id) is None)
    assert isinstance(request, Conflict) == (store.request(PERSON(VERA), other) is None)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_with_who_dies_every_request_ends_once_while_it_is_withdrawn(store: DynamoMandates, number: int) -> None:
    own = _asked(store, number)
    of_mina = a_bare_request(
        case_id=CaseId(f"{number + 500:030x}00"), represented=PERSON(VERA), requester=signed_in(MINA), checked_at=None
    )
    store.open_requests(an_opening(of_mina))
    (asking,) = store.askings(PERSON(MINA))
    at_once(
        [
            lambda: lapse(PERSON(VERA), store=store, now=NOW),
            lambda: withdraw(PERSON(VERA), own, by=signed_in(VERA), store=store, now=NOW),
            lambda: store.take_back(asking, signed_in(MINA), NOW),
        ]
    )
    for request in store.requests(PERSON(VERA)):
        assert request.ended in (RequestState.UNDELIVERABLE, RequestState.WITHDRAWN)
        endings = [what for what in _story(store, request.case_id) if what is not Happening.REQUESTED]
        assert endings == [Happening(request.ended.value)]
    (asking,) = store.askings(PERSON(MINA))
    assert asking.ended in (None, RequestState.WITHDRAWN)
