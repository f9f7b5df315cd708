from datetime import date

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
