"""The life of one mandate, walked against the running stack by keyboard alone, and looked at all the way.

No mouse, and nothing is typed where no key has led (issue: two commands, one life).
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from local.stack import Stack
from tests.browser.conftest import Look
from tests.browser.people import code_in, letter_for, someone
from tests.browser.typist import Typist

PAIRS = {"nl": ("Vera van der Gever", "Henk Helper"), "en": ("Žofie Renée Đorđević-Åkesson", "Mina Mantelzorg")}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_mandate_lives_from_request_to_refusal_by_keyboard_alone(
    language: str, stack: Stack, known: set[str], new_context: Callable[..., BrowserContext], look: Look
) -> None:
    giver, helper = (
        Typist(new_context(language).new_page(), someone(name), language, stack) for name in PAIRS[language]
    )
    _ask(giver, look)
    code = code_in(letter_for(giver.person, stack, known))
    giver.page.goto(f"{stack.letterbox}/")
    look(giver.page, f"{language}-07-letterbox")
    _activate(helper, giver, code, look)
    _act_for(helper, giver, look)
    _look_back_and_revoke(giver, helper, look)
    _be_refused(helper, giver, look)
    giver.sign_out()


def _ask(giver: Typist, look: Look) -> None:
    language, page = giver.language, giver.page
    page.goto(giver.stack.application)
    look(page, f"{language}-01-start")
    giver.choose(giver.words("mandate"))
    page.wait_for_url(f"{giver.stack.digid}/login/**")
    look(page, f"{language}-02-digid_login")
    giver.sign_in("20")
    page.wait_for_url("**/request")
    look(page, f"{language}-03-choose_service")
    giver.choose(giver.words("service"))
    page.wait_for_url("**/request/*")
    look(page, f"{language}-04-choose_dates")
    giver.skip()
    giver.go_to(giver.words("month"))
    page.keyboard.press("Space")
    assert giver.stop("ArrowDown") == giver.words("year")
    giver.go_to(giver.words("next"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/request/confirm/**")
    look(page, f"{language}-05-confirm_request")
    giver.choose(giver.words("confirm request"), "Space")
    page.wait_for_url("**/requests/**")
    look(page, f"{language}-06-request-sent")
    giver.sign_out()


def _activate(helper: Typist, giver: Typist, code: str, look: Look) -> None:
    language, page = helper.language, helper.page
    page.goto(helper.stack.application)
    helper.choose(helper.words("activation"))
    helper.sign_in("20")
    page.wait_for_url("**/activate")
    look(page, f"{language}-08-activate")
    helper.skip()
    # Sent too soon: the page opens at its errors, and they lead to their fields.
    helper.fill_in(helper.words("bsn"), giver.person.bsn)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    helper.stop()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "born"
    page.keyboard.type(giver.person.birth_date)
    wrong = code.replace(code[-1], "B" if code[-1] != "B" else "C")
    helper.fill_in(helper.words("code"), wrong)
    page.keyboard.press("Enter")
    expect(page.locator("#code[aria-invalid=true]")).to_have_value(wrong)
    look(page, f"{language}-09-activate-typing-error")
    helper.stop()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "code"
    page.keyboard.press("ControlOrMeta+A")
    # As people paste: lower case, spaces for dashes.
    page.keyboard.type(f" {code.lower().replace('-', ' ')} ")
    page.keyboard.press("Enter")
    page.wait_for_url("**/activate/*")
    expect(page.locator("main")).to_contain_text(giver.person.name)
    expect(page.locator("main")).to_contain_text(helper.person.name)
    look(page, f"{language}-10-confirm_activation")
    helper.skip()
    helper.go_to(helper.words("no"))
    helper.go_to(helper.words("activate"), "Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/mandates/**")
    look(page, f"{language}-11-mandate-activated")


def _sign_in_for_another(helper: Typist) -> None:
    """Start at the second service of the municipality, and sign in at DigiD."""
    helper.go_to(helper.words("other"), nth=2)
    helper.page.keyboard.press("Enter")
    helper.sign_in("25")
    helper.page.wait_for_url("**/saml/**")


def _act_for(helper: Typist, giver: Typist, look: Look) -> None:
    language, page = helper.language, helper.page
    page.goto(f"{helper.stack.provider}/")
    look(page, f"{language}-12-provider_home")
    _sign_in_for_another(helper)
    page.wait_for_url("**/saml/choice/**")
    look(page, f"{language}-13-choose_person")
    helper.choose(helper.words("sign in"))
    page.wait_for_url(f"{helper.stack.provider}/me")
    expect(page.locator("main")).to_contain_text(f"{helper.person.name} {helper.words('acts for')} {giver.person.name}")
    look(page, f"{language}-14-provider_me")


def _look_back_and_revoke(giver: Typist, helper: Typist, look: Look) -> None:
    language = giver.language
    helper.page.goto(helper.stack.application)
    helper.go_to(helper.words("mandates"))
    helper.page.keyboard.press("Enter")
    helper.page.wait_for_url("**/mandates")
    look(helper.page, f"{language}-15-mandates-held")
    helper.skip()
    helper.go_to(f"{giver.person.name} – {helper.words('service')}")
    helper.page.keyboard.press("Enter")
    expect(helper.page.locator("#uses")).to_contain_text(helper.words("used"))
    page = giver.page
    page.goto(f"{giver.stack.application}/login?next=/mandates")
    giver.sign_in("20")
    page.wait_for_url("**/mandates")
    look(page, f"{language}-16-mandates-given")
    giver.skip()
    giver.go_to(f"{helper.person.name} – {giver.words('service')}")
    page.keyboard.press("Enter")
    page.wait_for_url("**/mandates/*")
    expect(page.locator("#uses")).to_contain_text(giver.words("used"))
    look(page, f"{language}-17-mandate-used")
    giver.choose(giver.words("revoke link"))
    page.wait_for_url("**/revoke")
    look(page, f"{language}-18-revoke")
    giver.choose(giver.words("revoke"), "Space")
    expect(page.locator("main")).to_contain_text(giver.words("revoked"))
    look(page, f"{language}-19-mandate-revoked")


def _be_refused(helper: Typist, giver: Typist, look: Look) -> None:
    language, page = helper.language, helper.page
    page.goto(f"{helper.stack.provider}/")
    _sign_in_for_another(helper)
    expect(page.locator("h1")).to_have_text(helper.words("no mandate"))
    look(page, f"{language}-20-choose_person-nobody")
    helper.choose(helper.words("back"))
    page.wait_for_url(f"{helper.stack.provider}/acs")
    expect(page.locator("h1")).to_have_text(helper.words("not signed in"))
    expect(page.locator("main")).to_contain_text("Authentication cancelled")
    look(page, f"{language}-21-provider_failed")
    giver.page.reload()
    # No mandate was chosen, so it stands in the history of none.
    expect(giver.page.locator("#uses")).not_to_contain_text(giver.words("refused"))
