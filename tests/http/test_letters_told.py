"""What the vendor tells of a letter, over HTTP: its owner sees it, a code dies with it, and who asked sees nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.letters.contract.statuses import Mishap, VendorStep
from chalicelib.mandates.model.requests import RequestState
from chalicelib.wiring import Wiring
from tests.builders import SERVICE_ID
from tests.fakes import Clock
from tests.http.client import Person
from tests.http.journey import ask_for_mandate, check, code_of, deliver, of_vera, printed, tell
from tests.http.test_asking import ask_for


def _day(clock: Clock, days: int) -> str:
    """Return a day as pages write it."""
    day = (clock.now + timedelta(days=days)).date()
    return f"{day.day} {day:%B %Y}"


def test_before_its_letter_is_posted_a_code_works_at_least_and_after_that_until_a_day(
    vera: Person, clock: Clock
) -> None:
    case_id = ask_for_mandate(vera)
    safe = f"The code works at least up to and including {_day(clock, 42)}"
    assert safe in vera.get(f"/requests/{case_id}").body
    deliver()
    assert safe in vera.get(f"/requests/{case_id}").body
    clock.forward(days=2)
    vera.sign_in()
    tell(case_id, VendorStep.POSTED)
    page = vera.get(f"/requests/{case_id}").body
    assert f"The code works up to and including {_day(clock, 42)}" in page
    assert "The letter was posted on" in page
    tell(case_id, VendorStep.DELIVERED)
    page = vera.get(f"/requests/{case_id}").body
    assert "The letter was delivered on" in page
    assert "Expect the letter" not in page


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Mishap.MOVED, "you do not live at this address any more"),
        (Mishap.UNKNOWN_ADDRESS, "cannot find this address"),
        (Mishap.REFUSED_BY_RECEIVER, "did not take it"),
        (Mishap.DECEASED, "could not deliver it"),
        (Mishap.OTHER, "could not deliver it"),
    ],
)
def test_who_asked_is_told_that_their_letter_came_back_and_what_to_do_and_its_code_is_dead(
    vera: Person, henk: Person, reason: Mishap, words: str
) -> None:
    case_id = ask_for_mandate(vera)
    code = code_of(case_id)
    tell(case_id, VendorStep.POSTED)
    tell(case_id, VendorStep.RETURNED, reason)
    page = vera.get(f"/requests/{case_id}").body
    for told in ("The letter came back", words, "Check with your municipality", "The code does not work any more"):
        assert told in page
    assert "The letter may still come" not in page
    assert "Ended by us" in page
    henk.sign_in()
    assert "do not belong together" in henk.submit("/activate", of_vera(code)).body


def test_a_new_letter_is_a_new_request_and_none_goes_by_itself(vera: Person, clock: Clock, henk: Person) -> None:
    case_id = ask_for_mandate(vera)
    code = code_of(case_id)
    tell(case_id, VendorStep.RETURNED, Mishap.MOVED)
    deliver()
    assert len(printed(case_id[:-2])) == 1
    clock.forward(days=1)
    vera.sign_in()
    again = ask_for_mandate(vera)
    assert code_of(again) != code
    henk.sign_in()
    assert henk.submit("/activate", of_vera(code_of(again))).status == 303


def test_who_asked_is_told_that_their_letter_cannot_be_printed(vera: Person) -> None:
    case_id = ask_for_mandate(vera)
    deliver()
    tell(case_id, VendorStep.FAILED, Mishap.CANNOT_PRINT)
    page = vera.get(f"/requests/{case_id}").body
    assert "The letter cannot be printed" in page
    assert "you get a new letter with a new code" in page
    assert vera.get("/mandates").status == 200


@pytest.mark.parametrize("step", [VendorStep.POSTED, VendorStep.DELIVERED, VendorStep.RETURNED])
def test_who_asked_for_another_sees_the_same_whatever_becomes_of_the_letter(
    wired: Wiring, vera: Person, henk: Person, clock: Clock, step: VendorStep
) -> None:
    case_id = ask_for(henk)
    check()
    deliver()
    before = henk.get(f"/asked/{case_id}").body, henk.get("/mandates").body
    tell(case_id, step, Mishap.MOVED if step is VendorStep.RETURNED else None)
    assert (henk.get(f"/asked/{case_id}").body, henk.get("/mandates").body) == before
    vera.sign_in()
    person = wired.secrets.pseudonyms.person(vera.bsn)
    (request,) = wired.mandates.requests(person)
    returned = step is VendorStep.RETURNED
    assert request.state(clock()) is (RequestState.UNDELIVERABLE if returned else RequestState.WAITING)
    page = vera.get(f"/approvals/{request.visit}").body
    assert ("The letter came back" in page) is returned
    assert ("You can decide up to and including" in page) is not returned


def test_what_was_activated_goes_on_though_its_letter_comes_back(vera: Person, henk: Person, wired: Wiring) -> None:
    case_id = ask_for_mandate(vera)
    henk.sign_in()
    review = henk.submit("/activate", of_vera(code_of(case_id))).location
    tell(case_id, VendorStep.POSTED)
    assert henk.submit(review, {}).location == f"/mandates/{case_id}?activated=1"
    tell(case_id, VendorStep.RETURNED, Mishap.OTHER)
    assert wired.mandates.mandate(case_id) is not None
    assert "Letter posted by us" in vera.get(f"/mandates/{case_id}").body


def test_somebody_who_asks_on_screen_has_a_code_that_counts_from_the_request(
    vera: Person, wired: Wiring, clock: Clock
) -> None:
    wired.catalogue.put_service(replace(wired.catalogue.service(SERVICE_ID), code_on_screen=20))
    vera.sign_in()
    review = vera.submit(f"/request/{SERVICE_ID}", {"start": "today", "end": "max"}).location
    case_id = vera.submit(review, {"handing": "screen"}).location.split("/")[2]
    request = wired.mandates.request(wired.secrets.pseudonyms.person(vera.bsn), case_id)
    assert request is not None
    assert (request.valid_days, request.letter_id) == (None, None)
    assert f"The code works up to and including {_day(clock, 42)}" in vera.get(f"/requests/{case_id}").body
