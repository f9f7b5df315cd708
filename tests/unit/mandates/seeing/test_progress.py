"""How far a request is, step by step, for who asked for themselves, of whom it is asked, and who asked it of them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from chalicelib.letters.contract.states import LetterState
from chalicelib.letters.contract.statuses import Mishap
from chalicelib.letters.life import Journey
from chalicelib.mandates.model.guesses import PER_CODE, Guesses
from chalicelib.mandates.model.requests import Asking, Request, RequestState
from chalicelib.mandates.seeing.progress import Stage, Step, progress_for_asker, progress_of
from tests.builders import NOW, STAFF, a_bare_request, a_request

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ASKED = Step(Stage.ASKED, NOW)
LAST = date(2031, 6, 28)
WORKS, DEAD = Step(Stage.CODE_WORKS, day=LAST), Step(Stage.CODE_DEAD)
PRINTED = {LetterState.PRINTED: NOW + HOUR}
POSTED = {**PRINTED, LetterState.POSTED: NOW + DAY}
LATER_POSTED = {**PRINTED, LetterState.POSTED: NOW + 2 * DAY}
# NOW is a Saturday; 22 May is Ascension Day.
EXPECTED, EXPECTED_LATER = Step(Stage.EXPECTED, day=date(2031, 5, 26)), Step(Stage.EXPECTED, day=date(2031, 5, 27))


def _ended(how: RequestState, request: Request | None = None) -> Request:
    return replace(request or a_request(), ended=how, ended_at=NOW + 2 * DAY)


@pytest.mark.parametrize(
    ("later", "letter", "steps"),
    [
        (HOUR, {}, [Step(Stage.BEING_MADE), EXPECTED]),
        (2 * DAY, {}, [Step(Stage.LATE)]),
        (2 * DAY, {LetterState.ACCEPTED: NOW}, [Step(Stage.LATE)]),
        (2 * DAY, PRINTED, [Step(Stage.PRINTED, NOW + HOUR), EXPECTED]),
        (9 * DAY, PRINTED, [Step(Stage.PRINTED, NOW + HOUR), EXPECTED]),
        (2 * DAY, POSTED, [Step(Stage.PRINTED, NOW + HOUR), Step(Stage.POSTED, NOW + DAY), EXPECTED]),
        (9 * DAY, LATER_POSTED, [Step(Stage.PRINTED, NOW + HOUR), Step(Stage.POSTED, NOW + 2 * DAY), EXPECTED_LATER]),
        (10 * DAY, PRINTED, [Step(Stage.PRINTED, NOW + HOUR), Step(Stage.OVERDUE, day=EXPECTED.day)]),
    ],
)
def test_who_asked_sees_where_the_letter_is_and_until_when_its_code_works(
    later: timedelta, letter: Mapping[LetterState, datetime], steps: list[Step]
) -> None:
    assert progress_of(a_request(), Guesses(), Journey(letter), NOW + later) == [ASKED, *steps, WORKS]


def test_who_asked_by_telephone_sees_that() -> None:
    steps = progress_of(a_request(staff=STAFF, level=None), Guesses(), Journey(PRINTED), NOW + DAY)
    assert steps == [Step(Stage.CALLED, NOW), Step(Stage.PRINTED, NOW + HOUR), EXPECTED, WORKS]


@pytest.mark.parametrize("how", [RequestState.WITHDRAWN, RequestState.BLOCKED])
def test_the_letter_of_what_has_ended_came_or_will_never_come(how: RequestState) -> None:
    end = [Step(how, NOW + 2 * DAY), DEAD]
    request, now = _ended(how), NOW + 3 * DAY
    assert progress_of(request, None, Journey(), now) == [ASKED, Step(Stage.NOT_PRINTED), *end]
    begun = {LetterState.ACCEPTED: NOW}
    assert progress_of(request, None, Journey(begun), now) == [ASKED, Step(Stage.PERHAPS_PRINTED), *end]
    assert progress_of(request, None, Journey({**begun, **PRINTED}), now) == [
        ASKED,
        Step(Stage.PRINTED, NOW + HOUR),
        *end,
    ]


@pytest.mark.parametrize("reached", [{}, {LetterState.CANCELLED: NOW + 2 * DAY}])
def test_what_lies_with_a_vendor_outside_is_perhaps_printed_whatever_we_wrote_down(
    reached: Mapping[LetterState, datetime],
) -> None:
    request, queued = _ended(RequestState.WITHDRAWN), {LetterState.QUEUED: NOW, **reached}
    for letter, stage in (
        (Journey(queued, outside=True), Stage.PERHAPS_PRINTED),
        (Journey(reached, outside=True), Stage.NOT_PRINTED),
        (Journey(queued), Stage.NOT_PRINTED),
    ):
        assert progress_of(request, None, letter, NOW + 3 * DAY)[1] == Step(stage)


def test_a_request_whose_time_is_up_says_so_and_that_its_code_is_dead() -> None:
    now = NOW + 60 * DAY
    steps = [ASKED, Step(Stage.PRINTED, NOW + HOUR), Step(RequestState.EXPIRED, day=LAST), DEAD]
    assert progress_of(a_request(), Guesses(9, 9), Journey(PRINTED), now) == steps
    assert progress_of(a_request(), Guesses(), Journey(), now)[1] == Step(Stage.NOT_PRINTED)


def test_its_owner_sees_how_often_wrong_codes_were_tried_and_that_they_made_the_code_void() -> None:
    printed = Step(Stage.PRINTED, NOW + HOUR)
    few = progress_of(a_request(), Guesses(3, 3), Journey(PRINTED), NOW + DAY)
    assert few == [ASKED, printed, EXPECTED, Step(Stage.TRIED, times=3), WORKS]
    many = progress_of(a_request(), Guesses(PER_CODE, PER_CODE), Journey(PRINTED), NOW + DAY)
    assert many == [ASKED, printed, Step(Stage.TRIED, times=PER_CODE), Step(RequestState.BLOCKED), DEAD]


def test_the_represented_sees_that_what_another_asked_was_checked_and_until_when_to_decide() -> None:
    other = a_request(requester=a_bare_request().requester, checked_at=NOW + HOUR, level=None)
    checked, until = Step(Stage.CHECKED, NOW + HOUR), Step(Stage.OPEN_UNTIL, day=LAST)
    letter = [Step(Stage.BEING_MADE), EXPECTED]
    assert progress_of(other, Guesses(), Journey(), NOW + 2 * HOUR) == [ASKED, checked, *letter, WORKS, until]
    # Late since it was checked, which may be long after it was asked.
    later = replace(other, checked_at=NOW + 3 * DAY)
    assert Step(Stage.LATE) not in progress_of(later, Guesses(), Journey(), NOW + 4 * DAY)
    void = progress_of(other, Guesses(PER_CODE, PER_CODE), Journey(PRINTED), NOW + DAY)
    assert void[-3:] == [Step(RequestState.BLOCKED), DEAD, until]
    approved = _ended(RequestState.APPROVED, other)
    assert progress_of(approved, None, Journey(PRINTED), NOW + 3 * DAY)[-2:] == [
        Step(RequestState.APPROVED, NOW + 2 * DAY),
        DEAD,
    ]


def test_what_another_asked_without_a_letter_is_decided_here() -> None:
    request = a_bare_request(checked_at=NOW + HOUR)
    expected = [ASKED, Step(Stage.CHECKED, NOW + HOUR), Step(Stage.NO_LETTER), Step(Stage.OPEN_UNTIL, day=LAST)]
    assert progress_of(request, None, Journey(), NOW + DAY) == expected


def test_who_asked_for_another_sees_what_they_did_and_nothing_of_the_other() -> None:
    request = a_bare_request()
    asking = Asking(
        request.case_id,
        request.requester.person,
        request.represented,
        request.represented_bsn,
        request.service_id,
        request.period,
        request.requested_at,
        request.expires_at,
    )
    until = Step(Stage.OPEN_UNTIL, day=LAST)
    assert progress_for_asker(asking, NOW + DAY) == [ASKED, until]
    assert progress_for_asker(asking, request.expires_at) == [ASKED, Step(RequestState.EXPIRED, day=LAST)]
    withdrawn = replace(asking, ended=RequestState.WITHDRAWN, ended_at=NOW + HOUR)
    assert progress_for_asker(withdrawn, NOW + DAY) == [ASKED, Step(RequestState.WITHDRAWN, NOW + HOUR)]


def test_a_letter_and_a_code_go_on_for_the_others_of_a_visit() -> None:
    withdrawn = a_request(ended=RequestState.WITHDRAWN, ended_at=NOW + HOUR)
    end = Step(RequestState.WITHDRAWN, NOW + HOUR)
    alone = progress_of(withdrawn, Guesses(), Journey(), NOW + HOUR)
    assert alone == [ASKED, Step(Stage.NOT_PRINTED), end, Step(Stage.CODE_DEAD)]
    stages = [step.stage for step in progress_of(withdrawn, Guesses(), Journey(), NOW + HOUR, shared=True)]
    assert stages == [Stage.ASKED, Stage.BEING_MADE, Stage.EXPECTED, RequestState.WITHDRAWN]


def test_before_its_letter_is_posted_a_request_says_at_least_until_when_and_then_until_when() -> None:
    posted_later = a_request(expires_at=NOW + 56 * DAY, valid_days=42)
    assert progress_of(posted_later, Guesses(), Journey(PRINTED), NOW + HOUR)[-1] == Step(
        Stage.CODE_WORKS_AT_LEAST, day=LAST
    )
    posted = posted_later.posted(NOW + 3 * DAY)
    assert progress_of(posted, Guesses(), Journey(POSTED), NOW + 4 * DAY)[-1] == Step(
        Stage.CODE_WORKS, day=date(2031, 7, 1)
    )
    other = replace(posted_later, requester=a_bare_request().requester, checked_at=NOW, level=None)
    stages = [(step.stage, step.day) for step in progress_of(other, Guesses(), Journey(), NOW + HOUR)[-2:]]
    assert stages == [(Stage.CODE_WORKS_AT_LEAST, LAST), (Stage.OPEN_AT_LEAST, LAST)]


def test_a_letter_that_came_is_not_expected_any_more() -> None:
    delivered = Journey({**POSTED, LetterState.DELIVERED: NOW + 2 * DAY})
    stages = [step.stage for step in progress_of(a_request(), Guesses(), delivered, NOW + 3 * DAY)]
    assert stages == [Stage.ASKED, Stage.PRINTED, Stage.POSTED, Stage.DELIVERED, Stage.CODE_WORKS]


def test_a_letter_that_came_back_says_why_and_that_its_code_is_dead() -> None:
    # That it was printed and posted was never told.
    back = Journey({LetterState.RETURNED: NOW + 3 * DAY}, Mishap.MOVED)
    ended = _ended(RequestState.UNDELIVERABLE)
    assert progress_of(ended, None, back, NOW + 3 * DAY) == [
        ASKED,
        Step(Stage.RETURNED, NOW + 3 * DAY, reason=Mishap.MOVED),
        Step(RequestState.UNDELIVERABLE, NOW + 2 * DAY),
        DEAD,
    ]
