"""Somebody without a mouse, who sees where they are at every stop."""

from dataclasses import dataclass

from playwright.sync_api import Page, expect

from local.persons import TestPerson
from local.stack import Stack
from tests.browser.people import WORDS

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
