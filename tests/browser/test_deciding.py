"""Deciding what others ask, signed in or with the letter alone, on a clock of the test's own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from chalicelib.mandates.model.codes import grouped
from chalicelib.web.visit import SESSION_COOKIE
from chalicelib.wiring import Wiring
from tests.asked import REFUSAL, VISIT, asked_and_passed_on
from tests.browser.conftest import Look
from tests.builders import MINA, PORTAL_ID, SERVICE_ID
from tests.fakes import FakeRegister
from tests.http.client import Person
from tests.http.conftest import client, vera, wired
from tests.http.serving import served

__all__ = ["client", "vera", "wired"]

Contexts = Callable[..., BrowserContext]
LANGUAGES = pytest.mark.parametrize("language", ["nl", "en"])
SECOND = "b0" * 15 + "00"

WORDS = {
    "nl": {
        "approve": "Ja, goedkeuren",
        "no": "Nee, weigeren",
        "refuse": "Weigeren",
        "block": "Deze persoon mag mij niets meer vragen",
        "tell": "Vertel deze persoon dat ik weiger",
        "unblock": "Mina Mantelzorg weer laten vragen",
        "blocked": "Mensen die u heeft geblokkeerd",
        "next": "Volgende",
        "yes": "Ja, weigeren",
        "way in": "Weiger het met de code in de brief",
        "higher": "Inloggen met een hoger niveau",
        "refused": "Het is geweigerd",
    },
    "en": {
        "approve": "Yes, approve",
        "no": "No, refuse",
        "refuse": "Refuse",
        "block": "Do not let this person ask again",
        "tell": "Tell this person that I refused",
        "unblock": "Let Mina Mantelzorg ask again",
        "blocked": "People whom you blocked",
        "next": "Next",
        "yes": "Yes, refuse",
        "way in": "Refuse it with the code in the letter",
        "higher": "Sign in with a higher level",
        "refused": "It is refused",
    },
}


@contextmanager
def _browser(wired: Wiring, context: BrowserContext, person: Person | None = None) -> Iterator[tuple[Page, str]]:
    """Open a browser, in which somebody is signed in or nobody."""
    with served(wired) as address:
        if person is not None:
            person.sign_in()
            value, origin = person.cookies[SESSION_COOKIE], address.replace("http:", "https:")
            context.add_cookies([{"name": SESSION_COOKIE, "value": value, "url": origin, "secure": True}])
        yield context.new_page(), address


def _ask(wired: Wiring, visit_id: str = VISIT, **what: object) -> None:
    services = (SERVICE_ID, PORTAL_ID) if visit_id == VISIT else (SERVICE_ID,)
    now, secrets = wired.clock(), wired.secrets
    asked_and_passed_on(wired.mandates, *services, visit_id=visit_id, now=now, secrets=secrets, **what)  # type: ignore[arg-type]


@LANGUAGES
def test_the_represented_approves_refuses_blocks_and_unblocks(
    language: str, wired: Wiring, vera: Person, new_context: Contexts, look: Look
) -> None:
    words, people = WORDS[language], cast("FakeRegister", wired.people)
    _ask(wired)
    _ask(wired, SECOND, by=MINA, letter=False)
    with _browser(wired, new_context(language), vera) as (page, address):
        page.goto(f"{address}/approvals/{VISIT}")
        look(page, f"{language}-80-approval")
        page.get_by_role("button", name=words["approve"]).click()
        look(page, f"{language}-81-approval-nothing-chosen")
        page.get_by_role("checkbox").first.check()
        page.get_by_role("button", name=words["approve"]).click()
        look(page, f"{language}-82-approval-approved-in-part")
        people.down = True
        page.goto(f"{address}/approvals/{SECOND}")
        look(page, f"{language}-83-approval-names-unknown")
        people.down = False
        page.goto(f"{address}/approvals/{SECOND}")
        look(page, f"{language}-84-approval-one-service")
        page.get_by_role("link", name=words["no"]).click()
        page.get_by_label(words["block"]).check()
        page.get_by_label(words["tell"]).check()
        look(page, f"{language}-85-decline")
        page.get_by_role("button", name=words["refuse"], exact=True).click()
        look(page, f"{language}-86-approval-refused-and-blocked")
        page.get_by_role("link", name=words["blocked"]).click()
        look(page, f"{language}-87-blocked")
        page.get_by_role("button", name=words["unblock"]).click()
        look(page, f"{language}-88-blocked-nobody")


@LANGUAGES
def test_who_has_the_letter_refuses_without_signing_in(
    language: str, wired: Wiring, new_context: Contexts, look: Look
) -> None:
    words = WORDS[language]
    _ask(wired)
    with _browser(wired, new_context(language)) as (page, address):
        page.goto(f"{address}/")
        page.get_by_role("link", name=words["way in"]).click()
        look(page, f"{language}-90-refuse")
        page.get_by_role("button", name=words["next"]).click()
        look(page, f"{language}-91-refuse-empty")
        page.fill("[name=refusal]", "KXWG-PZTX")
        page.get_by_role("button", name=words["next"]).click()
        look(page, f"{language}-92-refuse-wrong")
        page.fill("[name=refusal]", grouped(REFUSAL).lower())
        page.get_by_role("button", name=words["next"]).click()
        look(page, f"{language}-93-refuse_by_letter")
        page.get_by_role("button", name=words["yes"]).click()
        expect(page.get_by_role("heading", name=words["refused"])).to_be_visible()
        look(page, f"{language}-94-refuse_by_letter-refused")
