"""What somebody wants a mandate for, and how long."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from chalicelib.catalogue.model import Service
from chalicelib.days import today
from chalicelib.errors import Refused
from chalicelib.mandates.model.period import Period

_FURTHEST_START = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class WantedService:
    """One service that somebody asks for, and for how long."""

    service: Service
    period: Period


def choose_period(service: Service, start: date, end: date | None, now: datetime) -> Period:
    """Return the period someone asks for; without an end it is the longest that the service allows.

    Raises `Refused` with `start_in_past`, `start_too_far`, `end_before_start` or `period_too_long`.
    """
    if start < today(now):
        raise Refused("start_in_past")
    if start > today(now) + _FURTHEST_START:
        raise Refused("start_too_far")
    last = start + timedelta(days=service.max_days - 1)
    if end is not None and end < start:
        raise Refused("end_before_start")
    if end is not None and end > last:
        raise Refused("period_too_long")
    return Period(start, end or last)
