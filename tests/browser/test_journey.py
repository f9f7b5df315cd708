"""The life of one mandate, walked in a browser against the running stack (issue: two commands, one life)."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from local.stack import Stack
from tests.browser.conftest import Look
from tests.browser.people import Visitor, code_in, letter_for, someone

Contexts = Callable[..., BrowserContext]

PAIRS = {"nl": ("Vera van der Gever", "Henk Helper"), "en": ("Žofie Renée Đorđević-Åkesson", "Mina Mantelzorg")}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_mandate_lives_from_request_to_refusal(
    language: str, stack: Stack, known: set[str], new_context: Contexts, look: Look
) -> None:
    giver_name, helper_name = PAIRS[language]
    giver = Visitor(new_context(language).new_page(), someone(giver_name), language, stack)
    helper = Visitor(new_context(language).new_page(), someone(helper_name), language, stack)
    code = _ask(giver, known, look)
    _activate(helper, giver, code, look)
    _act_for(helper, giver, look)
    _look_back_and_revoke(giver, helper, look)
    _be_refused(helper, giver, look)


def _ask(giver: Visitor, known: set[str], look: Look) -> str:
    language = giver.language
    giver.open("/")
    look(giver.page, f"{language}-01-start")
    giver.open("/login?next=/request")
    giver.come_to_digid()
    look(giver.page, f"{language}-02-digid_login")
    giver.at_digid()
    giver.page.wait_for_url("**/request")
    look(giver.page, f"{language}-03-choose_service")
    giver.follow("service")
    look(giver.page, f"{language}-04-choose_dates")
    giver.choose_longest()
    giver.page.wait_for_url("**/request/confirm/**")
    look(giver.page, f"{language}-05-confirm_request")
    giver.press("confirm request")
    giver.page.wait_for_url("**/requests/**")
    look(giver.page, f"{language}-06-request-sent")
    text = letter_for(giver.person, giver.stack, known)
    giver.page.goto(f"{giver.stack.letterbox}/")
    look(giver.page, f"{language}-07-letterbox")
    return code_in(text)


def _activate(helper: Visitor, giver: Visitor, code: str, look: Look) -> None:
    language = helper.language
    helper.sign_in("/activate")
    look(helper.page, f"{language}-08-activate")
    wrong = code.replace(code[-1], "B" if code[-1] != "B" else "C")
    helper.fill_in_code(giver.person, wrong)
    look(helper.page, f"{language}-09-activate-typing-error")
    # As people paste: lower case, spaces for dashes.
    helper.fill_in_code(giver.person, f" {code.lower().replace('-', ' ')} ")
    helper.page.wait_for_url("**/activate/*")
    expect(helper.page.locator("main")).to_contain_text(giver.person.name)
    expect(helper.page.locator("main")).to_contain_text(helper.person.name)
    look(helper.page, f"{language}-10-confirm_activation")
    helper.press("activate")
    helper.page.wait_for_url("**/mandates/**")
    look(helper.page, f"{language}-11-mandate-activated")


def _act_for(helper: Visitor, giver: Visitor, look: Look) -> None:
    language, page = helper.language, helper.page
    page.goto(f"{helper.stack.provider}/")
    look(page, f"{language}-12-provider_home")
    helper.sign_in_at_provider("other")
    page.wait_for_url("**/saml/choice/**")
    look(page, f"{language}-13-choose_person")
    helper.press("sign in")
    page.wait_for_url(f"{helper.stack.provider}/me")
    expect(page.locator("main")).to_contain_text(f"{helper.person.name} {helper.words('acts for')} {giver.person.name}")
    look(page, f"{language}-14-provider_me")


def _look_back_and_revoke(giver: Visitor, helper: Visitor, look: Look) -> None:
    language = giver.language
    helper.open("/mandates")
    look(helper.page, f"{language}-15-mandates-held")
    giver.sign_in("/mandates")
    look(giver.page, f"{language}-16-mandates-given")
    giver.page.locator("main section").first.get_by_role("link").first.click()
    expect(giver.page.locator("#uses")).to_contain_text(giver.words("used"))
    look(giver.page, f"{language}-17-mandate-used")
    giver.follow("revoke link")
    look(giver.page, f"{language}-18-revoke")
    giver.press("revoke")
    expect(giver.page.locator("main")).to_contain_text(giver.words("revoked"))
    look(giver.page, f"{language}-19-mandate-revoked")


def _be_refused(helper: Visitor, giver: Visitor, look: Look) -> None:
    language, page = helper.language, helper.page
    helper.sign_in_at_provider("other")
    expect(page.locator("h1")).to_have_text(helper.words("no mandate"))
    look(page, f"{language}-20-choose_person-nobody")
    helper.press("back")
    page.wait_for_url(f"{helper.stack.provider}/acs")
    expect(page.locator("h1")).to_have_text(helper.words("not signed in"))
    expect(page.locator("main")).to_contain_text("Authentication cancelled")
    look(page, f"{language}-21-provider_failed")
    giver.page.reload()
    # No mandate was chosen, so it stands in the history of none.
    expect(giver.page.locator("#uses")).not_to_contain_text(giver.words("refused"))
