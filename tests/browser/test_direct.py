"""Mandating again without a code, and renewing as somebody sees it."""

from chalicelib.wiring import Wiring
from tests.browser.conftest import Look
from tests.browser.windows import LANGUAGES, Contexts, window_of
from tests.builders import PORTAL_ID
from tests.http.client import Person
from tests.http.conftest import client, clock, henk, vera, wired
from tests.http.journey import mandate

__all__ = ["client", "clock", "henk", "vera", "wired"]


@LANGUAGES
def test_somebody_who_acted_before_is_mandated_and_a_mandate_renewed(
    language: str, wired: Wiring, vera: Person, henk: Person, new_context: Contexts, look: Look
) -> None:
    case_id = mandate(vera, henk, end="month")
    with window_of(vera, wired, new_context(language), language) as window:
        page = window.open("/direct")
        look(page, f"{language}-71-choose_known")
        page.check(f"[name=person][value='{case_id}']")
        window.press("next")
        look(page, f"{language}-72-choose_service-again")
        page.click(f"a[href$='/{PORTAL_ID}']")
        page.check("[name=end][value=month]")
        window.press("next")
        look(page, f"{language}-73-confirm_grant")
        page.click("#confirm button")
        look(page, f"{language}-74-granted")
        window.open(f"/mandates/{case_id}/renew")
        look(page, f"{language}-75-renew")
        page.click("#renew button")
        page.wait_for_url(f"{window.address}/direct/done/*")
        window.open(f"/mandates/{case_id}")
        look(page, f"{language}-76-mandate-renewed")


@LANGUAGES
def test_who_holds_a_mandate_asks_to_go_on(
    language: str, wired: Wiring, vera: Person, henk: Person, new_context: Contexts, look: Look
) -> None:
    case_id = mandate(vera, henk, end="month")
    with window_of(henk, wired, new_context(language), language) as window:
        page = window.open(f"/mandates/{case_id}/ask-again")
        look(page, f"{language}-77-ask_again")
        page.click("#again button")
        page.wait_for_url(f"{window.address}/asked/*")
