"""The whole life of a mandate by keyboard alone: no mouse, and nothing is typed where no key has led."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from local.persons import TestPerson
from local.stack import Stack
from tests.browser.conftest import PAINTED
from tests.browser.people import WORDS, code_in, letter_for, someone

PAIRS = {"nl": ("Lies Ligplaats", "Boukje Boekhouder"), "en": ("Kees Klaar", "Robin Onbepaald")}

_MOST_STOPS = 80
"""More than any page has: the stand-in of DigiD lists its people."""

_STOP = """() => {
  const at = document.activeElement;
  const drawn = () => { const s = getComputedStyle(at); return [s.outline, s.boxShadow, s.border].join(); };
  const box = at.getBoundingClientRect();
  const focused = drawn();
  at.blur();
  const resting = drawn();
  at.focus();
  const { outlineWidth, outlineOffset } = getComputedStyle(at);
  const below = box.bottom + parseFloat(outlineWidth) + parseFloat(outlineOffset);
  return {
    name: (at.labels?.[0]?.innerText || at.innerText || "").trim(),
    seen: focused !== resting && drawn() === focused,
    inside: box.top >= 0 && box.left >= 0 && below <= innerHeight && box.right <= innerWidth && box.height > 0,
  };
}"""
"""What has the focus: its name, whether it looks otherwise than without, and whether all of it is on the screen."""


@dataclass(frozen=True, slots=True)
class Typist:
    """Somebody without a mouse."""

    page: Page
    person: TestPerson
    language: str
    stack: Stack

    def words(self, key: str) -> str:
        return WORDS[self.language][key]

    def stop(self, key: str = "Tab") -> str:
        """Go one stop further, or back, and return what is there: one can always see where one is."""
        self.page.keyboard.press(key)
        stop = self.page.evaluate(_STOP)
        assert stop["seen"], f"the focus on {stop['name']} cannot be seen"
        assert stop["inside"], f"{stop['name']} has the focus and is not on the screen"
        return str(stop["name"])

    def go_to(self, name: str, key: str = "Tab", *, nth: int = 1) -> None:
        passed = []
        for _ in range(_MOST_STOPS):
            passed.append(self.stop(key))
            if passed.count(name) == nth:
                return
        raise AssertionError(f"no key leads to {name}, but to {passed}")

    def skip(self) -> None:
        """Take the link that leads over what is the same on every page: the next stop is in the content."""
        assert self.stop() == self.words("skip")
        self.page.keyboard.press("Enter")
        assert self.page.evaluate("document.activeElement.matches('main')")

    def choose(self, name: str, key: str = "Enter", *, nth: int = 1) -> None:
        """Go to a link or button in the content, and press it."""
        self.skip()
        self.go_to(name, nth=nth)
        assert self.page.evaluate("document.activeElement.closest('main') !== null")
        self.page.keyboard.press(key)

    def fill_in(self, name: str, text: str) -> None:
        self.go_to(name)
        self.page.keyboard.type(text)

    def sign_in(self, level: str) -> None:
        """Sign in at DigiD, where the first letters of a choice choose it."""
        self.page.wait_for_url(f"{self.stack.digid}/login/**")
        self.fill_in(self.words("test person"), self.person.bsn)
        self.fill_in(self.words("sign in with"), level)
        self.go_to(self.words("sign in"))
        self.page.keyboard.press("Enter")

    def sign_out(self) -> None:
        self.go_to(self.words("sign out"))
        self.page.keyboard.press("Space")
        expect(self.page.locator("h1")).to_have_text(self.words("signed out"))
        expect(self.page.get_by_role("button", name=self.words("sign out"))).to_have_count(0)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_mandate_lives_by_keyboard_alone(
    language: str, stack: Stack, new_context: Callable[..., BrowserContext]
) -> None:
    giver, helper = (
        Typist(new_context(language).new_page(), someone(name), language, stack) for name in PAIRS[language]
    )
    _ask(giver)
    code = code_in(letter_for(giver.person, stack, set()))
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
    expect(page.locator("#history")).to_contain_text(helper.words("used"))
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
