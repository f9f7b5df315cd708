"""Until when a request is open and its code works: counted from the posting of its letter (ADR 40).

Until that is told, an outer limit holds, which is counted from the request. What a letter prints is safe, whenever it
is posted. Pure: days of the Netherlands.
"""

from datetime import date, datetime, timedelta

from chalicelib.days import day_before, midnight_after, today
from chalicelib.mandates.model.period import Period

FULL_IF_POSTED_WITHIN = timedelta(days=14)
"""A letter that is posted so soon takes nothing of its code's time: so much longer a request may be open."""


def end_from_asking(asked: datetime, days: int, period: Period) -> datetime:
    """Return when a request ends for which nothing is posted. What is over by then needs no answer."""
    return midnight_after(min(today(asked) + timedelta(days=days), period.end))


def outer_limit(asked: datetime, days: int, period: Period) -> datetime:
    """Return when a request ends at the latest, whenever its letter is posted."""
    return midnight_after(min(today(asked) + timedelta(days=days) + FULL_IF_POSTED_WITHIN, period.end))


def end_from_posting(posted: datetime, days: int, outer: datetime) -> datetime:
    """Return when a request ends whose letter was posted."""
    return min(midnight_after(today(posted) + timedelta(days=days)), outer)


def last_safe_day(written: datetime, days: int, outer: datetime) -> date:
    """Return the last day that is certain when a letter is written: nobody posts it before."""
    return min(today(written) + timedelta(days=days), day_before(outer))
