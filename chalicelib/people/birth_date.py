"""Birth dates as the population register knows them: day, or day and month, may be unknown (00)."""

import re
from dataclasses import dataclass, field
from datetime import date

_TYPED = re.compile(r"(\d{1,2})[\s./-]+(\d{1,2})[\s./-]+(\d{4})|(\d{2})(\d{2})(\d{4})")


@dataclass(frozen=True, slots=True)
class BirthDate:
    """`iso` is `yyyy-mm-dd`, with zeros for what is unknown: day, month and day, or all (machtigen.md 4.2)."""

    iso: str = field(repr=False)

    def __post_init__(self) -> None:
        year, month, day = (int(part) for part in self.iso.split("-"))
        if (month == 0 and day != 0) or (year == 0 and month != 0):
            raise ValueError("a known part below an unknown one")
        # Unknown parts are replaced by a value that every month and year has.
        date(year or 1, month or 1, day or 1)

    @classmethod
    def parse(cls, text: str) -> "BirthDate":
        """Read `dd-mm-yyyy` as typed, with dashes, dots, slashes, spaces or nothing between. Raises `ValueError`."""
        match = _TYPED.fullmatch(text.strip())
        if match is None or not text.isascii():
            raise ValueError("not a date")
        day, month, year = match.group(1, 2, 3) if match.group(1) else match.group(4, 5, 6)
        return cls(f"{year}-{int(month):02}-{int(day):02}")
