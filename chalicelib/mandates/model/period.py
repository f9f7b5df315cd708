"""Periods in whole days of the Netherlands: from 00:00 of the first to 24:00 of the last (invariant 4)."""

from dataclasses import dataclass
from datetime import date, datetime

from chalicelib.days import midnight_after, today


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
