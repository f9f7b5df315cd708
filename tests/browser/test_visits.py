"""Several services in one visit: chosen, looked over, asked with one letter, and activated together with one code."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pypdf import PdfReader

from local.stack import Stack
from tests.browser.conftest import SCREENSHOTS, Look
from tests.browser.people import Visitor, code_in, letter_for, someone

Contexts = Callable[..., BrowserContext]
LANGUAGES = pytest.mark.parametrize("language", ["nl", "en"])
TAXES, MOVING, BENEFITS = (f"{digit * 8}-{digit * 4}-4{digit * 3}-8{digit * 3}-{digit * 12}" for digit in "245")


def _choose(visitor: Visitor, service_id: str) -> None:
    """Choose a service on the page that lists them, and the longest period."""
    visitor.page.locator(f'a[href$="/{service_id}"]').click()
    visitor.choose_longest()
    visitor.page.wait_for_url("**/request/confirm/**")


def _another(page: Page) -> None:
    page.locator('main a[href*="/request/with/"]').last.click()


@LANGUAGES
def test_several_services_are_asked_and_activated_with_one_code(
    language: str, stack: Stack, known: set[str], new_context: Contexts, look: Look
) -> None:
    names = {"nl": ("Sascha Zonderling", "Paula Eigenhuis"), "en": ("Gijs Geslachtsnaam", "Petra Eigenhuis")}
    giver, helper = (
        Visitor(new_context(language).new_page(), someone(name), language, stack) for name in names[language]
    )
    giver.come_signed_in("/request", level="25")
    _choose(giver, TAXES)
    _another(giver.page)
    look(giver.page, f"{language}-80-choose_service-another")
    _choose(giver, MOVING)
    _another(giver.page)
    _choose(giver, BENEFITS)
    look(giver.page, f"{language}-81-confirm_request-several")
    giver.page.locator(f'button[value="{MOVING}"]').click()
    expect(giver.page.locator("main h3")).to_have_count(2)
    giver.press("confirm request")
    giver.page.wait_for_url("**/requests/**")
    look(giver.page, f"{language}-82-request-several")
    giver.open("/request")
    _choose(giver, TAXES)
    giver.press("confirm request")
    expect(giver.page.get_by_role("alert")).to_be_focused()
    look(giver.page, f"{language}-83-confirm_request-asked-before")
    code = code_in(letter_for(giver.person, stack, known))
    helper.come_signed_in("/activate")
    helper.fill_in_code(giver.person, code)
    look(helper.page, f"{language}-84-confirm_activation-higher-level")
    helper.page.locator('main a[href*="/login?level=25"]').click()
    helper.at_digid("25")
    helper.page.wait_for_url("**/activate/*")
    look(helper.page, f"{language}-85-confirm_activation-several")
    helper.press("activate")
    helper.page.wait_for_url("**/activated/*")
    look(helper.page, f"{language}-86-activated")


PARKING = "11111111-1111-4111-8111-111111111111"


@LANGUAGES
def test_a_code_is_seen_on_the_screen_kept_as_pdf_and_seen_no_more(
    language: str, stack: Stack, new_context: Contexts, look: Look
) -> None:
    name = {"nl": "Dora Datum", "en": "Tessa Tegenover"}[language]
    giver = Visitor(new_context(language).new_page(), someone(name), language, stack)
    page = giver.page
    giver.come_signed_in("/request", level="10")
    _choose(giver, PARKING)
    look(page, f"{language}-87-confirm_request-higher-level-for-the-screen")
    page.locator('main a[href*="/login?level=20"]').click()
    giver.at_digid("20")
    page.wait_for_url("**/request/confirm/**")
    page.check("[name=handing][value=both]")
    look(page, f"{language}-88-confirm_request-on-screen")
    page.locator("#confirm button").click()
    page.wait_for_url("**/code")
    look(page, f"{language}-89-code")
    code = page.locator(".site__code").inner_text()
    with page.expect_download() as kept:
        page.locator('a[href$="/code.pdf"]').click()
    assert code in PdfReader(kept.value.path()).pages[0].extract_text()
    kept.value.save_as(SCREENSHOTS / f"{language}-89-code.pdf")
    page.emulate_media(media="print")
    page.screenshot(path=SCREENSHOTS / f"{language}-89-code-printed.png", full_page=True)
    expect(page.locator(".site__code")).to_be_visible()
    expect(page.locator("#forget")).to_be_hidden()
    page.emulate_media(media="screen")
    giver.open(page.url.removeprefix(stack.application).removesuffix("/code"))
    look(page, f"{language}-90-request-code-shown")
    page.go_back()
    page.locator("#forget button").click()
    page.wait_for_url("**/requests/*")
    expect(page.locator("main")).not_to_contain_text(code)
