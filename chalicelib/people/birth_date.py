"""Birth dates as the population register knows them: day, or day and month, may be unknown (00)."""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date

from chalicelib.typed_dates import NoSuchDay, typed_parts


@dataclass(frozen=True, slots=True)
class BirthDate:
    """`iso` is `yyyy-mm-dd`, with zeros for what is unknown: day, month and day, or all (machtigen.md 4.2)."""

    iso: str = field(repr=False)

    def __post_init__(self) -> None:
        year, month, day = self._parts
        if (month == 0 and day != 0) or (year == 0 and month != 0):
            raise ValueError("a known part below an unknown one")
        # Unknown parts are replaced by a value that every month and year has: there are leap years among them.
        try:
            date(year or 4, month or 1, day or 1)
        except ValueError:
            raise NoSuchDay(self.iso) from None

    @property
    def _parts(self) -> tuple[int, int, int]:
        year, month, day = map(int, self.iso.split("-"))
        return year, month, day

    def at_least(self, years: int, *, on: date) -> bool | None:
        """Whether somebody is that many years old on a day; None when that hangs on what is unknown of the birth date.

        Who was born on 29 February is a year older on 1 March where there is no such day.
        """
        year, month, day = self._parts
        if years == 0:
            return True
        if year == 0:
            return None
        last = month or 12
        today, turned = (on.year, on.month, on.day), year + years
        if today >= (turned, last, day or monthrange(year, last)[1]):
            return True
        return None if today >= (turned, month or 1, day or 1) else False

    @classmethod
    def parse(cls, text: str) -> "BirthDate":
        """Read `dd-mm-yyyy` as typed, with dashes, dots, slashes, spaces or nothing between. Raises `ValueError`."""
        day, month, year = typed_parts(text)
        if len(year) != len("1950"):
            raise ValueError("the century is missing")
        return cls(f"{year}-{month:02}-{day:02}")
