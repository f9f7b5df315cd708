"""Every step that can be told of a letter, in every state; and what waits for that letter."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.audit.trail import Event, Happening
from chalicelib.catalogue.model import ServiceId
from chalicelib.days import midnight_after, today
from chalicelib.errors import Conflict
from chalicelib.letters.contract.letter import LetterKind
from chalicelib.letters.contract.states import MOVES, LetterState, VendorKind
from chalicelib.letters.contract.statuses import LetterStatus, Mishap, VendorStep
from chalicelib.letters.reckoning import Reckoning
from chalicelib.mandates.delivery.taking import Taken, take_status
from chalicelib.mandates.for_another.asking import withdraw_asked
from chalicelib.mandates.model.cases import CaseId
from chalicelib.mandates.model.requests import Request, RequestState
from chalicelib.mandates.register.mandates import DynamoMandates
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.mandates.register.transactions import Admission, Closing, Delivery
from chalicelib.outbox.parcels import MARK, SHARDS
from chalicelib.people.actor import Cause, Citizen, System
from chalicelib.people.pseudonym import PersonId
from chalicelib.storage.rows import Rows
from chalicelib.storage.tables import LettersTable
from tests.adapters.conftest import REAL, askers_of, books_of, tables_of
from tests.builders import (
    GENEROUS,
    NOW,
    a_bare_request,
    a_code,
    a_letter,
    a_mandate,
    a_request,
    an_opening,
    claim_of,
    making,
)
from tests.fakes import SEALING, FakePrinted

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DAYS = 42
OUTER = midnight_after(NOW.date() + (DAYS + 14) * DAY)
VERA, HENK = Citizen(PersonId("vera"), 20), Citizen(PersonId("henk"), 25)
LOST = {LetterState.RETURNED, LetterState.CANCELLED, LetterState.FAILED}
STATES = [state for state in LetterState if state is not LetterState.REQUESTED]


def _asked(**changes: object) -> Request:
    return a_request(**{"expires_at": OUTER, "valid_days": DAYS, **changes})


def _status(step: VendorStep, at: datetime = NOW + HOUR, letter_id: str = _asked().letter_id or "") -> LetterStatus:
    reason = Mishap.MOVED if step in {VendorStep.RETURNED, VendorStep.FAILED} else None
    return LetterStatus(letter_id, step, at, reason)


def _tell(store: MandateStore, step: VendorStep, at: datetime = NOW + HOUR, **changes: Any) -> Taken:
    by = changes.pop("by", VendorKind.FUNCTION)
    return take_status(_status(step, at, **changes), by, store=store, printed=FakePrinted(), now=max(at, NOW + HOUR))


def _now(store: MandateStore, request: Request) -> Request:
    found = store.request(request.represented, request.case_id)
    assert found is not None
    return found


def _expected(state: LetterState, step: VendorStep) -> Taken:
    moved = LetterState(step.value)
    if state is moved:
        return Taken.REPEATED
    if state in MOVES[moved]:
        return Taken.MOVED
    return Taken.ENDED if state in LOST else Taken.LATE


@pytest.mark.parametrize("store", ["fake", *REAL], indirect=True)
@pytest.mark.parametrize("step", VendorStep)
@pytest.mark.parametrize("state", STATES)
def test_a_letter_moves_as_it_may_and_no_other_way(store: MandateStore, state: LetterState, step: VendorStep) -> None:
    store.open_requests(an_opening(request := _asked()))
    letter_id = request.letter_id or ""
    if state is not LetterState.CHECKED:
        store.deliver(Delivery(letter_id, state, NOW, NOW))
    taken = _tell(store, step)
    assert taken is _expected(state, step)
    letter = store.letter(letter_id)
    assert letter is not None
    moved = LetterState(step.value)
    assert letter.state is (moved if taken is Taken.MOVED else state)
    if taken is Taken.MOVED:
        assert getattr(letter, f"{moved}_at") == NOW + HOUR
        assert letter.sealed is None
        assert letter.reason == _status(step).reason
        assert _now(store, request).state(NOW + HOUR) is (
            RequestState.UNDELIVERABLE if moved in LOST else RequestState.WAITING
        )
    else:
        assert _now(store, request) == request
    assert store.codes(claim_of(request)) == ([] if taken is Taken.MOVED and moved in LOST else [_code(store, request)])
    # The same again changes nothing, whatever it was.
    before = store.letter(letter_id), _now(store, request)
    assert _tell(store, step, NOW + DAY) is not Taken.MOVED
    assert (store.letter(letter_id), _now(store, request)) == before


def _code(store: MandateStore, request: Request) -> object:
    return a_code(request, expires_at=_now(store, request).expires_at)


@pytest.mark.parametrize("step", [VendorStep.POSTED, VendorStep.DELIVERED])
def test_the_time_of_a_request_and_its_code_counts_from_the_posting(store: MandateStore, step: VendorStep) -> None:
    store.open_requests(an_opening(request := _asked()))
    at = NOW + 3 * DAY
    assert _tell(store, step, at) is Taken.MOVED
    ends = midnight_after(at.date() + DAYS * DAY)
    assert _now(store, request) == replace(request, expires_at=ends, valid_days=None)
    assert store.codes(claim_of(request)) == [a_code(request, expires_at=ends)]
    posted = Event(Happening.POSTED, at, System(Cause.POST))
    assert store.history(request.case_id, request.sides)[0] == posted
    again = _asked(case_id=CaseId("again"), letter_id="2" * 36)
    with pytest.raises(Conflict):
        store.open_requests(an_opening(replace(again, requested_at=ends - HOUR)))
    store.open_requests(an_opening(replace(again, requested_at=ends)))


@pytest.mark.parametrize(
    ("posted", "ends"),
    [
        (NOW - 9 * DAY, midnight_after(NOW.date() + DAYS * DAY)),
        (NOW + 13 * DAY, midnight_after(NOW.date() + (13 + DAYS) * DAY)),
        (NOW + 14 * DAY, OUTER),
        (NOW + 50 * DAY, OUTER),
    ],
)
def test_it_never_ends_before_the_day_that_the_letter_names_nor_after_the_outer_limit(
    store: MandateStore, posted: datetime, ends: datetime
) -> None:
    store.open_requests(an_opening(request := _asked()))
    _tell(store, VendorStep.POSTED, posted)
    found = _now(store, request)
    assert found.expires_at == ends
    assert midnight_after(request.safe_day) <= found.expires_at <= request.expires_at


def test_what_has_no_days_to_count_stays_as_it_is(store: MandateStore) -> None:
    """As what a release before wrote, whose time counted from the request."""
    store.open_requests(an_opening(request := a_request()))
    assert _tell(store, VendorStep.POSTED, NOW + 3 * DAY) is Taken.MOVED
    assert _now(store, request) == request
    assert store.codes(claim_of(request)) == [a_code(request)]


def _of_henk(store: MandateStore) -> Request:
    """Return what Henk asked for Vera, which came before her with a letter."""
    asked = a_bare_request(checked_at=None, expires_at=OUTER, valid_days=DAYS)
    store.open_requests(an_opening(asked))
    letter = a_request()
    admitted = replace(asked, checked_at=NOW + HOUR, version=2, code=letter.code, letter_id=letter.letter_id)
    opening = an_opening(admitted)
    store.admit(Admission((admitted,), opening.code, opening.mailing))
    return admitted


STEPS: dict[str, Callable[[MandateStore], object]] = {
    "nothing": lambda _: None,
    "posted": lambda store: _tell(store, VendorStep.POSTED, NOW + 2 * DAY),
    "returned": lambda store: _tell(store, VendorStep.RETURNED, NOW + 2 * DAY),
    "failed": lambda store: _tell(store, VendorStep.FAILED, NOW + 2 * DAY),
}


@pytest.mark.parametrize("step", STEPS)
def test_who_asked_for_another_sees_nothing_of_its_letter(store: MandateStore, step: str) -> None:
    request = _of_henk(store)
    before = store.askings(HENK.person)
    STEPS[step](store)
    assert store.askings(HENK.person) == before
    # Nor by asking again: it is in their own way until the outer limit, and not longer.
    again = a_bare_request(case_id=CaseId("again"), checked_at=None, expires_at=OUTER + 60 * DAY)
    for early in (NOW + 3 * DAY, OUTER - HOUR):
        with pytest.raises(Conflict):
            store.open_requests(an_opening(replace(again, requested_at=early)))
    store.open_requests(an_opening(replace(again, requested_at=OUTER)))
    if step in ("returned", "failed"):
        assert _now(store, request).ended is RequestState.UNDELIVERABLE


@pytest.mark.parametrize("late", [3 * DAY, DAYS * DAY + 5 * DAY, OUTER - NOW - HOUR])
@pytest.mark.parametrize("step", STEPS)
def test_who_asked_for_another_takes_it_back_until_the_outer_limit_whatever_became_of_its_letter(
    store: MandateStore, step: str, late: timedelta
) -> None:
    request = _of_henk(store)
    STEPS[step](store)
    before = _now(store, request).state(NOW + late)
    withdraw_asked(HENK, request.case_id, store=store, now=NOW + late)
    (asked,) = store.askings(HENK.person)
    assert (asked.ended, asked.ended_at) == (RequestState.WITHDRAWN, NOW + late)
    gone = before is not RequestState.WAITING
    assert _now(store, request).state(NOW + late) is (before if gone else RequestState.WITHDRAWN)


@pytest.mark.parametrize("step", [VendorStep.RETURNED, VendorStep.FAILED, VendorStep.CANCELLED])
def test_a_letter_that_does_not_arrive_makes_its_code_void_and_who_asked_can_ask_anew(
    store: MandateStore, step: VendorStep
) -> None:
    store.open_requests(an_opening(request := _asked()))
    _tell(store, step)
    ended = _now(store, request)
    assert (ended.ended, ended.ended_at, ended.version) == (RequestState.UNDELIVERABLE, NOW + HOUR, 2)
    assert store.codes(claim_of(request)) == []
    event = Event(Happening.UNDELIVERABLE, NOW + HOUR, System(Cause.POST))
    assert store.history(request.case_id, request.sides)[0] == event
    store.open_requests(an_opening(_asked(case_id=CaseId("again"), letter_id="2" * 36, requested_at=NOW + HOUR)))


def test_what_has_ended_before_stays_as_it_ended(store: MandateStore) -> None:
    store.open_requests(an_opening(request := _asked()))
    store.close(Closing((request,), RequestState.WITHDRAWN, VERA, NOW))
    ended = _now(store, request)
    assert _tell(store, VendorStep.POSTED) is Taken.MOVED
    assert _tell(store, VendorStep.RETURNED, NOW + DAY) is Taken.MOVED
    assert _now(store, request) == ended


def test_a_visitor_who_has_a_request_before_them_decides_on_it_though_its_letter_is_posted_meanwhile(
    store: MandateStore,
) -> None:
    store.open_requests(an_opening(request := _asked()))
    seen = _now(store, request)
    _tell(store, VendorStep.POSTED)
    store.make(making(seen, a_mandate(seen)), HENK)
    assert _now(store, request).ended is RequestState.ACTIVATED


def test_of_a_visit_all_that_waits_ends_and_no_other_visit(store: MandateStore) -> None:
    visit = [
        _asked(case_id=CaseId(f"{'5e7e' * 7}5e0{one}"), service_id=ServiceId(f"service {one}")) for one in (0, 1, 2)
    ]
    first, letter_id = visit[0], "5e7e" * 7 + "5e00" + "0001"
    shared = tuple(replace(one, letter_id=letter_id, code=first.code) for one in visit)
    store.open_requests(an_opening(shared[0], requests=shared))
    store.open_requests(an_opening(other := _asked(service_id=ServiceId("other"))))
    store.close(Closing((shared[1],), RequestState.WITHDRAWN, VERA, NOW))
    assert _tell(store, VendorStep.POSTED, letter_id=letter_id) is Taken.MOVED
    assert [_now(store, one).valid_days for one in (*shared, other)] == [None, DAYS, None, DAYS]
    assert _tell(store, VendorStep.RETURNED, NOW + DAY, letter_id=letter_id) is Taken.MOVED
    ends = [_now(store, one).ended for one in (*shared, other)]
    assert ends == [RequestState.UNDELIVERABLE, RequestState.WITHDRAWN, RequestState.UNDELIVERABLE, None]


def test_a_notice_has_a_life_too_and_nothing_waits_for_it(store: MandateStore) -> None:
    store.open_requests(an_opening(request := _asked()))
    notice = a_letter(LetterKind.GIVEN, letter_id=request.case_id + "0002")
    store.make(replace(making(request, mandate := a_mandate(request)), notices=(notice,)), HENK)
    for step in (VendorStep.PRINTED, VendorStep.POSTED, VendorStep.RETURNED):
        assert _tell(store, step, letter_id=notice.letter_id) is Taken.MOVED
    assert store.mandate(mandate.case_id) == mandate


def test_who_does_not_print_a_letter_tells_nothing_of_it_and_of_no_letter_anybody_anything(store: MandateStore) -> None:
    store.open_requests(an_opening(request := _asked()))
    before = store.letter(request.letter_id or "")
    assert _tell(store, VendorStep.RETURNED, by=VendorKind.OUTSIDE) is Taken.STRANGER
    assert _tell(store, VendorStep.RETURNED, letter_id="0" * 36) is Taken.UNKNOWN
    assert store.letter("0" * 36) is None
    assert store.letter(request.letter_id or "") == before
    assert _now(store, request) == request
    assert _tell(store, VendorStep.POSTED, by=None) is Taken.MOVED


def _to_be_sent(table: LettersTable) -> list[str]:
    return [mark.parcel_id for shard in range(SHARDS) for mark in Rows(table, MARK).every(shard=shard)]


def test_once_a_vendor_has_a_letter_nothing_is_left_to_be_sent_and_its_code_goes_when_it_expires(dynamodb: Any) -> None:
    tables = tables_of(dynamodb)
    store = DynamoMandates(tables, SEALING, books_of(dynamodb, GENEROUS), askers_of(dynamodb))
    store.open_requests(an_opening(request := _asked()))
    assert _to_be_sent(tables.letters) == [request.letter_id]
    _tell(store, VendorStep.ACCEPTED)
    assert _to_be_sent(tables.letters) == []
    _tell(store, VendorStep.POSTED, NOW + DAY)
    row = tables.register.get(f"CLAIM#{claim_of(request)}", f"CODE#{request.case_id}")
    assert row is not None
    assert row["ttl"] == datetime.fromisoformat(row["expires_at"]).astimezone(UTC).timestamp()


def test_a_letter_that_is_told_to_be_posted_is_accounted_for(dynamodb: Any) -> None:
    tables = tables_of(dynamodb)
    store = DynamoMandates(tables, SEALING, books_of(dynamodb, GENEROUS), askers_of(dynamodb))
    store.open_requests(an_opening(_asked()))
    for step in (VendorStep.ACCEPTED, VendorStep.PRINTED, VendorStep.POSTED, VendorStep.RETURNED):
        assert Reckoning(tables.letters).of_day(today(NOW)).holds
        assert _tell(store, step) is Taken.MOVED
    assert Reckoning(tables.letters).of_day(today(NOW)).holds


def test_of_a_letter_that_was_withdrawn_its_vendor_hears_though_they_accept_it_meanwhile(dynamodb: Any) -> None:
    tables = tables_of(dynamodb)
    store = DynamoMandates(tables, SEALING, books_of(dynamodb, GENEROUS), askers_of(dynamodb))
    store.open_requests(an_opening(request := _asked()))
    store.close(Closing((request,), RequestState.WITHDRAWN, VERA, NOW))
    _tell(store, VendorStep.ACCEPTED)
    assert _to_be_sent(tables.letters) == [request.letter_id]
