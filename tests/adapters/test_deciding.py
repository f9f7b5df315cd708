"""Several decide at once what one asks of another: one is first, all see the same, and no code outlives it."""

from collections.abc import Callable
from functools import partial

import pytest

from chalicelib.audit.trail import Happening
from chalicelib.mandates.for_another.approving import Approval, approve
from chalicelib.mandates.for_another.refusing import Refusal, refuse, refuse_by_letter
from chalicelib.mandates.model.requests import Blocked, Request, RequestState
from chalicelib.mandates.own.activating import activate
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.people.birth_date import BirthDate
from tests.adapters.test_races import at_once
from tests.asked import VISIT, asked_and_passed_on
from tests.builders import (
    HENK,
    MINA,
    NOW,
    PORTAL_ID,
    SECRETS,
    SERVICE_ID,
    VERA,
    a_person,
    a_service,
    claim_of,
    signed_in,
)
from tests.fakes import FakeRegister

PERSON = SECRETS.pseudonyms.person
PEOPLE = FakeRegister({VERA: a_person(), HENK: a_person(name="Henk Helper", born=BirthDate("1970-01-01"))})
SERVICES = {one: a_service(service_id=one) for one in (SERVICE_ID, PORTAL_ID)}
ROUNDS = 3
SECOND = "b0" * 15 + "00"

ENDS = {
    RequestState.APPROVED: Happening.APPROVED,
    RequestState.ACTIVATED: Happening.ACTIVATED,
    RequestState.REFUSED: Happening.REFUSED,
    RequestState.WITHDRAWN: Happening.WITHDRAWN,
}

Act = Callable[[], object]


def _approve(store: MandateStore, *requests: Request) -> Act:
    approval = Approval(signed_in(), VERA, requests[0].visit, frozenset(one.case_id for one in requests))
    return partial(
        approve,
        approval,
        store=store,
        service=SERVICES.__getitem__,
        people=PEOPLE,
        vault=SECRETS.vault,
        now=NOW,
    )


def _activate(store: MandateStore, visit_id: str = VISIT) -> Act:
    ports = {"store": store, "secrets": SECRETS, "now": NOW, "services": SERVICES}
    return partial(activate, PERSON(VERA), visit_id, by=signed_in(HENK), bsn=HENK, **ports)  # type: ignore[arg-type]


def _refuse(store: MandateStore, visit_id: str = VISIT, *, block: bool = False) -> Act:
    return partial(refuse, Refusal(signed_in(), visit_id, block=block), store=store, vault=SECRETS.vault, now=NOW)


def _by_letter(store: MandateStore) -> Act:
    return partial(refuse_by_letter, PERSON(VERA), VISIT, store=store, now=NOW)


def _take_back(store: MandateStore, request: Request) -> Act:
    asked = store.asking(PERSON(HENK), request.case_id)
    assert asked is not None
    return partial(store.take_back, asked, signed_in(HENK), NOW)


def _states(store: MandateStore) -> list[RequestState]:
    return [one.state(NOW) for one in sorted(store.requests(PERSON(VERA)), key=lambda one: one.case_id)]


def _explained(store: MandateStore, request: Request) -> RequestState:
    """Return how a request ended, once, with its mandate if it has one, and its event."""
    ended = store.request(PERSON(VERA), request.case_id)
    assert ended is not None
    assert ended.ended in ENDS
    happened = [one.what for one in store.history(request.case_id, request.sides)]
    if ended.ended is RequestState.REFUSED and Happening.WITHDRAWN in happened:
        # Who asked took it back, and did not hear that it was refused.
        happened.remove(Happening.WITHDRAWN)
    assert sorted(happened) == sorted([Happening.REQUESTED, Happening.CHECKED, ENDS[ended.ended]])
    made = store.mandate(request.case_id)
    assert (made is not None) == (ended.ended in (RequestState.APPROVED, RequestState.ACTIVATED))
    assert made is None or made in store.held(PERSON(HENK))
    return ended.ended


