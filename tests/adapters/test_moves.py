"""Every move of a request from every state: those of `REQUEST_MOVES` happen, no other does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from chalicelib.catalogue.model import ServiceId
from chalicelib.errors import Conflict
from chalicelib.mandates.model.cases import CaseId, VisitId, case_of
from chalicelib.mandates.model.mandates import Consent, Way
from chalicelib.mandates.model.requests import OPEN, REQUEST_MOVES, Blocked, CodeTerms, OptOut, Request, RequestState
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.mandates.register.transactions import Admission, Closing, Making
from chalicelib.people.actor import Actor, Cause, Citizen, System
from chalicelib.people.pseudonym import ClaimId, PersonId
from tests.adapters.conftest import REAL
from tests.builders import NOW, a_bare_request, a_code, a_mandate, a_request, an_opening, claim_of

VERA, HENK = Citizen(PersonId("vera"), 20), Citizen(PersonId("henk"), 25)
REGISTER = System(Cause.REGISTER)
LATER, END = NOW + timedelta(hours=1), NOW + timedelta(days=42)
STATES = [state for state in RequestState if state is not RequestState.BLOCKED]
"""A request is blocked when another takes its place: `test_mandates.py` has that."""


def _asked(*, own: bool) -> Request:
    return a_request() if own else a_bare_request(checked_at=None)


def _admit(store: MandateStore, request: Request) -> None:
    store.admit(Admission((replace(request, checked_at=LATER, version=request.version + 1),)))


def _grant(way: Way, store: MandateStore, request: Request) -> None:
    consent = Consent(way, 20)
    store.make(Making((a_mandate(request, activated_at=LATER, consent=consent),), (request,)), HENK)


def _close(how: RequestState, by: Actor, store: MandateStore, request: Request) -> None:
    store.close(Closing((request,), how, by, LATER, told=how is RequestState.WITHDRAWN))


_Move = Callable[[MandateStore, Request], None]

MOVES: dict[RequestState, _Move] = {
    RequestState.WAITING: _admit,
    RequestState.ACTIVATED: lambda store, request: _grant(Way.LETTER, store, request),
    RequestState.APPROVED: lambda store, request: _grant(Way.APPROVED, store, request),
    RequestState.REFUSED: lambda store, request: _close(RequestState.REFUSED, VERA, store, request),
    RequestState.WITHDRAWN: lambda store, request: _close(RequestState.WITHDRAWN, request.requester, store, request),
    RequestState.UNDELIVERABLE: lambda store, request: _close(RequestState.UNDELIVERABLE, REGISTER, store, request),
}


def _now(store: MandateStore, request: Request) -> Request:
    found = store.request(request.represented, request.case_id)
    assert found is not None
    return found


def _brought_to(state: RequestState, store: MandateStore, *, own: bool) -> Request:
    asked = _asked(own=own)
    asked = replace(asked, expires_at=LATER) if state is RequestState.EXPIRED else asked
    store.open_requests(an_opening(asked))
    if state in (RequestState.CHECKING, RequestState.EXPIRED):
        return asked
    if not own:
        _admit(store, asked)
    if state is not RequestState.WAITING:
        MOVES[state](store, _now(store, asked))
    return _now(store, asked)


@pytest.mark.parametrize("store", ["fake", *REAL], indirect=True)
@pytest.mark.parametrize(
    ("own", "state", "move"),
    [
        (own, state, move)
        for own, state, move in product((True, False), STATES, MOVES)
        # Nobody checks what somebody asks for themselves.
        if not own or (state is not RequestState.CHECKING and move is not RequestState.WAITING)
    ],
    ids=str,
)
def test_a_request_moves_as_it_may_and_no_other_way(
    store: MandateStore,
    own: bool,  # noqa: FBT001 - a row of the table
    state: RequestState,
    move: RequestState,
) -> None:
    request = _brought_to(state, store, own=own)
    assert request.state(LATER) is state
    moved = _happens(lambda: MOVES[move](store, request))
    assert moved is (state in REQUEST_MOVES[move])
    assert _now(store, request).state(LATER) is (move if moved else state)
    assert (store.mandate(request.case_id) is not None) is (
        RequestState.ACTIVATED in (state, moved and move) or RequestState.APPROVED in (state, moved and move)
    )


_TOLD = {RequestState.ACTIVATED, RequestState.APPROVED, RequestState.WITHDRAWN}


@pytest.mark.parametrize("move", MOVES, ids=str)
def test_who_asked_for_another_is_told_of_a_mandate_and_of_their_own_withdrawal_alone(
    store: MandateStore, move: RequestState
) -> None:
    request = _brought_to(RequestState.CHECKING, store, own=False)
    before = store.askings(HENK.person)
    if move is not RequestState.WAITING:
        _admit(store, request)
    MOVES[move](store, _now(store, request))
    (after,) = store.askings(HENK.person)
    assert after.ended is (move if move in _TOLD else None)
    assert replace(after, ended=None, ended_at=None) == before[0]
    # Nor by asking again: as long as it is open to them, it is in their own way.
    again = replace(_asked(own=False), case_id=CaseId("again"), requested_at=LATER)
    assert _happens(lambda: store.open_requests(an_opening(again))) is (move in _TOLD)


def test_of_a_refusal_who_asked_is_told_where_they_may_be(store: MandateStore) -> None:
    request = _brought_to(RequestState.WAITING, store, own=False)
    store.close(Closing((request,), RequestState.REFUSED, VERA, LATER, told=True))
    assert [asking.ended for asking in store.askings(HENK.person)] == [RequestState.REFUSED]


@pytest.mark.parametrize("ended", [state for state in STATES if state not in (*OPEN, *_TOLD, RequestState.EXPIRED)])
def test_who_asked_takes_back_what_has_ended_without_their_knowing(store: MandateStore, ended: RequestState) -> None:
    request = _brought_to(ended, store, own=False)
    (asking,) = store.askings(HENK.person)
    store.take_back(asking, HENK, LATER)
    assert [one.ended for one in store.askings(HENK.person)] == [RequestState.WITHDRAWN]
    assert _now(store, request).ended is ended
    with pytest.raises(Conflict):
        store.take_back(asking, HENK, LATER)


def _visit(number: int, *, own: bool, **changes: object) -> Request:
    """Return one of the requests of a visit, which share a code and a letter."""
    visit_id = VisitId("5e7e" * 7 + "5e00")
    terms = CodeTerms(ClaimId("vera-claim"), case_of(visit_id, 0), a_request().code.guesses_before)  # type: ignore[union-attr]
    asked = a_request if own else a_bare_request
    request = asked(
        case_id=case_of(visit_id, number),
        service_id=ServiceId(f"service {number}"),
        letter_id=visit_id + "0001",
        **changes,
    )
    return replace(request, code=terms)


def test_a_code_goes_with_the_last_request_of_its_visit(store: MandateStore) -> None:
    visit = tuple(_visit(number, own=True) for number in range(3))
    store.open_requests(an_opening(visit[0], requests=visit))
    code = a_code(visit[0])
    assert set(store.requests(VERA.person, visit[0].visit)) == set(visit)
    _close(RequestState.WITHDRAWN, VERA, store, visit[1])
    assert store.codes(claim_of(visit[0])) == [code]
    store.make(Making(tuple(a_mandate(one) for one in (visit[0], visit[2])), (visit[0], visit[2])), HENK)
    assert store.codes(claim_of(visit[0])) == []
    assert {made.service_id for made in store.held(PersonId("henk"))} == {"service 0", "service 2"}


def test_of_a_visit_all_is_granted_or_nothing(store: MandateStore) -> None:
    visit = tuple(_visit(number, own=True) for number in range(2))
    store.open_requests(an_opening(visit[0], requests=visit))
    _close(RequestState.WITHDRAWN, VERA, store, visit[1])
    with pytest.raises(Conflict):
        store.make(Making(tuple(map(a_mandate, visit)), visit), HENK)
    assert store.held(PersonId("henk")) == []
    assert _now(store, visit[0]).ended is None


@pytest.mark.parametrize("move", [RequestState.ACTIVATED, RequestState.APPROVED])
def test_nothing_begins_for_who_opted_out(store: MandateStore, move: RequestState) -> None:
    own, other = _brought_to(RequestState.WAITING, store, own=True), replace(_asked(own=False), case_id=CaseId("other"))
    store.open_requests(an_opening(other))
    store.opt_out(VERA.person, OptOut(NOW))
    assert not _happens(lambda: MOVES[move](store, own))
    assert not _happens(lambda: _admit(store, other))
    assert not _happens(lambda: store.open_requests(an_opening(a_request(service_id=ServiceId("another")))))
    store.opt_out(VERA.person, None)
    assert _happens(lambda: MOVES[move](store, own))
    assert _happens(lambda: _admit(store, other))


def test_who_is_blocked_gets_nothing_admitted_until_they_are_not_any_more(store: MandateStore) -> None:
    request = _brought_to(RequestState.WAITING, store, own=False)
    block = Blocked(HENK.person, b"sealed henk", LATER)
    store.close(Closing((request,), RequestState.REFUSED, VERA, LATER, block=block))
    assert store.blocked(VERA.person) == [block]
    another = replace(_asked(own=False), case_id=CaseId("another"), service_id=ServiceId("another"))
    store.open_requests(an_opening(another))
    assert not _happens(lambda: _admit(store, another))
    store.unblock(VERA.person, HENK.person)
    assert store.blocked(VERA.person) == []
    assert _happens(lambda: _admit(store, another))


def _happens(act: Callable[[], object]) -> bool:
    try:
        act()
    except Conflict:
        return False
    return True
