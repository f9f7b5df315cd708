"""Periods in whole days of the Netherlands: from 00:00 of the first to 24:00 of the last (invariant 4)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

NETHERLANDS = ZoneInfo("Europe/Amsterdam")


def today(now: datetime) -> date:
    """Return the date in the Netherlands at an instant."""
    return now.astimezone(NETHERLANDS).date()


def midnight_after(day: date) -> datetime:
    """Return the instant, in UTC, at which a day ends in the Netherlands."""
    return datetime.combine(day + timedelta(days=1), time.min, NETHERLANDS).astimezone(UTC)


def midnight_before(day: date) -> datetime:
    """Return the instant, in UTC, at which a day begins in the Netherlands."""
    return midnight_after(day - timedelta(days=1))


def day_before(midnight: datetime) -> date:
    """Return the day in the Netherlands that ends at an instant."""
    return today(midnight - timedelta(microseconds=1))


@dataclass(frozen=True, slots=True)
class Period:
    """Both days included. Raises `ValueError` when it ends before it starts."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError("a period cannot end before it starts")

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def has_begun(self, now: datetime) -> bool:
        return today(now) >= self.start

    def has_ended(self, now: datetime) -> bool:
        return now >= midnight_after(self.end)
