from datetime import date

import pytest

from chalicelib.typed_dates import NoSuchDay, typed_date

NEW_YEAR = date(2027, 1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "01-01-2027",
        "1-1-2027",
        "1/1/2027",
        "01.01.2027",
        "1 1 2027",
        "01-01-27",
        "1/1/27",
        "01012027",
        "2027-01-01",
        "2027/1/1",
        "1 januari 2027",
        "1 Januari 2027",
        "1 jan 2027",
        "1 jan. 2027",
        "01-jan-27",
        "1 January 2027",
        "1  JAN  2027",
        " 1 january 2027 ",
    ],
)
def test_the_first_day_of_2027_is_read_in_every_usual_way(text: str) -> None:
    assert typed_date(text) == NEW_YEAR


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("1 mrt 2027", 3),
        ("1 maart 2027", 3),
        ("1 March 2027", 3),
        ("1 mei 2027", 5),
        ("1 may 2027", 5),
        ("1 okt. 2027", 10),
        ("1 oct 2027", 10),
        ("1 sept. 2027", 9),
        ("1 augustus 2027", 8),
        ("1 aug 2027", 8),
        ("1 december 2027", 12),
    ],
)
def test_months_have_names_in_both_languages(text: str, month: int) -> None:
    assert typed_date(text) == date(2027, month, 1)


@pytest.mark.parametrize(
    "text", ["31-02-2027", "29 februari 2027", "31 april 2027", "1-13-2027", "0-1-2027", "2027-02-30", "00-00-2027"]
)
def test_a_day_that_no_calendar_has_is_told_apart(text: str) -> None:
    with pytest.raises(NoSuchDay):
        typed_date(text)


@pytest.mark.parametrize(
    "text", ["", "soon", "1 2027", "1-1-127", "1 foo 2027", "²-1-2027", "1-1-2027 12:00", "1" * 5000]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a") as refused:
        typed_date(text)
    assert not isinstance(refused.value, NoSuchDay)
