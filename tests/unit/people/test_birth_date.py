from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.people.birth_date import BirthDate


@given(st.dates(min_value=date(1900, 1, 1)))
def test_a_date_is_read_however_it_is_typed(day: date) -> None:
    for pattern in ("%d-%m-%Y", "%d.%m.%Y", "%d/%m/%Y", "%d %m %Y", "%d%m%Y"):
        assert BirthDate.parse(day.strftime(pattern)).iso == day.isoformat()


@pytest.mark.parametrize(
    ("typed", "iso"), [("00-08-1955", "1955-08-00"), ("00-00-1950", "1950-00-00"), ("1-2-1960", "1960-02-01")]
)
def test_unknown_days_and_months_are_zero(typed: str, iso: str) -> None:
    assert BirthDate.parse(typed).iso == iso


@pytest.mark.parametrize("typed", ["", "31-02-1950", "12-13-1950", "05-00-1950", "1950", "tomorrow", "1-1-50"])
def test_what_is_not_a_date_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the text differs, the kind counts
        BirthDate.parse(typed)


DAYS = st.dates(min_value=date(1890, 1, 1), max_value=date(2110, 12, 31))
YEARS = st.integers(1, 120)
KNOWN = st.sampled_from(["all", "month", "year"])


def _registered(day: date, known: str) -> BirthDate:
    """Return a birth date as the register has it that knows no more than its year, its month, or all of it."""
    return BirthDate({"all": f"{day}", "month": f"{day:%Y-%m}-00", "year": f"{day:%Y}-00-00"}[known])


def _possible(day: date, known: str) -> list[date]:
    """Return the days of which a birth date may be that is known so far."""
    first = {"all": day, "month": day.replace(day=1), "year": date(day.year, 1, 1)}[known]
    part = {"all": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}[known]
    days = (first + timedelta(days=later) for later in range(366))
    return [one for one in days if one.strftime(part) == first.strftime(part)]


def _birthday(born: date, years: int) -> date:
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


@given(DAYS, KNOWN, YEARS, DAYS, st.none() | st.integers(-2, 2))
def test_an_age_is_certain_when_every_day_that_it_may_be_says_the_same(
    day: date, known: str, years: int, today: date, off: int | None
) -> None:
    if off is not None:
        # Birthdays are where it is decided; a day of two centuries seldom is one.
        born_on = _possible(day, known)[0 if off < 0 else -1]
        today = _birthday(born_on, years) + timedelta(days=off)
    outcomes = {today >= _birthday(one, years) for one in _possible(day, known)}
    expected = outcomes.pop() if len(outcomes) == 1 else None
    assert _registered(day, known).at_least(years, on=today) is expected


@given(DAYS, KNOWN, YEARS, DAYS)
def test_who_is_old_enough_stays_so_and_is_for_every_lower_age(day: date, known: str, years: int, today: date) -> None:
    born = _registered(day, known)
    if born.at_least(years, on=today):
        assert born.at_least(years, on=today + timedelta(days=1))
        assert born.at_least(years - 1, on=today)
    # What is not known makes nobody older or younger for certain than they are.
    whole = _registered(day, "all").at_least(years, on=today)
    assert born.at_least(years, on=today) in (whole, None)


@given(YEARS, DAYS)
def test_an_unknown_birth_date_is_never_certain_and_no_age_is_asked_of_nobody(years: int, today: date) -> None:
    assert BirthDate("0000-00-00").at_least(years, on=today) is None
    assert BirthDate("0000-00-00").at_least(0, on=today) is True


@pytest.mark.parametrize(
    ("born", "today", "outcome"),
    [
        ("2013-11-28", date(2031, 11, 27), False),
        ("2013-11-28", date(2031, 11, 28), True),
        ("2012-02-29", date(2030, 2, 28), False),
        ("2012-02-29", date(2030, 3, 1), True),
        ("2013-04-00", date(2031, 3, 31), False),
        ("2013-04-00", date(2031, 4, 1), None),
        ("2013-04-00", date(2031, 4, 29), None),
        ("2013-04-00", date(2031, 4, 30), True),
        ("2013-00-00", date(2030, 12, 31), False),
        ("2013-00-00", date(2031, 1, 1), None),
        ("2013-00-00", date(2031, 12, 30), None),
        ("2013-00-00", date(2031, 12, 31), True),
    ],
)
def test_eighteen_begins_on_the_birthday_and_certainty_on_the_last_that_it_may_be(
    born: str, today: date, outcome: object
) -> None:
    assert BirthDate(born).at_least(18, on=today) is outcome
