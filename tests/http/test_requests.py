"""The represented person's pages over HTTP: asking, the letter, and taking back."""

from tests.http.client import Person
from tests.http.journey import ask_for_mandate, deliver


def test_the_page_of_a_request_says_when_its_letter_was_printed(vera: Person) -> None:
    case_id = ask_for_mandate(vera)
    assert "being made" in vera.get(f"/requests/{case_id}").body
    deliver()
    page = vera.get(f"/requests/{case_id}").body
    assert "printed on" in page
    assert "being made" not in page
