"""Pages of who asks somebody else for a mandate: what they fill in, what they see of it, and how they take it back."""

from chalicelib.wiring import Wiring
from tests.browser.conftest import Look
from tests.browser.windows import BOTH, LANGUAGES, Contexts, window_of
from tests.builders import PORTAL_ID, SERVICE_ID, VERA, some_bsns
from tests.http.client import Person
from tests.http.conftest import client, clock, henk, wired
from tests.http.test_asking import BORN, ask_for, begin, choose

__all__ = ["client", "clock", "henk", "wired"]


@LANGUAGES
def test_who_asks_for_somebody_else_finds_their_way(
    language: str, wired: Wiring, henk: Person, new_context: Contexts, look: Look
) -> None:
    henk.sign_in(path="/ask")
    with window_of(henk, wired, new_context(language), language) as window:
        page = window.open("/")
        look(page, f"{language}-90-start-with-asking")
        page = window.open("/ask")
        look(page, f"{language}-91-ask")
        page.fill("[name=bsn]", henk.bsn.digits)
        page.fill("[name=born]", "soon")
        page.locator("#ask button").last.click()
        look(page, f"{language}-92-ask-with-errors")
        page.fill("[name=bsn]", VERA.digits)
        page.fill("[name=born]", BORN)
        page.locator("#ask button").last.click()
        page.wait_for_url("**/request/with/**")
        look(page, f"{language}-93-choose_service-for-another")
        page.locator(f"a[href$='{SERVICE_ID}']").click()
        look(page, f"{language}-94-choose_dates-for-another")
        page.check("[name=end][value=max]")
        page.locator("main form button").last.click()
        page.wait_for_url("**/request/confirm/**")
        look(page, f"{language}-95-confirm_request-for-another")
        page.locator("#confirm button").click()
        page.wait_for_url("**/asked/**")
        look(page, f"{language}-96-asked")
        page.locator("main a[href$='/withdraw']").click()
        look(page, f"{language}-97-withdraw_asked")
        page.locator("#withdraw-asked button").click()
        page.wait_for_url("**/asked/**")
        look(page, f"{language}-98-asked-and-withdrawn")


def test_who_asked_for_several_sees_what_was_asked_together_and_who_asked_too_often_when_again(
    wired: Wiring, henk: Person, new_context: Contexts, look: Look
) -> None:
    choice = begin(henk)
    confirm = choose(henk, choice)
    choose(henk, choice, PORTAL_ID)
    several = henk.submit(confirm, {}).location
    for bsn in some_bsns(8):
        ask_for(henk, bsn.digits)
    last = choose(henk, begin(henk, some_bsns(9)[-1].digits))
    for language in BOTH:
        with window_of(henk, wired, new_context(language), language) as window:
            look(window.open(several), f"{language}-99-asked-together")
            page = window.open(last)
            page.locator("#confirm button").click()
            look(page, f"{language}-89-wait_asking")
