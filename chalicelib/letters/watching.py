"""Measuring, every day, what becomes of letters: whether each is accounted for, and which wait too long."""

from datetime import datetime, timedelta

from chalicelib.days import today
from chalicelib.letters.balance import Balance
from chalicelib.letters.contract.states import LetterState
from chalicelib.letters.reckoning import Reckoning
from chalicelib.observe import Metric, count, log
from chalicelib.storage.tables import LettersTable

DAYS = 30
"""How many days before today are counted each time. By then a letter is posted, or somebody was told many times."""

_TOLD = 100
"""Lines at most about single letters: who has more to look at asks `operate.letters`."""

_OF_YESTERDAY = {
    Metric.DAY_LETTERS_POSTED: (LetterState.POSTED, LetterState.DELIVERED),
    Metric.DAY_LETTERS_RETURNED: (LetterState.RETURNED,),
    Metric.DAY_LETTERS_FAILED: (LetterState.FAILED,),
    Metric.DAY_LETTERS_CANCELLED: (LetterState.CANCELLED,),
}


def watch_days(table: LettersTable, now: datetime) -> None:
    """Count yesterday's letters and those of the days before. Raises `Unavailable`."""
    reckoning = Reckoning(table)
    odd = dict(reckoning.strays())
    for before in range(1, DAYS + 1):
        told = reckoning.of_day(today(now) - timedelta(days=before))
        if before == 1:
            _measure(told)
        odd |= told.odd
    for letter_id, why in list(odd.items())[:_TOLD]:
        log().error("letter_unaccounted_for", letter_id=letter_id, reason=why)
    count(Metric.LETTERS_NOK, len(odd))
    _measure_waiting(reckoning, now)


def _measure(told: Balance) -> None:
    count(Metric.DAY_LETTERS_REQUESTED, told.requested)
    count(Metric.DAY_LETTERS_PENDING, told.pending)
    for metric, states in _OF_YESTERDAY.items():
        count(metric, sum(told.ended[state] for state in states))


def _measure_waiting(reckoning: Reckoning, now: datetime) -> None:
    waiting = reckoning.waiting()
    measured = (
        (False, Metric.LETTERS_NOT_ACCEPTED, Metric.OLDEST_UNACCEPTED_LETTER),
        (True, Metric.LETTERS_NOT_POSTED, Metric.OLDEST_UNPOSTED_LETTER),
    )
    for accepted, late, oldest in measured:
        found = [one for one in waiting if one.accepted is accepted]
        count(late, sum(one.late(now) for one in found))
        count(oldest, max((one.working_days(now) for one in found), default=0))
    for one in [one for one in waiting if one.late(now)][:_TOLD]:
        log().error("letter_late", letter_id=one.letter_id, status=one.state, days=one.working_days(now))
