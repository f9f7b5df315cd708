"""What partners bring along: a long choice of people, and the test kit's page."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import BrowserContext, Page, Request, Route, expect

from chalicelib.wiring import Wiring
from local.digid.answers import signed_in
from local.stack import Stack
from tests.browser.conftest import Look
from tests.builders import HENK
from tests.http.client import DIGID, Person, digid
from tests.http.conftest import client, clock, henk, someone, vera, wired
from tests.http.journey import mandate
from tests.http.serving import served
from tests.http.test_choice import clients
from tests.saml.provider import FakeProvider

__all__ = ["client", "clients", "clock", "henk", "someone", "vera", "wired"]

LANGUAGES = ["nl", "en"]


@pytest.fixture
def application(wired: Wiring) -> Iterator[str]:
    with served(wired) as address:
        yield address


def _choose(page: Page, address: str) -> None:
    """Come to the choice of a person: the provider asks, and DigiD answers."""
    at_digid: list[Request] = []

    def catch(route: Route) -> None:
        at_digid.append(route.request)
        route.fulfill(body="DigiD")

    page.route(f"{DIGID}/**", catch)
    provider = FakeProvider()
    _send(page, f"{address}/saml/sso", provider.post_form(provider.on_behalf(Destination=f"{address}/saml/sso")))
    page.wait_for_url(f"{DIGID}/**")
    asked = digid().take(at_digid[0].url, dict(parse_qsl(at_digid[0].post_data or "")))
    page.goto(digid().engine.way_back(signed_in(asked, HENK.digits, "25")))


def _send(page: Page, address: str, fields: dict[str, str]) -> None:
    """Send a form as another party's page does."""
    hidden = "".join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in fields.items())
    form = f'<form method="post" action="{address}">{hidden}<button>Go on</button></form>'
    page.route("**/start", lambda route: route.fulfill(body=form, content_type="text/html"))
    page.goto(f"{'/'.join(address.split('/')[:3])}/start")
    page.get_by_role("button").click()
    page.unroute("**/start")


@pytest.mark.parametrize("language", LANGUAGES)
def test_someone_is_found_among_many_by_keyboard_alone(
    new_context: Callable[..., BrowserContext],
    look: Look,
    application: str,
    clients: Callable[[int], dict[str, str]],
    language: str,
) -> None:
    clients(12)
    page = new_context(language).new_page()
    _choose(page, application)
    look(page, f"{language}-50-choose-among-many")
    page.get_by_role("searchbox").focus()
    page.keyboard.type("0011")
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio")).to_have_count(1)
    look(page, f"{language}-51-found-one")
    page.get_by_role("searchbox").fill("piet")
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio")).to_have_count(0)
    look(page, f"{language}-52-found-nobody")


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_person_is_one_click(
    new_context: Callable[..., BrowserContext], look: Look, vera: Person, henk: Person, wired: Wiring, language: str
) -> None:
    # Letter and code are fetched before the address changes that the two people know.
    mandate(vera, henk)
    with served(wired) as application:
        _one_click(new_context(language).new_page(), look, application, language)


def _one_click(page: Page, look: Look, application: str, language: str) -> None:
    _choose(page, application)
    expect(page.get_by_role("radio")).to_have_count(0)
    expect(page.get_by_text("Vera van der Gever")).to_be_visible()
    look(page, f"{language}-53-one-person")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_kit_reports_on_metadata(
    new_context: Callable[..., BrowserContext], look: Look, stack: Stack, tmp_path: Path, language: str
) -> None:
    (tmp_path / "provider.xml").write_bytes(FakeProvider().metadata())
    page = new_context(language).new_page()
    page.goto(f"{stack.kit}/?lang={language}")
    look(page, f"{language}-54-test-kit")
    page.get_by_label("Metadata").set_input_files(tmp_path / "provider.xml")
    page.locator("button").click()
    expect(page.get_by_text("for another, answered at").first).to_be_visible(timeout=30_000)
    look(page, f"{language}-55-test-kit-report")
