"""Working days of the Netherlands: Monday to Friday, but public holidays (Algemene termijnenwet, article 3)."""

from datetime import date, timedelta

from dateutil.easter import easter

_DAY = timedelta(days=1)

_SATURDAY, _SUNDAY = 5, 6

_FIXED = {(1, 1), (5, 5), (12, 25), (12, 26)}

_AROUND_EASTER = {timedelta(days=days) for days in (-2, 1, 39, 50)}
"""Good Friday, Easter Monday, Ascension Day and Whit Monday."""


def working_days_after(day: date, count: int) -> date:
    """Return the day that is so many working days later."""
    while count:
        day += _DAY
        count -= _is_working_day(day)
    return day


def working_days_between(day: date, later: date) -> int:
    """Return how many working days there are after a day, up to and with a later one; 0 where that is no later."""
    return sum(_is_working_day(day + number * _DAY) for number in range(1, (later - day).days + 1))


def _is_working_day(day: date) -> bool:
    holiday = (day.month, day.day) in _FIXED or day - easter(day.year) in _AROUND_EASTER
    return day.weekday() < _SATURDAY and not holiday and day != _kings_day(day.year)


def _kings_day(year: int) -> date:
    day = date(year, 4, 27)
    return day - _DAY if day.weekday() == _SUNDAY else day
