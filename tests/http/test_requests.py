"""The represented person's pages over HTTP: asking, the letter, and taking back."""

import random
from typing import cast

from chalicelib.days import midnight_after, today
from chalicelib.mandates.model.codes import generate, grouped
from chalicelib.mandates.model.guesses import PER_CODE
from chalicelib.wiring import Wiring
from tests.builders import PORTAL_ID, SERVICE_ID, a_person, claim_of
from tests.fakes import Clock, FakeRegister
from tests.http.client import Person
from tests.http.journey import ask_for_mandate, deliver, of_vera, print_one, printed, taken

_MAKING, _NEVER, _WORTHLESS = "being made", "it will not come", "You can throw the letter away"


def _withdraw(person: Person, case_id: str) -> str:
    person.submit(f"/requests/{case_id}/withdraw", {})
    return person.get(f"/requests/{case_id}").body


def test_the_page_of_a_request_says_when_its_letter_was_printed(vera: Person) -> None:
    case_id = ask_for_mandate(vera)
    assert _MAKING in vera.get(f"/requests/{case_id}").body
    deliver()
    page = vera.get(f"/requests/{case_id}").body
    assert "printed on" in page
    assert _MAKING not in page


def test_the_letter_of_a_withdrawn_request_does_not_come(vera: Person) -> None:
    case_id = ask_for_mandate(vera)
    for _ in range(2):
        page = _withdraw(vera, case_id)
        assert _NEVER in page
        assert _MAKING not in page
        deliver()
    assert not printed(case_id)


def test_a_letter_that_was_printed_before_withdrawing_is_called_worthless(vera: Person) -> None:
    case_id = ask_for_mandate(vera)
    deliver()
    assert printed(case_id)
    page = _withdraw(vera, case_id)
    assert "printed on" in page
    assert _WORTHLESS in page


def test_a_letter_that_is_not_printed_in_time_is_called_late_and_after_expiry_not_printed(
    vera: Person, clock: Clock
) -> None:
    case_id = ask_for_mandate(vera)
    clock.forward(days=3)
    vera.sign_in()
    page = vera.get(f"/requests/{case_id}").body
    assert "late: it should have been printed" in page
    assert _MAKING not in page
    clock.forward(days=60)
    vera.sign_in()
    page = vera.get(f"/requests/{case_id}").body
    assert _NEVER in page
    deliver()
    assert not printed(case_id)


def test_its_owner_sees_that_and_how_often_wrong_codes_were_tried_and_when_the_code_is_void(
    vera: Person, henk: Person, wired: Wiring
) -> None:
    case_id = ask_for_mandate(vera)
    deliver()
    page = vera.get(f"/requests/{case_id}").body
    assert "Wrong codes" not in page
    henk.sign_in()
    wrong = of_vera(grouped(generate(random.Random(3).randrange)))
    for _ in range(2):
        assert henk.submit("/activate", wrong).status == 422
    assert "2 times" in vera.get(f"/requests/{case_id}").body
    (claim,) = {claim_of(request) for request in wired.mandates.requests(wired.secrets.pseudonyms.person(vera.bsn))}
    for _ in range(PER_CODE):
        wired.tries.add(claim, wired.clock(), wears=True)
    page = vera.get(f"/requests/{case_id}").body
    assert "does not work any more" in page
    assert "Waiting for activation" not in page
    assert _WORTHLESS in page
    assert "Code blocked" in vera.get("/mandates").body
    again = (
        vera.get(f"/requests/{case_id}").body.partition("Ask again</a>")[0].rpartition('href="')[2].partition('"')[0]
    )
    assert ask_for_mandate(vera, again.removeprefix("/request/")) != case_id
    assert "Code blocked" in vera.get(f"/requests/{case_id}").body
    assert "Waiting for activation" in vera.get("/mandates").body


def test_an_address_has_its_lines_and_no_markup_of_its_own(vera: Person, wired: Wiring) -> None:
    register = cast("FakeRegister", wired.people)
    register.people[vera.bsn] = a_person(address=("Dreef <9>", "1234 AB  Voorbeeld"))
    vera.sign_in()
    review = vera.submit(f"/request/{SERVICE_ID}", {"start": "today", "end": "max"}).location
    assert "V. van der Gever<br>Dreef &lt;9&gt;<br>1234 AB" in vera.get(review).body


def test_who_needs_a_higher_level_hears_that_something_is_kept_only_where_it_is(vera: Person) -> None:
    vera.sign_in()
    review = vera.submit(f"/request/{SERVICE_ID}", {"start": "today", "end": "max"}).location
    vera.sign_in(level="10")
    for path, kept in ((f"/request/{SERVICE_ID}", False), (review, True)):
        page = vera.get(path)
        assert page.status == 403
        assert ("What you filled in is kept" in page.body) is kept


def test_whose_letter_never_came_is_not_told_that_nobody_used_its_code(vera: Person, clock: Clock) -> None:
    without, came = ask_for_mandate(vera), ask_for_mandate(vera, PORTAL_ID)
    for body in taken():
        if came in body:
            print_one(body)
    clock.forward(days=60)
    vera.sign_in()
    for case_id, sorry in ((without, True), (came, False)):
        page = vera.get(f"/requests/{case_id}").body
        assert ("You did not get a letter from us" in page, "Ask again" in page) == (sorry, sorry)
        assert ("Nobody used the code in time" in page) is not sorry


def test_wrong_codes_for_a_later_request_are_not_told_of_one_that_has_expired(
    vera: Person, clock: Clock, wired: Wiring
) -> None:
    expired = ask_for_mandate(vera)
    clock.forward(days=60)
    vera.sign_in()
    case_id = ask_for_mandate(vera)
    request = wired.mandates.request(wired.secrets.pseudonyms.person(vera.bsn), case_id)
    assert request is not None
    wired.tries.add(claim_of(request), wired.clock(), wears=True)
    assert "Wrong codes tried" in vera.get(f"/requests/{case_id}").body
    assert "Wrong codes tried" not in vera.get(f"/requests/{expired}").body


def test_who_asks_for_more_letters_than_one_may_is_told_when_it_is_possible_again(vera: Person, clock: Clock) -> None:
    case_id = ask_for_mandate(vera)
    _withdraw(vera, case_id)
    review = vera.submit(f"/request/{SERVICE_ID}", {"start": "today", "end": "month"}).location
    answer = vera.submit(review, {})
    assert answer.status == 429
    tomorrow = today(midnight_after(today(clock())))
    assert f"From {tomorrow.day} {tomorrow:%B} {tomorrow.year} you can ask for this again" in answer.body
    assert "No request was made" in answer.body
    deliver()
    clock.now = midnight_after(today(clock()))
    vera.sign_in()
    assert ask_for_mandate(vera) != case_id


def test_who_asked_already_hears_that_and_not_that_there_were_too_many_letters(vera: Person) -> None:
    ask_for_mandate(vera)
    review = vera.submit(f"/request/{SERVICE_ID}", {"start": "today", "end": "month"}).location
    answer = vera.submit(review, {})
    assert answer.status == 409
    assert "You already asked for this" in answer.body


def test_what_is_kept_for_another_page_is_not_taken_for_a_request(vera: Person) -> None:
    vera.sign_in()
    vera.submit(f"/request/{SERVICE_ID}", {"start": "today", "end": "month"})
    for path in (f"/request/confirm/begun:{SERVICE_ID}", f"/request/confirm/{'x' * 3000}"):
        assert vera.get(path).status == 410
        assert vera.submit(path, {}).status == 410
    assert vera.get(f"/mandates/{'x' * 3000}").status == 404
