"""What somebody wants a mandate for."""

from datetime import date, timedelta

import pytest

from chalicelib.days import today
from chalicelib.errors import Refused
from chalicelib.mandates.rules.wanted import choose_period
from tests.builders import NOW, a_service

FIRST = today(NOW)


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [
        (FIRST - timedelta(days=1), None, "start_in_past"),
        (FIRST + timedelta(days=366), None, "start_too_far"),
        (FIRST, FIRST - timedelta(days=1), "end_before_start"),
        (FIRST, FIRST + timedelta(days=365), "period_too_long"),
    ],
)
def test_periods_outside_the_rules_are_refused(start: date, end: date | None, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        choose_period(a_service(max_days=365), start, end, NOW)


def test_without_an_end_the_period_is_as_long_as_the_service_allows() -> None:
    period = choose_period(a_service(max_days=365), FIRST, None, NOW)
    assert period.days == 365
    assert choose_period(a_service(max_days=365), FIRST, period.end, NOW) == period
    assert choose_period(a_service(max_days=1), FIRST, FIRST, NOW).days == 1
