"""Confirming a mandate at a higher level, as somebody sees it."""

from playwright.sync_api import expect

from chalicelib.wiring import Wiring
from tests.browser.conftest import Look
from tests.browser.people import WORDS
from tests.browser.windows import LANGUAGES, Contexts, window_of
from tests.http.client import Person
from tests.http.conftest import client, clock, henk, vera, wired
from tests.http.journey import mandate

__all__ = ["client", "clock", "henk", "vera", "wired"]


@LANGUAGES
def test_a_mandate_is_confirmed_at_a_higher_level(
    language: str, wired: Wiring, vera: Person, henk: Person, new_context: Contexts, look: Look
) -> None:
    case_id = mandate(vera, henk)
    with window_of(vera, wired, new_context(language), language, level="25") as window:
        page = window.open(f"/mandates/{case_id}/confirm-level")
        look(page, f"{language}-70-confirm_level")
        window.press("confirm")
        page.wait_for_url(f"{window.address}/mandates/{case_id}?confirmed=1")
        expect(page.get_by_role("link", name=WORDS[language]["revoke link"])).to_be_visible()
