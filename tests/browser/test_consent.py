"""Each way in which somebody consents to be represented: from who asks to a sign-in in their name, or to nothing.

Without scripts, which is how every page has to work, and what decides by keyboard. Each page is looked at elsewhere.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from local.persons import TestPerson
from local.stack import Stack
from tests.browser.conftest import Look
from tests.browser.people import CODE, Visitor, code_in, letter_for, refusal_code_in, someone
from tests.browser.typist import Typist

Contexts = Callable[..., BrowserContext]
AtABrowser = Callable[[str, str], Visitor]
LANGUAGES = pytest.mark.parametrize("language", ["nl", "en"])


@pytest.fixture
def visitor(stack: Stack, new_context: Contexts) -> AtABrowser:
    """Give somebody a browser without scripts."""

    def at_a_browser(name: str, language: str) -> Visitor:
        page = new_context(language, scripts=False).new_page()
        return Visitor(page, someone(name), language, stack, scripts=False)

    return at_a_browser


def _ask_for(asker: Visitor, other: TestPerson) -> str:
    """Ask to represent somebody: who, for what, for how long; return the address at which the asker sees it."""
    asker.come_signed_in("/ask")
    asker.page.fill("[name=bsn]", other.bsn)
    asker.page.fill("[name=born]", other.birth_date)
    asker.go_further()
    asker.page.wait_for_url("**/request/with/*")
    asker.follow("service")
    asker.choose_longest()
    asker.page.wait_for_url("**/request/confirm/**")
    # Before they consented, nobody hears from us what somebody is called.
    expect(asker.page.locator("main")).not_to_contain_text(other.name)
    asker.go_further()
    asker.page.wait_for_url("**/asked/*?sent=1")
    return asker.page.url.partition("?")[0]


def _mandate_by_screen(giver: Visitor, helper: Visitor) -> None:
    """Ask for oneself, read the code on the screen and hand it over."""
    giver.come_signed_in("/request")
    giver.follow("service with a code on screen")
    giver.choose_longest()
    giver.page.wait_for_url("**/request/confirm/**")
    giver.page.check("[name=handing][value=screen]")
    giver.go_further()
    giver.page.wait_for_url("**/requests/*/code")
    code = code_in(giver.page.inner_text("main"))
    helper.come_signed_in("/activate")
    helper.fill_in_code(giver.person, code)
    helper.page.wait_for_url("**/activate/*")
    helper.press("activate")
    helper.page.wait_for_url("**/mandates/**")


def _acts_for(asker: Visitor, other: TestPerson, service: int = 1) -> None:
    asker.sign_in_at_provider("other", service)
    expect(asker.page.locator("main")).to_contain_text(other.name)
    asker.press("sign in")
    asker.go_on()
    expect(asker.page.locator("main")).to_contain_text(f"{asker.person.name} {asker.words('acts for')} {other.name}")


def _acts_for_nobody(asker: Visitor) -> None:
    asker.sign_in_at_provider("other")
    expect(asker.page.locator("h1")).to_have_text(asker.words("no mandate"))


@LANGUAGES
def test_who_is_asked_approves_and_the_letters_code_is_dead(
    language: str, visitor: AtABrowser, known: set[str]
) -> None:
    names = {"nl": ("Schrikkel Jansen", "Fatima Jaar"), "en": ("Gijs Geslachtsnaam", "Dora Datum")}[language]
    asker, asked = (visitor(name, language) for name in names)
    _ask_for(asker, asked.person)
    code = code_in(letter_for(asked.person, asked.stack, known))
    asked.come_signed_in("/mandates")
    asked.page.locator("main a[href*='/approvals/']").click()
    expect(asked.page.locator("main")).to_contain_text(asker.person.name)
    expect(asked.page.locator("main")).to_contain_text(asked.person.name)
    Typist(asked.page, asked.person, language, asked.stack).choose(asked.words("approve"))
    asked.page.wait_for_url("**/approvals/*?done=approved")
    _acts_for(asker, asked.person)
    asker.open("/activate")
    asker.fill_in_code(asked.person, code)
    expect(asker.page.locator("main")).to_contain_text(asker.words("wrong"))


@LANGUAGES
def test_who_has_no_digid_hands_over_the_code_of_the_letter(
    language: str, visitor: AtABrowser, stack: Stack, known: set[str]
) -> None:
    asker_name, asked_name = {"nl": ("J P Letter", "Nel Nodigid"), "en": ("Abdel Onbekend", "Wout Woonboot")}[language]
    asker, asked = visitor(asker_name, language), someone(asked_name)
    _ask_for(asker, asked)
    letter = letter_for(asked, stack, known)
    assert asker.person.surname in letter
    assert asked.bsn not in letter
    asker.open("/activate")
    asker.fill_in_code(asked, code_in(letter))
    asker.page.wait_for_url("**/activate/*")
    asker.press("activate")
    asker.page.wait_for_url("**/mandates/**")
    _acts_for(asker, asked)


@LANGUAGES
def test_who_calls_gets_a_letter_and_whoever_they_give_its_code_acts_for_them(
    language: str, visitor: AtABrowser, new_context: Contexts, stack: Stack, known: set[str], look: Look
) -> None:
    caller_name, helper_name = {"nl": ("Nel Nodigid", "Gerda Geheim"), "en": ("Wout Woonboot", "Opa de Oude")}[language]
    telephone = new_context(language).new_page()
    caller, helper = Visitor(telephone, someone(caller_name), language, stack), visitor(helper_name, language)
    telephone.goto(f"{stack.letterbox}/telephone")
    look(telephone, f"{language}-01-telephone")
    telephone.select_option("[name=bsn]", caller.person.bsn)
    telephone.select_option("[name=service]", label=f"{caller.words('service')}, Gemeente Voorbeeld")
    caller.go_further()
    letter = letter_for(caller.person, stack, known)
    # Who speaks with them sees no code: it is in the letter alone.
    assert not CODE.search(telephone.inner_text("body"))
    assert {"nl": "gebeld en om deze code gevraagd", "en": "You called us on"}[language] in " ".join(letter.split())
    helper.come_signed_in("/activate")
    helper.fill_in_code(caller.person, code_in(letter))
    helper.page.wait_for_url("**/activate/*")
    helper.press("activate")
    helper.page.wait_for_url("**/mandates/**")
    by_telephone = {"nl": "telefonisch aangevraagd", "en": "asked for it by telephone"}[language]
    expect(helper.page.locator("main")).to_contain_text(by_telephone)
    _acts_for(helper, caller.person)


@LANGUAGES
def test_who_has_a_letter_refuses_with_its_code_and_the_other_code_is_dead(
    language: str, visitor: AtABrowser, stack: Stack, known: set[str]
) -> None:
    asker_name, asked_name = {"nl": ("Sascha Zonderling", "Bas graaf van Verzonnen"), "en": ("Suharto", "Opa de Oude")}[
        language
    ]
    asker, asked = visitor(asker_name, language), visitor(asked_name, language)
    theirs = _ask_for(asker, asked.person)
    letter = letter_for(asked.person, stack, known)
    before = _told(asker, theirs)
    asked.open("/refuse")
    asked.page.fill("[name=refusal]", refusal_code_in(letter))
    asked.page.press("[name=refusal]", "Enter")
    asked.page.wait_for_url("**/refuse/letter")
    # The letter may be in the hands of anybody.
    expect(asked.page.locator("main")).not_to_contain_text(asker.person.name)
    expect(asked.page.locator("main")).not_to_contain_text(asked.person.name)
    asked.go_further()
    expect(asked.page.locator("main button.utrecht-button--primary-action")).to_have_count(0)
    assert _told(asker, theirs) == before
    asker.open("/activate")
    asker.fill_in_code(asked.person, code_in(letter))
    expect(asker.page.locator("main")).to_contain_text(asker.words("wrong"))
    _acts_for_nobody(asker)


def _told(asker: Visitor, address: str) -> str:
    """Return all that who asked is told of it."""
    asker.page.goto(address)
    return asker.page.inner_text("main")


@LANGUAGES
def test_who_got_a_code_from_the_screen_is_mandated_again_without_one(
    language: str, visitor: AtABrowser, stack: Stack, known: set[str]
) -> None:
    names = {"nl": ("Petra Eigenhuis", "Hera Hergebruik"), "en": ("Bregje Briefadres", "Tessa Tegenover")}[language]
    giver, helper = (visitor(name, language) for name in names)
    _mandate_by_screen(giver, helper)
    _acts_for(helper, giver.person, service=0)
    giver.open("/direct")
    giver.page.get_by_role("radio").check()
    giver.go_further()
    giver.page.wait_for_url("**/request/with/*")
    giver.follow("service")
    giver.choose_longest()
    giver.page.wait_for_url("**/direct/confirm/*")
    expect(giver.page.locator("main")).to_contain_text(giver.person.name)
    expect(giver.page.locator("main")).to_contain_text(helper.person.name)
    giver.go_further()
    giver.page.wait_for_url("**/direct/done/*")
    notice = letter_for(helper.person, stack, known)
    assert giver.person.name in " ".join(notice.split())
    assert not CODE.search(notice)
    _acts_for(helper, giver.person)
