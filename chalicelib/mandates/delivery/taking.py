"""A step of a letter is taken as its vendor tells it: its row moves, and with it what waits for that letter (ADR 40).

What is told twice, late or out of order, of a letter that has ended or that nobody knows, or by who does not print it,
changes nothing. Each is counted by itself.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from chalicelib.letters.contract.states import ENDED, MOVES, LetterState, VendorKind
from chalicelib.letters.contract.statuses import LetterStatus, Mishap
from chalicelib.letters.life import LetterRow
from chalicelib.mandates.model.cases import visit_of
from chalicelib.mandates.model.requests import OPEN, Request
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.mandates.register.retrying import retried
from chalicelib.mandates.register.transactions import Delivery
from chalicelib.observe import Metric, count, follow, log

_NUMBER = 4
"""Digits at the end of a letter's id; before them is a case of its visit."""


class Taken(StrEnum):
    """What a status came to."""

    MOVED = "moved"
    REPEATED = "repeated"
    LATE = "late"
    """The letter is further already."""
    ENDED = "ended"
    """The letter had ended otherwise."""
    UNKNOWN = "unknown"
    """There is no such letter."""
    STRANGER = "stranger"
    """Who tells it does not print this letter."""


class Printed(Protocol):
    """What our print function made (letters/printed.py)."""

    def empty(self, letter_id: str) -> None:
        """Leave nothing of a letter but that it was there; done again, it is as it was. Raises `Unavailable`."""
        ...


class Consequence(NamedTuple):
    """What a step of a letter makes of the requests that wait for it: at most one of both."""

    posted: tuple[Request, ...] = ()
    lost: tuple[Request, ...] = ()


_COUNTED: Mapping[Taken, Metric] = {
    Taken.MOVED: Metric.STATUS_TAKEN,
    Taken.REPEATED: Metric.STATUS_REPEATED,
    Taken.LATE: Metric.STATUS_LATE,
    Taken.ENDED: Metric.STATUS_AFTER_END,
    Taken.UNKNOWN: Metric.STATUS_OF_UNKNOWN_LETTER,
    Taken.STRANGER: Metric.STATUS_OF_STRANGER,
}

_REACHED: Mapping[LetterState, Metric] = {
    LetterState.POSTED: Metric.LETTER_POSTED,
    LetterState.RETURNED: Metric.LETTER_RETURNED,
    LetterState.FAILED: Metric.LETTER_FAILED,
}

_UNDER_WAY = frozenset({LetterState.POSTED, LetterState.DELIVERED})
"""Whichever is told first says when it was posted, as nearly as anybody knows."""

_LOST = frozenset({LetterState.RETURNED, LetterState.CANCELLED, LetterState.FAILED})
"""With these its code is with nobody who should have it, or with who should not."""


def take_status(
    status: LetterStatus, by: VendorKind | None, *, store: MandateStore, printed: Printed, now: datetime
) -> Taken:
    """Write down once what is told of a letter, and empty what nobody has to post any more.

    `by` is who tells it; None for who may tell it of any. Raises `Unavailable`: told again, it does what is left.
    """
    taken, vendor = retried(lambda: _taken(status, by, store, now))
    told = log().error if taken in (Taken.UNKNOWN, Taken.STRANGER) else log().info
    told("letter_status_taken", letter_id=status.letter_id, status=status.step.value, what=taken.value)
    count(_COUNTED[taken])
    if taken is Taken.MOVED and (metric := _REACHED.get(_state(status))):
        count(metric)
    if taken in _TRUE and vendor is VendorKind.FUNCTION and _state(status) in ENDED:
        printed.empty(status.letter_id)
    return taken


_TRUE = (Taken.MOVED, Taken.REPEATED)
"""What was told is so, from now on or already."""


def _taken(
    status: LetterStatus, by: VendorKind | None, store: MandateStore, now: datetime
) -> tuple[Taken, VendorKind | None]:
    """Return what a status came to, and who prints the letter."""
    letter, state = store.letter(status.letter_id), _state(status)
    if letter is None:
        return Taken.UNKNOWN, None
    follow(letter.correlation_id)
    vendor = letter.vendor or VendorKind.FUNCTION
    if by is not None and by is not vendor:
        return Taken.STRANGER, vendor
    if (stands := _stands(letter, state)) is not Taken.MOVED:
        return stands, vendor
    # By a clock that is slow it may have happened before we asked for it.
    at = max(status.at, *(one for one in (letter.requested_at, letter.checked_at, status.at) if one is not None))
    made = _made_of(letter, state, at, store, now)
    store.deliver(
        Delivery(
            letter.letter_id,
            state,
            at,
            now,
            status.reason,
            status.batch,
            stopped=letter.useful_until is None,
            posted=made.posted,
            lost=made.lost,
        )
    )
    tell_lost(made.lost, status.reason)
    return Taken.MOVED, vendor


def _state(status: LetterStatus) -> LetterState:
    return LetterState(status.step.value)


def _stands(letter: LetterRow, state: LetterState) -> Taken:
    if getattr(letter, f"{state}_at") is not None:
        return Taken.REPEATED
    if letter.state in MOVES[state]:
        return Taken.MOVED
    return Taken.ENDED if letter.state in _LOST else Taken.LATE


def _made_of(letter: LetterRow, state: LetterState, at: datetime, store: MandateStore, now: datetime) -> Consequence:
    if state in _LOST:
        return Consequence(lost=waiting_for(letter, store, now))
    if state in _UNDER_WAY and letter.posted_at is None:
        waiting = waiting_for(letter, store, now)
        return Consequence(posted=tuple(one.posted(at) for one in waiting if one.valid_days is not None))
    return Consequence()


def tell_lost(lost: Sequence[Request], reason: Mishap | None) -> None:
    """Say of requests that they ended with their letter."""
    for one in lost:
        log().info("request_undeliverable", case_id=one.case_id, reason=reason and reason.value)
        count(Metric.REQUEST_UNDELIVERABLE)


def waiting_for(letter: LetterRow, store: MandateStore, now: datetime) -> tuple[Request, ...]:
    """Return the requests that wait for a letter, in order: those whose code it brings. For a notice nothing does."""
    if letter.represented is None:
        if letter.vendor is None:
            # The release before did not write down whose it is. Its requests end by the time that they have.
            log().warning("letter_without_person", letter_id=letter.letter_id)
        return ()
    found = store.requests(letter.represented, visit_of(letter.letter_id[:-_NUMBER]))
    mine = (one for one in found if one.letter_id == letter.letter_id and one.code and one.state(now) in OPEN)
    return tuple(sorted(mine, key=lambda one: one.case_id))