@pytest.mark.parametrize("number", range(ROUNDS))
def test_of_eight_who_decide_at_once_one_is_first(store: MandateStore, number: int) -> None:
    (request,) = asked_and_passed_on(store)
    acts = [
        (RequestState.APPROVED, _approve(store, request)),
        (RequestState.APPROVED, _approve(store, request)),
        (RequestState.ACTIVATED, _activate(store)),
        (RequestState.ACTIVATED, _activate(store)),
        (RequestState.REFUSED, _refuse(store)),
        (RequestState.REFUSED, _refuse(store)),
        (RequestState.REFUSED, _by_letter(store)),
        (RequestState.WITHDRAWN, _take_back(store, request)),
    ]
    turned = acts[number:] + acts[:number]
    came = at_once([act for _, act in turned])
    ended = _explained(store, request)
    succeeded = {wanted for (wanted, _), what in zip(turned, came, strict=True) if not isinstance(what, Exception)}
    # Who asked may take back what was refused without their hearing it.
    quietly = {RequestState.WITHDRAWN} if ended is RequestState.REFUSED else set()
    # The same person had approved, and their click on activating says what they have.
    theirs = {RequestState.ACTIVATED} if ended is RequestState.APPROVED else set()
    assert {ended} <= succeeded <= {ended} | quietly | theirs
    assert store.codes(claim_of(request)) == []
    assert len(store.given(PERSON(VERA))) <= 1


@pytest.mark.parametrize("number", range(ROUNDS))
def test_approving_all_of_a_visit_holds_for_all_of_it_or_for_nothing(store: MandateStore, number: int) -> None:
    first, second = asked_and_passed_on(store, SERVICE_ID, PORTAL_ID)
    acts = [
        _approve(store, first, second),
        _take_back(store, second),
        _approve(store, first, second),
        _by_letter(store),
    ]
    at_once(acts[number:] + acts[:number])
    ends = _explained(store, first), _explained(store, second)
    assert ends in (
        (RequestState.APPROVED, RequestState.APPROVED),
        (RequestState.REFUSED, RequestState.REFUSED),
        (RequestState.REFUSED, RequestState.WITHDRAWN),
    )


def test_each_service_is_approved_once_and_the_code_opens_nothing_afterwards(store: MandateStore) -> None:
    first, second = asked_and_passed_on(store, SERVICE_ID, PORTAL_ID)
    came = at_once([_approve(store, first), _approve(store, second)] * 4)
    assert came == [None] * 8
    assert len(store.given(PERSON(VERA))) == 2
    assert _explained(store, first) is _explained(store, second) is RequestState.APPROVED


@pytest.mark.parametrize("number", range(ROUNDS))
def test_whoever_is_blocked_while_another_request_of_theirs_is_approved_has_it_from_before_or_not_at_all(
    store: MandateStore, number: int
) -> None:
    (first,) = asked_and_passed_on(store)
    (second,) = asked_and_passed_on(store, PORTAL_ID, visit_id=SECOND, letter=False)
    acts = [_refuse(store, block=True), _approve(store, second), _activate(store), _refuse(store, block=True)]
    at_once(acts[number:] + acts[:number])
    assert [block.requester for block in store.blocked(PERSON(VERA))] == [PERSON(HENK)]
    assert _explained(store, first) in (RequestState.REFUSED, RequestState.ACTIVATED)
    assert _explained(store, second) in (RequestState.REFUSED, RequestState.APPROVED)


def test_whom_one_blocked_is_kept_and_forgotten_when_unblocked(store: MandateStore) -> None:
    blocks = [Blocked(PERSON(who), b"sealed", NOW) for who in (HENK, MINA)]
    for block in (*blocks, blocks[0]):
        store.block(PERSON(VERA), block)
    assert sorted(store.blocked(PERSON(VERA)), key=str) == sorted(blocks, key=str)
    assert store.blocked(PERSON(HENK)) == []
    store.unblock(PERSON(VERA), PERSON(HENK))
    store.unblock(PERSON(VERA), PERSON(HENK))
    assert store.blocked(PERSON(VERA)) == [blocks[1]]
