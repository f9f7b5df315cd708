"""The page on which somebody states how letters look, and where they see it when they ask."""

from chalicelib.wiring import Wiring
from tests.browser.conftest import Look
from tests.browser.windows import LANGUAGES, Contexts, window_of
from tests.builders import SERVICE_ID
from tests.http.client import Person
from tests.http.conftest import client, clock, vera, wired

__all__ = ["client", "clock", "vera", "wired"]


@LANGUAGES
def test_somebody_wishes_large_print_while_they_ask(
    language: str, wired: Wiring, vera: Person, new_context: Contexts, look: Look
) -> None:
    with window_of(vera, wired, new_context(language), language) as window:
        page = window.open(f"/request/{SERVICE_ID}")
        page.check("[name=start][value=today]")
        page.check("[name=end][value=max]")
        window.press("next")
        look(page, f"{language}-90-confirm_request-how-the-letter-looks")
        page.click("a[href*='/letters?visit=']")
        look(page, f"{language}-91-letters-while-asking")
        page.check("[name=print][value=large]")
        page.click("#letters button.utrecht-button--primary-action")
        page.wait_for_url(f"{window.address}/request/confirm/*")
        look(page, f"{language}-92-confirm_request-large-print")


@LANGUAGES
def test_somebody_states_how_letters_look(
    language: str, wired: Wiring, vera: Person, new_context: Contexts, look: Look
) -> None:
    with window_of(vera, wired, new_context(language), language) as window:
        page = window.open("/letters")
        page.evaluate("document.querySelector('[name=print]:checked').checked = false")
        page.click("#letters button.utrecht-button--primary-action")
        look(page, f"{language}-93-letters-nothing-chosen")
        page.check("[name=print][value=normal]")
        page.click("#letters button.utrecht-button--primary-action")
        page.wait_for_url("**saved=1")
        look(page, f"{language}-94-letters-kept")
