"""The laptop's telephone: who calls is asked for, and whatever is sent, a page answers."""

from werkzeug.test import Client, TestResponse

from chalicelib.people.birth_date import BirthDate
from chalicelib.wiring import Wiring
from local.letterbox.telephone import add_telephone
from local.persons import persons
from local.serving import Site
from tests.builders import SERVICE_ID, VERA, a_person
from tests.http.conftest import wired

__all__ = ["wired"]


def _call(wired: Wiring, service: str) -> TestResponse:
    """Let Vera call, whom the register has as the laptop does."""
    born = BirthDate(persons()[VERA.digits].born)
    wired.people.people[VERA] = a_person(born=born)  # type: ignore[attr-defined]
    site = Site()
    add_telephone(site, wired)
    return Client(site).post("/telephone", data={"bsn": VERA.digits, "service": service})


def test_who_calls_is_told_the_reference_of_what_was_asked(wired: Wiring) -> None:
    answer = _call(wired, SERVICE_ID)
    (made,) = wired.mandates.requests(wired.secrets.pseudonyms.person(VERA))
    assert answer.status_code == 200
    assert made.case_id[:12].upper() in answer.text


def test_a_service_that_is_not_there_any_more_is_told(wired: Wiring) -> None:
    answer = _call(wired, "gone")
    assert answer.status_code == 409
    assert "The helpdesk cannot ask this" in answer.text or "De helpdesk kan dit niet aanvragen" in answer.text
    assert wired.mandates.requests(wired.secrets.pseudonyms.person(VERA)) == []


def test_the_page_opens_with_nothing_chosen(wired: Wiring) -> None:
    site = Site()
    add_telephone(site, wired)
    answer = Client(site).get("/telephone")
    assert answer.status_code == 200
    assert "selected" not in answer.text


def test_why_not_is_said_in_words_and_what_was_chosen_stays(wired: Wiring) -> None:
    _call(wired, SERVICE_ID)
    again = _call(wired, SERVICE_ID)
    assert again.status_code == 409
    assert "The caller asked for this already" in again.text or "vroeg dit al aan" in again.text
    assert f'<option value="{VERA.digits}" selected>' in again.text
    assert f'<option value="{SERVICE_ID}" selected>' in again.text
