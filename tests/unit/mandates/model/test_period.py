from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.days import NETHERLANDS, midnight_after, today
from chalicelib.mandates.model.period import Period

days = st.dates(date(2020, 1, 1), date(2060, 12, 31))


@given(days, st.integers(0, 3000))
def test_a_period_runs_from_its_first_midnight_to_its_last(start: date, length: int) -> None:
    period = Period(start, start + timedelta(days=length))
    first = datetime.combine(start, datetime.min.time(), NETHERLANDS).astimezone(UTC)
    last = midnight_after(period.end)
    second = timedelta(seconds=1)
    assert not period.has_begun(first - second)
    assert period.has_begun(first)
    assert not period.has_ended(last - second)
    assert period.has_ended(last)
    assert period.days == length + 1


@pytest.mark.parametrize(
    ("day", "ends"),
    [
        (date(2031, 3, 30), datetime(2031, 3, 30, 22, tzinfo=UTC)),  # 23 hours long
        (date(2031, 10, 26), datetime(2031, 10, 26, 23, tzinfo=UTC)),  # 25 hours long
    ],
)
def test_days_on_which_the_clock_changes_end_at_midnight_too(day: date, ends: datetime) -> None:
    assert midnight_after(day) == ends
    assert today(ends - timedelta(seconds=1)) == day
    assert today(ends) == day + timedelta(days=1)


def test_a_period_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="before it starts"):
        Period(date(2031, 1, 2), date(2031, 1, 1))
