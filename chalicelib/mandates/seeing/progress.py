"""How far a request is, step by step, as each side may know it: a line of its status."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from chalicelib.days import today
from chalicelib.letters.contract.states import LetterState
from chalicelib.letters.contract.statuses import Mishap
from chalicelib.letters.life import Journey
from chalicelib.mandates.model.guesses import Guesses
from chalicelib.mandates.model.requests import OPEN, Asking, Request, RequestState
from chalicelib.working_days import working_days_after

LETTER_TAKES = 5
"""Working days from the printing of a letter, or the posting where that is known, until it has come."""

_LATE = timedelta(days=2)
"""A letter is printed within minutes. One that is not printed after this needs somebody's attention."""


class Stage(StrEnum):
    """What a step tells, beside how a request ended."""

    ASKED = "asked"
    CALLED = "called"
    """Asked by telephone."""
    CHECKED = "checked"
    NO_LETTER = "no letter"
    BEING_MADE = "being made"
    LATE = "late"
    PRINTED = "printed"
    POSTED = "posted"
    DELIVERED = "delivered"
    RETURNED = "returned"
    """It came back."""
    FAILED = "failed"
    """It cannot be printed."""
    STOPPED = "stopped"
    """We did not send it, because of what the register says."""
    PERHAPS_PRINTED = "perhaps printed"
    NOT_PRINTED = "not printed"
    EXPECTED = "expected"
    """By when a letter should come."""
    OVERDUE = "overdue"
    """By when it should have come, which is past."""
    TRIED = "tried"
    """How often a wrong code was."""
    CODE_WORKS = "code works"
    """Until the end of which day."""
    CODE_WORKS_AT_LEAST = "code works at least"
    """Until the end of which day, whenever its letter is posted; perhaps longer."""
    CODE_DEAD = "code dead"
    OPEN_UNTIL = "open until"
    """Until the end of which day who decides can."""
    OPEN_AT_LEAST = "open at least"
    """Until the end of which day they can, whenever the letter is posted; perhaps longer."""


class Step(NamedTuple):
    stage: Stage | RequestState
    at: datetime | None = None
    day: date | None = None
    times: int = 0
    reason: Mishap | None = None
    """Why a letter came back, cannot be printed, or was stopped."""


_TOLD: Mapping[LetterState, Stage] = {
    LetterState.PRINTED: Stage.PRINTED,
    LetterState.POSTED: Stage.POSTED,
    LetterState.DELIVERED: Stage.DELIVERED,
    LetterState.RETURNED: Stage.RETURNED,
    LetterState.FAILED: Stage.FAILED,
}
"""What the print vendor tells of a letter, in order."""

_MISHAPS = {Stage.RETURNED, Stage.FAILED}
_ARRIVES_NO_MORE = {LetterState.DELIVERED, LetterState.RETURNED, LetterState.FAILED}


def progress_of(
    request: Request, guesses: Guesses | None, letter: Journey, now: datetime, *, shared: bool = False
) -> list[Step]:
    """Return the steps of a request, what is past before what is to come, as the represented may know them.

    `guesses` are what was tried for them in all; `shared` is whether others of its visit wait, with the same letter and
    code: then these go on when it ends.
    """
    state = request.state(now, guesses)
    return [
        Step(Stage.CALLED if request.staff else Stage.ASKED, request.requested_at),
        *([Step(Stage.CHECKED, request.checked_at)] if request.checked_at else ()),
        *_letter(request, RequestState.WAITING if shared else state, letter, now, shared=shared),
        *_tried(request, state, guesses),
        *_end(request, state),
        *_ahead(request, state, shared=shared),
    ]


def progress_for_asker(asking: Asking, now: datetime) -> list[Step]:
    """Return the steps of what somebody asked for another: nothing but what they did, and may know (invariant 7)."""
    asked, last_day = Step(Stage.ASKED, asking.requested_at), today(asking.expires_at - timedelta(microseconds=1))
    if asking.ended is not None:
        return [asked, Step(asking.ended, asking.ended_at)]
    return [asked, Step(Stage.OPEN_UNTIL if asking.is_open(now) else RequestState.EXPIRED, day=last_day)]


def _is_under_way(request: Request, state: RequestState) -> bool:
    # A void code is noticed when somebody looks or asks again: until then its letter may be on its way.
    return request.ended is None and state is not RequestState.EXPIRED


def _letter(request: Request, state: RequestState, letter: Journey, now: datetime, *, shared: bool) -> Iterator[Step]:
    since, reached = request.written_at, letter.reached
    if request.letter_id is None:
        if request.is_own or request.checked_at:
            yield Step(Stage.NO_LETTER)
    elif told := [(stage, reached[one]) for one, stage in _TOLD.items() if one in reached]:
        yield from (Step(stage, at, reason=letter.reason if stage in _MISHAPS else None) for stage, at in told)
        if state is RequestState.WAITING and not _ARRIVES_NO_MORE & reached.keys():
            yield _expected(told[-1][1], now)
    elif letter.reason and (stopped := reached.get(LetterState.CANCELLED)):
        yield Step(Stage.STOPPED, stopped, reason=letter.reason)
    elif not shared and not _is_under_way(request, state):
        yield Step(Stage.PERHAPS_PRINTED if _may_be_printed(letter) else Stage.NOT_PRINTED)
    elif now >= since + _LATE:
        yield Step(Stage.LATE)
    else:
        yield Step(Stage.BEING_MADE)
        yield _expected(since, now)


def _may_be_printed(letter: Journey) -> bool:
    """Tell whether a letter of which nobody said that it is printed may be all the same.

    Our own function looks at its row first; somebody outside has only what lay in the queue, and says so later.
    """
    return LetterState.ACCEPTED in letter.reached or (letter.outside and LetterState.QUEUED in letter.reached)


def _expected(since: datetime, now: datetime) -> Step:
    day = working_days_after(today(since), LETTER_TAKES)
    return Step(Stage.EXPECTED if today(now) <= day else Stage.OVERDUE, day=day)


def _tried(request: Request, state: RequestState, guesses: Guesses | None) -> Iterator[Step]:
    if request.code and guesses and _is_under_way(request, state) and (made := request.code.tried(guesses).made):
        yield Step(Stage.TRIED, times=made)


def _end(request: Request, state: RequestState) -> Iterator[Step]:
    if state is RequestState.EXPIRED:
        yield Step(state, day=request.last_day)
    elif state not in OPEN:
        yield Step(state, request.ended_at)


def _ahead(request: Request, state: RequestState, *, shared: bool) -> Iterator[Step]:
    if request.code and state is not RequestState.WAITING:
        yield from () if shared else (Step(Stage.CODE_DEAD),)
    elif request.code:
        yield _until(request, Stage.CODE_WORKS, Stage.CODE_WORKS_AT_LEAST)
    # Wrong codes do not hinder who decides by signing in.
    if not request.is_own and request.checked_at and _is_under_way(request, state):
        yield _until(request, Stage.OPEN_UNTIL, Stage.OPEN_AT_LEAST)


def _until(request: Request, certain: Stage, at_least: Stage) -> Step:
    """Say until when: before its letter is posted, the day that is certain."""
    return Step(at_least if request.safe_day < request.last_day else certain, day=request.safe_day)
