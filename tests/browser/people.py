"""What people do in a browser, in their language: the steps of the journey, for the tests to tell it with."""

import json
import re
import time
import urllib.request
from dataclasses import dataclass
from io import BytesIO

from playwright.sync_api import Locator, Page
from pypdf import PdfReader

from local.persons import TestPerson, persons
from local.stack import Stack, fetch
from tests.http.client import Answer

WORDS = {
    "nl": {
        "skip": "Naar de inhoud",
        "mandate": "Iemand machtigen",
        "activation": "Machtiging activeren",
        "mandates": "Mijn machtigingen",
        "test person": "Burgerservicenummer van een testpersoon",
        "sign in with": "Inloggen met",
        "month": "Eén maand (30 dagen)",
        "year": "Eén jaar (365 dagen)",
        "bsn": "Burgerservicenummer (BSN) van de ander",
        "born": "Geboortedatum van de ander",
        "code": "Machtigingscode",
        "no": "Nee, stoppen",
        "sign out": "Uitloggen",
        "signed out": "Laat iemand online iets voor u regelen",
        "sign in": "Inloggen",
        "sign in with digid": "Inloggen met DigiD",
        "cancel": "Annuleren",
        "next": "Volgende",
        "confirm request": "Bevestigen en brief versturen",
        "confirm": "Bevestigen",
        "activate": "Ja, activeren",
        "approve": "Ja, goedkeuren",
        "revoke link": "Deze machtiging intrekken",
        "revoke": "Intrekken",
        "revoke chosen": "Gekozen machtigingen intrekken",
        "search": "Zoeken",
        "revoked": "Ingetrokken",
        "other": "Voor iemand anders inloggen",
        "self": "Voor mijzelf inloggen",
        "no mandate": "U heeft geen machtiging voor deze dienst",
        "back": "Terug naar Gemeente Voorbeeld",
        "not signed in": "U bent niet ingelogd",
        "acts for": "handelt voor",
        "go on": "Doorgaan",
        "wrong": "Deze gegevens horen niet bij elkaar",
        "withdraw": "Intrekken",
        "withdraw link": "Deze aanvraag intrekken",
        "service": "Belastingen en heffingen",
        "service with a code on screen": "Parkeervergunning",
        "used": "Gebruikt om in te loggen",
        "refused": "Inloggen is geweigerd",
    },
    "en": {
        "skip": "Skip to the content",
        "mandate": "Mandate someone",
        "activation": "Activate a mandate",
        "mandates": "My mandates",
        "test person": "Citizen service number of a test person",
        "sign in with": "Sign in with",
        "month": "One month (30 days)",
        "year": "One year (365 days)",
        "bsn": "Citizen service number (BSN) of the other person",
        "born": "Date of birth of the other person",
        "code": "Mandate code",
        "no": "No, stop",
        "sign out": "Sign out",
        "signed out": "Let someone act for you online",
        "sign in": "Sign in",
        "sign in with digid": "Sign in with DigiD",
        "cancel": "Cancel",
        "next": "Next",
        "confirm request": "Confirm and send the letter",
        "confirm": "Confirm",
        "activate": "Yes, activate",
        "approve": "Yes, approve",
        "revoke link": "Revoke this mandate",
        "revoke": "Revoke",
        "revoke chosen": "Revoke the chosen ones",
        "search": "Search",
        "revoked": "Revoked",
        "other": "Sign in for someone else",
        "self": "Sign in for myself",
        "no mandate": "You have no mandate for this service",
        "back": "Back to Gemeente Voorbeeld",
        "not signed in": "You are not signed in",
        "acts for": "acts for",
        "go on": "Go on",
        "wrong": "These details do not belong together",
        "withdraw": "Withdraw",
        "withdraw link": "Withdraw this request",
        "service": "Taxes and levies",
        "service with a code on screen": "Parking permit",
        "used": "Used to sign in",
        "refused": "Signing in was refused",
    },
}
CODE = re.compile(r"\b[B-DF-HJ-NP-TV-XZ2-9]{4}(?:-[B-DF-HJ-NP-TV-XZ2-9]{4}){2}\b")
_REFUSAL_CODE = re.compile(r"(?<!-)\b[B-DF-HJ-NP-TV-XZ2-9]{4}-[B-DF-HJ-NP-TV-XZ2-9]{4}\b(?!-)")
_PATIENCE = 60.0


