"""The represented person's pages over HTTP: asking, the letter, and taking back."""

from tests.fakes import Clock
from tests.http.client import Person
from tests.http.journey import ask_for_mandate, deliver, printed

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
    clock.forward(days=50)
    vera.sign_in()
    page = vera.get(f"/requests/{case_id}").body
    assert _NEVER in page
    deliver()
    assert not printed(case_id)
