"""How letters to somebody look, which they state once."""

import pytest

from chalicelib.mandates.model.wishes import LetterWishes
from chalicelib.wiring import Wiring
from tests.builders import SERVICE_ID, VERA
from tests.http.client import Person

LARGE_ENGLISH = {"print": "large", "letter_language": "en"}


def _stated(wired: Wiring) -> LetterWishes | None:
    return wired.mandates.stated(wired.secrets.pseudonyms.person(VERA))


def test_a_wish_is_stated_and_shown_when_one_comes_back(vera: Person, wired: Wiring) -> None:
    vera.sign_in()
    assert 'href="/letters"' in vera.get("/mandates").body
    assert vera.submit("/letters", LARGE_ENGLISH).location == "/letters?saved=1"
    assert _stated(wired) == LetterWishes("en", large_print=True)
    page = vera.get("/letters?saved=1").body
    assert "We write our next letters to you like this." in page
    for name, value in LARGE_ENGLISH.items():
        assert f'name="{name}" value="{value}"\n    id="{name}-{value}" checked' in page


def test_who_stated_nothing_sees_the_language_of_the_page_chosen(vera: Person, wired: Wiring) -> None:
    vera.sign_in()
    assert 'id="letter_language-en" checked' in vera.get("/letters").body
    vera.language = "nl"
    assert 'id="letter_language" checked' in vera.get("/letters?lang=nl").body
    assert _stated(wired) is None


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, ("Choose how large the text", "Choose the language")),
        ({"print": "large"}, ("Choose the language",)),
        ({"print": "huge", "letter_language": "en"}, ("Choose how large the text",)),
        ({"print": "normal", "letter_language": "de"}, ("Choose the language",)),
    ],
)
def test_what_is_missing_or_no_choice_is_told_and_nothing_is_kept(
    vera: Person, wired: Wiring, form: dict[str, str], said: tuple[str, ...]
) -> None:
    vera.sign_in()
    page = vera.submit("/letters", form)
    assert page.status == 422
    assert [words for words in said if words not in page.body] == []
    assert _stated(wired) is None


def test_a_switch_of_the_language_of_the_page_keeps_what_was_chosen_and_states_nothing(
    vera: Person, wired: Wiring
) -> None:
    vera.sign_in()
    page = vera.submit("/letters", {**LARGE_ENGLISH, "language": "nl"}).body
    assert "Hoe brieven aan u eruitzien" in page
    assert 'id="print-large" checked' in page
    assert 'id="letter_language-en" checked' in page
    assert _stated(wired) is None


def test_who_is_about_to_ask_sees_how_the_letter_looks_changes_it_and_goes_on(vera: Person) -> None:
    vera.sign_in()
    review = vera.submit(f"/request/{SERVICE_ID}", {"start": "today", "end": "max"}).location
    assert "in normal print, in English" in vera.get(review).body
    visit_id = review.rpartition("/")[2]
    address = f"/letters?visit={visit_id}"
    assert f'href="{address}"' in vera.get(review).body
    form = {**vera.get(address).hidden, **LARGE_ENGLISH, "letter_language": "nl"}
    assert vera.post("/letters", form).location == review
    assert "in large print, in Dutch" in vera.get(review).body


@pytest.mark.parametrize("visit", ["//evil.example", "../mandates", "0" * 33, "A" * 32, "0" * 31 + "\n"])
def test_nobody_is_led_elsewhere(vera: Person, visit: str) -> None:
    vera.sign_in()
    assert vera.submit("/letters", {**LARGE_ENGLISH, "visit": visit}).location == "/letters?saved=1"


def test_a_wish_needs_a_sign_in(vera: Person) -> None:
    assert vera.get("/letters").status == 401
