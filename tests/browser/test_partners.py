"""What partners bring along: choices of people, another identity provider's form, and the test kit's page."""

from collections.abc import Callable, Iterator
from functools import cache
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import BrowserContext, Page, Request, Route, expect

from chalicelib.catalogue.model import Connection, EntityId, Representation
from chalicelib.wiring import Wiring
from local.digid.answers import signed_in
from local.digid.site import DigidSite
from local.kit.site import kit_site, run
from local.serving import serve_in_thread
from local.stack import fetch
from provisioning.keys import new_key_pair
from tests.browser.conftest import Look
from tests.browser.people import WORDS
from tests.builders import HENK, some_bsns
from tests.fakes import Clock
from tests.http.client import DIGID, Person, digid
from tests.http.conftest import client, clients, clock, henk, someone, vera, wired
from tests.http.journey import mandate
from tests.http.serving import free_port, served
from tests.process import now
from tests.saml.provider import ENTITY_ID, FakeProvider

__all__ = ["client", "clients", "clock", "henk", "someone", "vera", "wired"]

LANGUAGES = ["nl", "en"]
METADATA = FakeProvider().metadata()


@pytest.fixture
def application(wired: Wiring) -> Iterator[str]:
    with served(wired) as address:
        yield address


def _choose(page: Page, address: str, *, on_behalf: bool = True) -> None:
    """Come to the choice of a person: the provider asks, and DigiD answers."""
    at_digid: list[Request] = []

    def catch(route: Route) -> None:
        at_digid.append(route.request)
        route.fulfill(body="DigiD")

    page.route(f"{DIGID}/**", catch)
    # On the clock of the test: what went before may have been walked once, minutes ago.
    provider = FakeProvider(clock=now)
    ask = provider.on_behalf if on_behalf else provider.request
    _send(page, f"{address}/saml/sso", provider.post_form(ask(Destination=f"{address}/saml/sso")))
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
def test_someone_is_found_among_many_page_by_page_and_by_searching_by_keyboard_alone(
    new_context: Callable[..., BrowserContext],
    look: Look,
    application: str,
    clients: Callable[[int], dict[str, str]],
    language: str,
) -> None:
    clients(45)
    page = new_context(language).new_page()
    _choose(page, application)
    look(page, f"{language}-50-choose_person-among-many")
    _turn_pages(page, look, language)
    page.get_by_role("searchbox").focus()
    page.keyboard.type("0011")
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio")).to_have_count(1)
    look(page, f"{language}-51-choose_person-found-one")
    page.get_by_role("searchbox").fill("piet")
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio")).to_have_count(0)
    look(page, f"{language}-52-choose_person-found-nobody")
    page.get_by_role("searchbox").fill((number := some_bsns(45)[33].digits)[:8])
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    look(page, f"{language}-60-choose_person-wrong-number")
    page.get_by_role("searchbox").fill(number)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Client 0033 de Boer")).to_be_visible()
    expect(page.get_by_role("radio")).to_have_count(1)
    assert number not in page.url


def _turn_pages(page: Page, look: Look, language: str) -> None:
    """Go to the last page of those among whom somebody chooses, and back to the first."""
    further, back = {"nl": ("Volgende pagina", "Vorige pagina"), "en": ("Next page", "Previous page")}[language]
    first = page.get_by_role("radio").first.get_attribute("value")
    _follow(page, further)
    look(page, f"{language}-61-choose_person-second-page")
    _follow(page, further)
    expect(page.get_by_role("radio")).to_have_count(5)
    expect(page.get_by_role("link", name=further)).to_have_count(0)
    _follow(page, back)
    _follow(page, back)
    assert page.get_by_role("radio").first.get_attribute("value") == first


def _follow(page: Page, link: str) -> None:
    """Go where a link leads, with the keyboard."""
    page.get_by_role("link", name=link).focus()
    before = page.url
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: address != before)


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
    look(page, f"{language}-53-choose_person-one")


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_may_sign_in_for_themself_too_has_to_choose_and_in_time(
    new_context: Callable[..., BrowserContext],
    look: Look,
    vera: Person,
    henk: Person,
    wired: Wiring,
    clock: Clock,
    language: str,
) -> None:
    mandate(vera, henk)
    known = Connection(EntityId(ENTITY_ID), "Gemeente Ominous", FakeProvider().metadata(), Representation.CHOOSE)
    wired.catalogue.put_connection(known)
    page = new_context(language).new_page()
    with served(wired) as application:
        _choose(page, application, on_behalf=False)
        page.get_by_role("button", name=WORDS[language]["sign in"], exact=True).click()
        expect(page.get_by_role("alert")).to_be_focused()
        look(page, f"{language}-56-choose_person-nobody-chosen")
        clock.forward(minutes=11)
        page.get_by_role("button", name={"nl": "English", "en": "Nederlands"}[language]).click()
        page.get_by_role("button", name={"nl": "Nederlands", "en": "English"}[language]).click()
        expect(page.get_by_role("radio")).to_have_count(0)
        look(page, f"{language}-57-choose_person-too-late")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_identity_provider_that_answers_by_post_has_a_form_too(
    new_context: Callable[..., BrowserContext], look: Look, wired: Wiring, language: str
) -> None:
    context = new_context(language)
    context.route("**/go_on.js", lambda route: route.abort())
    page = context.new_page()
    with served(wired) as application:
        address = f"http://localhost:{(port := free_port())}"
        ours = f"{application}/saml/digid/metadata?answer=post"
        site = DigidSite(address, new_key_pair("by post"), lambda: fetch(ours), by_artifact=False)
        running = serve_in_thread(site, port)
        wired.catalogue.put_identity_provider(fetch(f"{address}/metadata"))
        page.goto(f"{application}/login?next=/mandates")
        page.get_by_role("button", name=WORDS[language]["go on"], exact=True).click()
        page.get_by_label("Burgerservicenummer" if language == "nl" else "Citizen").fill(HENK.digits)
        page.get_by_role("button", name=WORDS[language]["sign in"], exact=True).click()
        look(page, f"{language}-59-digid_go_on")
        page.get_by_role("button", name=WORDS[language]["go on"], exact=True).click()
        page.wait_for_url(f"{application}/mandates")
        running.shutdown()
        running.server_close()


@pytest.fixture(scope="module")
def kit() -> Iterator[str]:
    """Serve the page of the test kit, which tries each document once: it signs in a dozen times with it."""
    server = serve_in_thread(kit_site(cache(run)), port := free_port())
    yield f"http://localhost:{port}/"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_kit_reports_on_metadata(
    new_context: Callable[..., BrowserContext], look: Look, kit: str, language: str
) -> None:
    page = new_context(language).new_page()
    page.goto(kit)
    page.get_by_label("Metadata").set_input_files(
        {"name": "provider.xml", "mimeType": "application/xml", "buffer": METADATA}
    )
    with page.expect_navigation(timeout=120_000):
        page.locator("button").click(no_wait_after=True)
    expect(page.get_by_text("for another, answered at").first).to_be_visible()
    look(page, f"{language}-55-kit-report")
