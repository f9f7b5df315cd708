"""Confirming a mandate at a higher level, as somebody sees it."""

from dataclasses import replace

from playwright.sync_api import expect

from chalicelib.wiring import Wiring
from tests.browser.conftest import Look
from tests.browser.people import WORDS
from tests.browser.windows import LANGUAGES, Contexts, window_of
from tests.builders import SERVICE_ID
from tests.http.client import Person
from tests.http.conftest import client, clock, henk, vera, wired
from tests.http.journey import mandate

__all__ = ["client", "clock", "henk", "vera", "wired"]


@LANGUAGES
def test_a_mandate_is_confirmed_at_a_higher_level(
    language: str, wired: Wiring, vera: Person, henk: Person, new_context: Contexts, look: Look
) -> None:
    case_id = mandate(vera, henk)
    wired.catalogue.put_service(replace(wired.catalogue.service(SERVICE_ID), level=25))
    with window_of(vera, wired, new_context(language), language, level="25") as window:
        look(window.open(f"/mandates/{case_id}"), f"{language}-70-mandate-to-be-confirmed")
        page = window.open(f"/mandates/{case_id}/confirm-level")
        look(page, f"{language}-70-confirm_level")
        window.press("confirm")
        page.wait_for_url(f"{window.address}/mandates/{case_id}?confirmed=1")
        expect(page.get_by_role("link", name=WORDS[language]["revoke link"])).to_be_visible()
