"""Dates as people type them, in Dutch or English: day, month and year, in that order, or as date pickers write them."""

import re
from datetime import date

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari january",
            "februari february",
            "maart march mrt",
            "april",
            "mei may",
            "juni june",
            "juli july",
            "augustus august",
            "september sept",
            "oktober october",
            "november",
            "december",
        ),
        start=1,
    )
    for whole in names.split()
    for name in (whole, whole[:3])
}
_BETWEEN = r"[\s./-]+"
_DAY_FIRST = re.compile(rf"(\d{{1,2}}){_BETWEEN}(\d{{1,2}}|[a-z]+){_BETWEEN}(\d{{4}}|\d{{2}})", re.ASCII)
_TOGETHER = re.compile(r"(\d{2})(\d{2})(\d{4})", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)

_CENTURY = 2000
_SHORT = 2


class NoSuchDay(ValueError):
    """It is written as a date, and no calendar has it."""


def typed_parts(text: str) -> tuple[int, int, str]:
    """Return day, month and year (as typed: of two or four digits). Raises `ValueError` for what is no date."""
    text = " ".join(text.lower().split())
    if match := _YEAR_FIRST.fullmatch(text):
        return int(match[3]), int(match[2]), match[1]
    match = _DAY_FIRST.fullmatch(text) or _TOGETHER.fullmatch(text)
    if match is None:
        raise ValueError("not a date")
    month = int(match[2]) if match[2].isdigit() else _MONTHS.get(match[2])
    if month is None:
        raise ValueError("not a month")
    return int(match[1]), month, match[3]


def typed_date(text: str) -> date:
    """Read a date of our days: `27` is 2027. Raises `NoSuchDay`, or `ValueError` for what is no date."""
    day, month, year = typed_parts(text)
    try:
        return date(int(year) + (_CENTURY if len(year) == _SHORT else 0), month, day)
    except ValueError:
        raise NoSuchDay(text) from None
