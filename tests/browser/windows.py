"""Browsers in which somebody is signed in already, at the application on a clock of the test's own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import BrowserContext, Page

from chalicelib.web.visit import SESSION_COOKIE
from chalicelib.wiring import Wiring
from tests.browser.people import WORDS
from tests.http.client import Person
from tests.http.serving import served

Contexts = Callable[..., BrowserContext]
BOTH = ("nl", "en")
"""For tests that make once what both are to show."""

LANGUAGES = pytest.mark.parametrize("language", BOTH)


@dataclass(frozen=True, slots=True)
class Window:
    """A browser in which somebody is signed in."""

    page: Page
    address: str
    language: str

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.address}{path}")
        return self.page

    def press(self, key: str) -> None:
        self.page.get_by_role("button", name=WORDS[self.language][key], exact=True).click()


@contextmanager
def window_of(
    person: Person, wired: Wiring, context: BrowserContext, language: str, level: str = "20"
) -> Iterator[Window]:
    person.sign_in(level)
    with served(wired) as address:
        value, origin = person.cookies[SESSION_COOKIE], address.replace("http:", "https:")
        context.add_cookies([{"name": SESSION_COOKIE, "value": value, "url": origin, "secure": True}])
        yield Window(context.new_page(), address, language)
