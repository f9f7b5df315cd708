"""Forms over HTTP: what was typed is kept, and what is wrong is told at its field, in the title and in the summary."""

import re
from datetime import timedelta

import pytest

from chalicelib.days import today
from tests.builders import CODE, SERVICE_ID
from tests.fakes import Clock
from tests.http.client import Answer, Person

DATES = f"/request/{SERVICE_ID}"


def _checked(page: Answer, name: str) -> list[str]:
    radios = re.findall(rf'<input [^>]*type="radio" name="{name}" value="(\w+)"\s+id="[\w-]+"( checked)?', page.body)
    assert radios
    return [value for value, checked in radios if checked]


def _typed(page: Answer, name: str) -> str:
    found = re.search(rf'id="{name}" name="{name}" type="text" value="([^"]*)"', page.body)
    assert found
    return found[1]


def _told(page: Answer, field: str) -> str:
    """Return the message of a field, which is tied to it, and to which the summary leads."""
    message = re.search(rf'id="{field}-error">([^<]*)<', page.body)
    assert message, page.body
    assert re.search(rf'aria-describedby="[^"]*\b{field}-error"', page.body)
    assert f'<a class="utrecht-link" href="#{field}">{message[1]}</a>' in page.body
    assert re.search(rf'\bid="{field}"', page.body)
    return message[1]


def _failed(page: Answer, title: str = "Error:") -> None:
    assert page.status == 422
    assert f"<title>{title} " in page.body
    assert page.body.count(" autofocus") == 1
    assert re.search(r'role="alert" tabindex="-1" autofocus', page.body)


def test_no_longest_period_is_chosen_for_anybody(vera: Person) -> None:
    vera.sign_in()
    page = vera.get(DATES)
    assert "Error" not in page.body
    assert (_checked(page, "start"), _checked(page, "end")) == (["today"], [])
    answer = vera.submit(DATES, {"start": "today"})
    _failed(answer)
    assert _told(answer, "end") == "Choose until when the mandate lasts."


def test_typing_a_date_chooses_it(vera: Person, clock: Clock) -> None:
    vera.sign_in()
    first, last = (today(clock()) + timedelta(days=days) for days in (3, 9))
    form = {"start": "today", "start_date": f"{first:%d-%m-%Y}", "end_date": f"{last.day} {last:%B} {last.year}"}
    review = vera.submit(DATES, form)
    assert review.status == 303, review.body
    page = vera.get(review.location).body
    assert f"from {first.day} {first:%B} {first.year} up to and including {last.day} {last:%B} {last.year}" in page


def test_change_and_back_keep_what_was_chosen_until_the_request_is_sent(vera: Person, clock: Clock) -> None:
    vera.sign_in()
    last = f"{today(clock()) + timedelta(days=9):%d-%m-%Y}"
    review = vera.submit(DATES, {"start": "today", "end": "other", "end_date": last}).location
    change = review.replace("confirm", "with") + f"/{SERVICE_ID}"
    assert f'href="{change}"' in vera.get(review).body
    for path in (change, DATES, DATES):
        page = vera.get(path)
        assert (_checked(page, "end"), _typed(page, "end_date")) == (["other"], last)
    vera.submit(review, {})
    assert _checked(vera.get(DATES), "end") == []


def _shown(page: Answer) -> dict[str, str]:
    """Return the dates that a page showed in its fields, as it sends them back."""
    return dict(re.findall(r'type="hidden" name="(\w+_shown)" value="([^"]*)"', page.body))


@pytest.mark.parametrize("typed", ["soon", "31-02-2027", "31-12-2099"])
def test_whoever_chooses_something_else_after_an_error_is_not_held_to_the_wrong_date(vera: Person, typed: str) -> None:
    vera.sign_in()
    wrong = {"start_date": typed, "end_date": typed}
    page = vera.submit(DATES, wrong)
    _failed(page)
    review = vera.submit(DATES, {**wrong, **_shown(page), "start": "today", "end": "month"})
    assert review.status == 303, review.body
    page = vera.get(DATES)
    assert (_checked(page, "start"), _checked(page, "end"), _typed(page, "end_date")) == (["today"], ["month"], "")


def test_a_date_that_was_mended_counts_whatever_else_is_marked(vera: Person, clock: Clock) -> None:
    vera.sign_in()
    page = vera.submit(DATES, {"start": "today", "end_date": "soon"})
    last = f"{today(clock()) + timedelta(days=9):%d-%m-%Y}"
    assert vera.submit(DATES, {**_shown(page), "start": "today", "end": "month", "end_date": last}).status == 303
    assert (_checked(vera.get(DATES), "end"), _typed(vera.get(DATES), "end_date")) == (["other"], last)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("31-02-2027", "This end date does not exist. Check the day and the month."),
        ("soon", "Write the end date as day-month-year, for example 31-12-2030."),
        ("1-1-2020", "The end date is before the start date. Choose a later end date."),
        ("31-12-2099", "This is longer than this service allows. Choose an earlier end date."),
    ],
)
def test_a_wrong_date_is_told_at_its_own_field(vera: Person, typed: str, told: str) -> None:
    vera.sign_in()
    page = vera.submit(DATES, {"start": "today", "end_date": typed})
    _failed(page)
    assert _told(page, "end_date") == told
    assert _checked(page, "end") == ["other"]
    assert _typed(page, "end_date") == typed
    assert page.body.count('aria-invalid="true"') == 1


@pytest.mark.parametrize("end", ["month", "year", "max"])
def test_a_start_at_the_edge_of_the_calendar_is_a_wrong_date_like_any_other(vera: Person, end: str) -> None:
    vera.sign_in()
    page = vera.submit(DATES, {"start": "other", "start_date": "31-12-9999", "end": end})
    _failed(page)
    assert "start" in _told(page, "start_date")


def test_each_wrong_field_has_its_own_message(vera: Person) -> None:
    vera.sign_in()
    page = vera.submit(DATES, {"start": "other", "end_date": "31 april 2027"})
    _failed(page)
    assert _told(page, "start_date") == "Fill in the start date, or choose to start today."
    assert _told(page, "end_date").startswith("This end date does not exist")


def test_the_form_of_a_code_tells_each_wrong_field_in_dutch_too(henk: Person) -> None:
    henk.sign_in()
    page = henk.submit("/activate", {"bsn": "1", "born": "31-02-1948"})
    _failed(page)
    told = [_told(page, field) for field in ("bsn", "born", "code")]
    assert told[1] == "This day does not exist. Check the day and the month of the date of birth."
    assert len(set(told)) == 3
    henk.language = "nl"
    _failed(henk.submit("/activate", {}), "Fout:")


def test_details_that_do_not_belong_together_are_an_error_like_any_other(henk: Person) -> None:
    henk.sign_in()
    page = henk.submit("/activate", {"bsn": "900100084", "born": "1 mei 1948", "code": CODE})
    assert "These details do not belong together" in page.body
    _failed(page)