def someone(name: str) -> TestPerson:
    return next(person for person in persons().values() if person.name == name)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person at a browser."""

    page: Page
    person: TestPerson
    language: str
    stack: Stack
    scripts: bool = True

    def words(self, key: str) -> str:
        return WORDS[self.language][key]

    def press(self, key: str) -> None:
        self.click(self.page.get_by_role("button", name=self.words(key), exact=True))

    def follow(self, key: str) -> None:
        self.click(self.page.get_by_role("link", name=self.words(key), exact=True))

    def go_further(self) -> None:
        """Press the one button of a page that leads further, whatever it is called."""
        self.click(self.page.locator("main button.utrecht-button--primary-action"))

    def click(self, leads_on: Locator) -> None:
        """Click on what leads to another page, and wait for that: what is read next is not of the page before."""
        with self.page.expect_navigation():
            leads_on.click()

    def go_on(self) -> None:
        """Press the button that a script would press."""
        if not self.scripts:
            self.press("go on")

    def open(self, path: str) -> None:
        self.page.goto(f"{self.stack.application}{path}")

    def sign_in(self, path: str, level: str = "20") -> None:
        self.open(f"/login?next={path}")
        self.at_digid(level)
        self.page.wait_for_url(f"{self.stack.application}{path}")

    def come_signed_in(self, path: str, level: str = "20") -> None:
        """Open a page, signed in without a look at DigiD: for tests that are about what comes after."""
        network, language = self.page.context.request, {"accept-language": self.language}
        start = network.get(f"{self.stack.application}/login?next={path}", headers=language)
        asked = Answer(start.status, start.text(), start.headers)
        at_digid = network.post(asked.action, form=dict(asked.hidden), headers=language)
        network.post(at_digid.url, form={"bsn": self.person.bsn, "level": level}, headers=language)
        self.open(path)

    def come_to_digid(self) -> None:
        if not self.page.url.startswith(self.stack.digid):
            self.go_on()
        self.page.wait_for_url(f"{self.stack.digid}/login/**")

    def at_digid(self, level: str = "20") -> None:
        self.come_to_digid()
        self.page.fill("[name=bsn]", self.person.bsn)
        self.page.select_option("[name=level]", level)
        self.press("sign in")

    def choose_longest(self) -> None:
        """Choose the longest period, and go on."""
        self.page.check("[name=end][value=max]")
        self.press("next")

    def fill_in_code(self, other: TestPerson, code: str) -> None:
        self.page.fill("[name=bsn]", other.bsn)
        self.page.fill("[name=born]", other.birth_date)
        self.page.fill("[name=code]", code)
        self.press("next")

    def sign_in_at_provider(self, whom: str, service: int = 1) -> None:
        """Start at one of the municipality's services, the second if none is said, and sign in at DigiD."""
        self.page.goto(f"{self.stack.provider}/")
        self.page.get_by_role("link", name=self.words(whom)).nth(service).click()
        self.at_digid("25")


def letter_for(person: TestPerson, stack: Stack, known: set[str]) -> str:
    """Wait for a new letter to someone and return the text of its PDF."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        letters = json.loads(fetch(f"{stack.letterbox}/letters.json"))
        for letter in letters:
            if letter["letter_id"] not in known and person.surname in letter["addressee"]:
                known.add(letter["letter_id"])
                with urllib.request.urlopen(letter["pdf"]) as answer:
                    return PdfReader(BytesIO(answer.read())).pages[0].extract_text()
        time.sleep(0.2)
    raise AssertionError(f"no letter for {person.name}")


def code_in(text: str) -> str:
    found = CODE.search(text)
    assert found, "no code is there"
    return found[0]


def refusal_code_in(text: str) -> str:
    found = _REFUSAL_CODE.search(text)
    assert found, "no refusal code in the letter"
    return found[0]
