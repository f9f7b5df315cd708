"""Working days: a letter does not come on a Sunday, and not at Christmas."""

from datetime import date

import pytest

from chalicelib.working_days import working_days_after, working_days_between


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 27), date(2026, 12, 4)),
        (date(2026, 11, 28), date(2026, 12, 4)),
        (date(2026, 11, 29), date(2026, 12, 4)),
        (date(2026, 12, 22), date(2026, 12, 30)),
        (date(2026, 12, 28), date(2027, 1, 5)),
        # Good Friday and Easter Monday.
        (date(2027, 3, 24), date(2027, 4, 2)),
        # King's Day on a Tuesday, and Liberation Day and Ascension Day after one another.
        (date(2027, 4, 26), date(2027, 5, 4)),
        (date(2027, 5, 4), date(2027, 5, 13)),
        # Whit Monday.
        (date(2027, 5, 14), date(2027, 5, 24)),
    ],
)
def test_a_letter_takes_five_working_days(day: date, expected: date) -> None:
    assert working_days_after(day, 5) == expected


def test_kings_day_on_a_sunday_is_kept_the_day_before() -> None:
    assert working_days_after(date(2025, 4, 25), 1) == date(2025, 4, 28)


def test_no_working_days_later_is_that_day() -> None:
    assert working_days_after(date(2026, 11, 29), 0) == date(2026, 11, 29)


@pytest.mark.parametrize(
    ("day", "later", "expected"),
    [
        # From Friday to Saturday, Monday and Tuesday.
        (date(2026, 11, 27), date(2026, 11, 28), 0),
        (date(2026, 11, 27), date(2026, 11, 30), 1),
        (date(2026, 11, 27), date(2026, 12, 1), 2),
        (date(2026, 12, 24), date(2026, 12, 28), 1),
        (date(2026, 12, 24), date(2026, 12, 24), 0),
        (date(2026, 12, 24), date(2026, 12, 1), 0),
        # Good Friday and Easter Monday.
        (date(2027, 3, 25), date(2027, 3, 30), 1),
    ],
)
def test_between_two_days_only_working_days_count(day: date, later: date, expected: int) -> None:
    assert working_days_between(day, later) == expected


@pytest.mark.parametrize("count", range(1, 12))
def test_so_many_working_days_later_so_many_have_passed(count: int) -> None:
    day = date(2026, 12, 22)
    assert working_days_between(day, working_days_after(day, count)) == count
