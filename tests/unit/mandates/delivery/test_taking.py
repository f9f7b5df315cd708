"""Whatever a vendor tells, in whatever order and how often: one story ends in one way, and is never told wrongly."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.days import midnight_after, today
from chalicelib.letters.contract.states import LetterState, VendorKind
from chalicelib.letters.contract.statuses import LetterStatus, Mishap, VendorStep
from chalicelib.mandates.delivery.taking import Taken, take_status
from chalicelib.mandates.model.period import Period
from chalicelib.mandates.model.requests import Request, RequestState
from chalicelib.mandates.model.validity import end_from_asking, outer_limit
from tests.builders import NOW, a_request, an_opening, claim_of
from tests.fakes import FakeMandates, FakePrinted

ID = a_request().letter_id or ""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LAST = midnight_after(NOW.date() + 400 * DAY)
A, P, S, D, R, C, F = VendorStep
STORIES = [
    (A, P, S),
    (A, P, S, D),
    (A, P, S, R),
    (A, P, S, D, R),
    (A, P, F),
    (A, F),
    (A, C),
    (C,),
]
"""What may become of a letter, as its vendor tells it."""


def _status(step: VendorStep, at: datetime) -> LetterStatus:
    return LetterStatus(ID, step, at, Mishap.OTHER if step in {R, F} else None)


def _asked(days: int = 42, length: int = 365) -> Request:
    period = Period(NOW.date(), NOW.date() + length * DAY)
    return a_request(period=period, expires_at=outer_limit(NOW, days, period), valid_days=days)


def _told(store: FakeMandates, story: list[LetterStatus]) -> list[Taken]:
    return [take_status(one, VendorKind.FUNCTION, store=store, printed=FakePrinted(), now=NOW + HOUR) for one in story]


@st.composite
def _shuffled(draw: st.DrawFn) -> tuple[VendorStep, list[LetterStatus]]:
    """Return the last step of a story, and the story with repetitions in any order."""
    story = draw(st.sampled_from(STORIES))
    statuses = [_status(step, NOW + number * DAY) for number, step in enumerate(story)]
    again = draw(st.lists(st.sampled_from(statuses), max_size=6))
    return story[-1], draw(st.permutations([*statuses, *again]))


@given(_shuffled())
def test_a_story_told_in_any_order_and_repeated_ends_in_one_way(told: tuple[VendorStep, list[LetterStatus]]) -> None:
    last, story = told
    store = FakeMandates()
    store.open_requests(an_opening(request := _asked()))
    _told(store, story)
    letter = store.letter(ID)
    assert letter is not None
    assert letter.state is LetterState(last.value)
    (found,) = store.requests(request.represented)
    lost = last in {R, C, F}
    assert found.state(NOW + HOUR) is (RequestState.UNDELIVERABLE if lost else RequestState.WAITING)
    assert (store.codes(claim_of(request)) == []) is lost
    # Told once more, nothing of it is new.
    before = store.letter(ID), store.requests(request.represented)
    assert Taken.MOVED not in _told(store, story)
    assert (store.letter(ID), store.requests(request.represented)) == before


@given(
    days=st.integers(1, 90),
    length=st.integers(0, 200),
    posted=st.timedeltas(-timedelta(days=30), timedelta(days=200)),
    story=st.permutations([A, P, S, D]),
)
def test_a_code_never_ends_before_the_day_that_is_printed_nor_after_the_outer_limit(
    days: int, length: int, posted: timedelta, story: list[VendorStep]
) -> None:
    store = FakeMandates()
    store.open_requests(an_opening(request := _asked(days, length)))
    printed = request.safe_day
    assert midnight_after(printed) <= request.expires_at
    assert printed <= today(NOW) + days * DAY
    for step in story:
        take_status(_status(step, NOW + posted), None, store=store, printed=FakePrinted(), now=NOW + HOUR)
        (found,) = store.requests(request.represented)
        (code,) = store.codes(claim_of(request))
        assert midnight_after(printed) <= found.expires_at <= request.expires_at
        assert code.expires_at == found.expires_at
        assert found.safe_day >= printed
    (found,) = store.requests(request.represented)
    counted = midnight_after(max(today(NOW + posted), today(NOW)) + days * DAY)
    assert found.expires_at == min(counted, request.expires_at)


def test_without_a_letter_time_counts_from_the_request() -> None:
    period = Period(NOW.date(), NOW.date() + 90 * DAY)
    assert end_from_asking(NOW, 42, period) == midnight_after(today(NOW) + 42 * DAY)
    shown = a_request(period=period, letter_id=None, expires_at=end_from_asking(NOW, 42, period))
    assert shown.safe_day == shown.last_day == today(NOW) + 42 * DAY
    assert shown.posted(NOW + 9 * DAY) == shown


def test_what_the_catalogue_says_later_changes_no_request_that_was_asked_before() -> None:
    """The days lie with the request: nothing is read from the catalogue when its letter is posted."""
    store = FakeMandates()
    store.open_requests(an_opening(request := _asked(days=7)))
    take_status(_status(S, NOW + 2 * DAY), None, store=store, printed=FakePrinted(), now=NOW + 2 * DAY)
    (found,) = store.requests(request.represented)
    assert found.expires_at == midnight_after(today(NOW) + 9 * DAY)


def test_of_what_the_release_before_wrote_the_row_moves_and_no_request_is_looked_for(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = FakeMandates()
    store.open_requests(an_opening(request := _asked()))
    store.rows[ID] = store.rows[ID]._replace(represented=None, vendor=None)
    assert _told(store, [_status(R, NOW)]) == [Taken.MOVED]
    assert store.requests(request.represented) == [request]
    assert "letter_without_person" in caplog.messages


def test_a_clock_that_is_slow_makes_nothing_happen_before_it_was_asked() -> None:
    store = FakeMandates()
    store.open_requests(an_opening(replace(_asked(), requested_at=NOW)))
    _told(store, [_status(A, NOW - DAY)])
    assert store.rows[ID].accepted_at == NOW
