"""The whole life of a mandate by keyboard alone: no mouse, and nothing is typed where no key has led."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from local.stack import Stack
from tests.browser.conftest import PAINTED
from tests.browser.people import code_in, letter_for, someone
from tests.browser.typist import Typist

PAIRS = {"nl": ("Lies Ligplaats", "Boukje Boekhouder"), "en": ("Kees Klaar", "Robin Onbepaald")}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_mandate_lives_by_keyboard_alone(
    language: str, stack: Stack, known: set[str], new_context: Callable[..., BrowserContext]
) -> None:
    giver, helper = (
        Typist(new_context(language).new_page(), someone(name), language, stack) for name in PAIRS[language]
    )
    _ask(giver)
    code = code_in(letter_for(giver.person, stack, known))
    _activate(helper, giver, code)
    _act_for(helper, giver)
    _look_back_and_revoke(helper, giver)


def _ask(giver: Typist) -> None:
    page = giver.page
    page.goto(giver.stack.application)
    giver.choose(giver.words("mandate"))
    giver.sign_in("20")
    page.wait_for_url("**/request")
    giver.choose(giver.words("service"))
    page.wait_for_url("**/request/*")
    giver.skip()
    giver.go_to(giver.words("month"))
    page.keyboard.press("Space")
    assert giver.stop("ArrowDown") == giver.words("year")
    giver.go_to(giver.words("next"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/request/confirm/**")
    giver.choose(giver.words("confirm request"), "Space")
    page.wait_for_url("**/requests/**")
    giver.sign_out()


def _activate(helper: Typist, giver: Typist, code: str) -> None:
    page = helper.page
    page.goto(helper.stack.application)
    helper.choose(helper.words("activation"))
    helper.sign_in("20")
    page.wait_for_url("**/activate")
    helper.skip()
    # Sent too soon: the page opens at its errors, and they lead to their fields.
    helper.fill_in(helper.words("bsn"), giver.person.bsn)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    helper.stop()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "born"
    page.keyboard.type(giver.person.birth_date)
    helper.fill_in(helper.words("code"), code)
    page.keyboard.press("Enter")
    page.wait_for_url("**/activate/*")
    helper.skip()
    helper.go_to(helper.words("no"))
    helper.go_to(helper.words("activate"), "Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/mandates/**")


def _act_for(helper: Typist, giver: Typist) -> None:
    page = helper.page
    page.goto(helper.stack.provider)
    helper.go_to(helper.words("other"), nth=2)
    page.keyboard.press("Enter")
    helper.sign_in("25")
    page.wait_for_url("**/saml/choice/**")
    helper.choose(helper.words("sign in"))
    page.wait_for_url(f"{helper.stack.provider}/me")
    expect(page.locator("main")).to_contain_text(f"{helper.person.name} {helper.words('acts for')} {giver.person.name}")


def _look_back_and_revoke(helper: Typist, giver: Typist) -> None:
    page = helper.page
    page.goto(helper.stack.application)
    helper.go_to(helper.words("mandates"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/mandates")
    helper.skip()
    helper.go_to(f"{giver.person.name} – {helper.words('service')}")
    page.keyboard.press("Enter")
    page.wait_for_url("**/mandates/*")
    expect(page.locator("#uses")).to_contain_text(helper.words("used"))
    helper.choose(helper.words("revoke link"))
    page.wait_for_url("**/revoke")
    helper.choose(helper.words("revoke"), "Space")
    expect(page.locator("main")).to_contain_text(helper.words("revoked"))
    helper.sign_out()


def test_the_focus_stays_where_somebody_types_while_the_page_still_loads(
    stack: Stack, new_context: Callable[..., BrowserContext]
) -> None:
    """A browser goes to the field of the address once more when it has read the page, which a script must not delay."""
    page = new_context("nl").new_page()
    typist = Typist(page, someone("Boukje Boekhouder"), "nl", stack)
    page.goto(f"{stack.application}/login?next=/activate")
    typist.sign_in("20")
    page.wait_for_url("**/activate")
    slow: list[Route] = []

    def hold(route: Route) -> None:
        slow.append(route)

    page.route("**/back.js", hold)
    typist.fill_in(typist.words("bsn"), "900114174")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    typist.stop()
    page.keyboard.press("Enter")
    page.keyboard.type("04-04-1959")
    typist.fill_in(typist.words("code"), "BCDF")
    slow[0].continue_()
    page.wait_for_load_state("load")
    page.evaluate(PAINTED)
    page.keyboard.type("-GHJK")
    assert page.input_value("[name=born]") == "04-04-1959"
    assert page.input_value("[name=code]") == "BCDF-GHJK"
