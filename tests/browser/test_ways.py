"""The same pages without scripts, and with everything that can be filled in wrongly."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from local.stack import Stack
from tests.browser.conftest import PAINTED, Look
from tests.browser.people import Visitor, code_in, letter_for, someone
from tests.browser.typist import Typist

Contexts = Callable[..., BrowserContext]
LANGUAGES = pytest.mark.parametrize("language", ["nl", "en"])


@LANGUAGES
def test_everything_works_without_scripts(language: str, stack: Stack, known: set[str], new_context: Contexts) -> None:
    giver_name, helper_name = {"nl": ("Gerda Geheim", "Piet Partner"), "en": ("Opa de Oude", "Jip Jong")}[language]
    giver, helper = (
        Visitor(new_context(language, scripts=False).new_page(), someone(name), language, stack, scripts=False)
        for name in (giver_name, helper_name)
    )
    giver.sign_in("/request")
    giver.follow("service")
    giver.choose_longest()
    giver.press("confirm request")
    code = code_in(letter_for(giver.person, stack, known))
    helper.sign_in("/activate")
    helper.fill_in_code(giver.person, code)
    helper.press("activate")
    helper.sign_in_at_provider("other")
    helper.press("sign in")
    helper.go_on()
    expect(helper.page.locator("main")).to_contain_text(
        f"{helper.person.name} {helper.words('acts for')} {giver.person.name}"
    )
    helper.sign_in_at_provider("self")
    helper.go_on()
    expect(helper.page.locator("main")).not_to_contain_text(giver.person.name)
    expect(helper.page.locator("main")).to_contain_text(helper.person.name)


@LANGUAGES
def test_enter_in_a_field_goes_on_in_the_language_of_the_page(
    language: str, stack: Stack, new_context: Contexts
) -> None:
    page = new_context(language).new_page()
    visitor = Visitor(page, someone("J P Letter"), language, stack)
    visitor.come_signed_in("/activate")
    page.fill("[name=bsn]", "1")
    page.press("[name=bsn]", "Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == language
    visitor.open("/request")
    visitor.follow("service")
    page.fill("[name=end_date]", {"nl": "1 januari", "en": "1 January"}[language] + f" {datetime.now(UTC).year + 1}")
    page.press("[name=end_date]", "Enter")
    page.wait_for_url("**/request/confirm/**")
    assert page.locator("html").get_attribute("lang") == language


@LANGUAGES
def test_pages_for_what_goes_wrong_are_as_good_as_the_others(
    language: str, stack: Stack, new_context: Contexts, look: Look
) -> None:
    page = new_context(language).new_page()
    # Somebody else for each language: the limit on wrong tries outlives a test.
    visitor = Visitor(page, someone({"nl": "Bram Buitenland", "en": "Frits Fout"}[language]), language, stack)
    visitor.open("/mandates")
    look(page, f"{language}-30-sign_in")
    visitor.open("/nothing")
    look(page, f"{language}-31-failure-not-found")
    visitor.open("/no/such/page")
    look(page, f"{language}-47-gateway")
    visitor.open("/login?next=/activate")
    page.wait_for_url(f"{stack.digid}/login/**")
    visitor.press("cancel")
    page.wait_for_url("**/saml/digid/acs?**")
    look(page, f"{language}-32-not_signed_in")
    visitor.come_signed_in("/activate", level="10")
    visitor.press("next")
    look(page, f"{language}-33-activate-empty")
    visitor.fill_in_code(someone("Vera van der Gever"), "BCDF-GHJK-LMNF")
    look(page, f"{language}-34-activate-typing-error")
    for _ in range(5):
        visitor.fill_in_code(someone("Vera van der Gever"), _a_code())
    expect(page.locator("main")).to_contain_text(visitor.words("wrong"))
    look(page, f"{language}-35-activate-wrong-combination")
    visitor.fill_in_code(someone("Vera van der Gever"), _a_code())
    look(page, f"{language}-36-wait")


@LANGUAGES
@pytest.mark.parametrize(
    ("name", "picture"), [("Kim Kind", "71-failure-too-young"), ("Omar Ongeboren", "72-failure-age-uncertain")]
)
def test_who_may_be_too_young_for_a_service_sees_what_to_do(
    language: str, name: str, picture: str, stack: Stack, new_context: Contexts, look: Look
) -> None:
    visitor = Visitor(new_context(language).new_page(), someone(name), language, stack)
    visitor.come_signed_in("/request")
    visitor.follow("service")
    visitor.page.check("[name=start][value=today]")
    visitor.choose_longest()
    look(visitor.page, f"{language}-{picture}")


@LANGUAGES
def test_pages_for_a_request_that_cannot_be_made_are_as_good_as_the_others(
    language: str, stack: Stack, new_context: Contexts, look: Look
) -> None:
    page = new_context(language).new_page()
    visitor = Visitor(page, someone("Bram Buitenland"), language, stack)
    visitor.come_signed_in("/request", level="10")
    visitor.follow("service")
    look(page, f"{language}-37-step_up")
    visitor.open("/request?q=xyzzy")
    look(page, f"{language}-38-choose_service-nothing-found")
    visitor.open("/request/11111111-1111-4111-8111-111111111111")
    page.fill("[name=start_date]", "31-02-2027")
    visitor.press("next")
    _opens_at_its_errors(page)
    look(page, f"{language}-39-choose_dates-wrong")
    page.fill("[name=start_date]", "")
    page.check("[name=start][value=today]")
    visitor.choose_longest()
    # Who gets no letter can see the code of this service, signed in higher.
    page.locator('main a[href*="/login?level=20"]').click()
    visitor.at_digid("20")
    page.wait_for_url("**/request/confirm/**")
    look(page, f"{language}-91-confirm_request-only-on-screen")
    visitor.open("/request")
    visitor.follow("service")
    visitor.choose_longest()
    look(page, f"{language}-40-failure-no-letter")


def _opens_at_its_errors(page: Page) -> None:
    """Nothing but HTML brings the focus to the summary, and its links to the fields."""
    assert page.title().startswith(("Fout: ", "Error: "))
    expect(page.get_by_role("alert")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**#start_date")
    assert page.evaluate("document.querySelector(':target').name") == "start_date"


@LANGUAGES
def test_back_after_an_error_shows_the_form_and_sends_nothing_again(
    language: str, stack: Stack, new_context: Contexts
) -> None:
    page = new_context(language).new_page()
    visitor = Visitor(page, someone("Jip Jong"), language, stack)
    visitor.come_signed_in("/request")
    visitor.follow("service")
    page.fill("[name=end_date]", "31-02-2027")
    visitor.press("next")
    page.fill("[name=end_date]", "")
    visitor.choose_longest()
    page.wait_for_url("**/request/confirm/**")
    # Of what was sent a browser asks whether to send it again, and shows a page of its own.
    page.go_back()
    expect(page.locator("h1")).to_be_visible()
    assert page.locator("body").get_attribute("data-page") == "choose_dates"
    expect(page.locator("[name=end][value=max]")).to_be_checked()
    expect(page.get_by_role("alert")).to_have_count(0)


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


def _a_code() -> str:
    import random  # noqa: PLC0415

    from chalicelib.mandates.model.codes import generate  # noqa: PLC0415

    return generate(random.Random(1).randrange)


def test_the_language_switch_keeps_what_was_filled_in(stack: Stack, new_context: Contexts) -> None:
    page = new_context("nl").new_page()
    visitor = Visitor(page, someone("Mina Mantelzorg"), "nl", stack)
    visitor.come_signed_in("/activate")
    page.fill("[name=bsn]", "900100084")
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text("Activate a mandate")
    assert page.input_value("[name=bsn]") == "900100084"
    assert page.locator("html").get_attribute("lang") == "en"


@LANGUAGES
def test_the_page_that_takes_a_message_further_is_readable_where_scripts_are_off(
    language: str, stack: Stack, new_context: Contexts, look: Look
) -> None:
    context = new_context(language)
    context.route("**/go_on.js", lambda route: route.abort())
    visitor = Visitor(context.new_page(), someone("Schrikkel Jansen"), language, stack, scripts=False)
    visitor.sign_in_at_provider("self")
    look(visitor.page, f"{language}-41-go_on")
    visitor.go_on()
    expect(visitor.page.locator("main")).to_contain_text("Schrikkel Jansen")


@LANGUAGES
def test_a_request_can_be_taken_back(language: str, stack: Stack, new_context: Contexts, look: Look) -> None:
    person = someone({"nl": "Suharto", "en": "Abdel Onbekend"}[language])
    visitor = Visitor(new_context(language).new_page(), person, language, stack)
    visitor.come_signed_in("/request")
    visitor.follow("service")
    visitor.choose_longest()
    visitor.press("confirm request")
    visitor.page.wait_for_url("**/requests/**")
    visitor.open("/mandates")
    look(visitor.page, f"{language}-42-mandates-open-request")
    visitor.page.locator("main a[href*='/requests/']").click()
    visitor.page.get_by_role("link", name=visitor.words("withdraw link"), exact=True).click()
    look(visitor.page, f"{language}-43-withdraw")
    visitor.press("withdraw")
    visitor.page.wait_for_url("**/requests/*")
    look(visitor.page, f"{language}-44-request-withdrawn")
    visitor.open("/request")
    visitor.follow("service")
    visitor.choose_longest()
    visitor.press("confirm request")
    look(visitor.page, f"{language}-49-wait_letter")


@LANGUAGES
def test_the_simulators_and_the_kit_explain_what_is_wrong(
    language: str, stack: Stack, new_context: Contexts, look: Look
) -> None:
    page = new_context(language).new_page()
    page.goto(f"{stack.digid}/")
    look(page, f"{language}-45-digid_about")
    page.goto(f"{stack.application}/login")
    page.fill("[name=bsn]", someone("Nel Nodigid").bsn)
    page.locator("button").first.click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, f"{language}-46-digid_login-nobody")
    page.goto(f"{stack.kit}/")
    look(page, f"{language}-54-kit")
    page.locator("button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, f"{language}-58-kit-no-file")


@LANGUAGES
def test_forced_colours_show_what_is_chosen_and_what_is_wrong(
    language: str, stack: Stack, new_context: Contexts, look: Look
) -> None:
    page = new_context(language).new_page()
    page.emulate_media(forced_colors="active")
    visitor = Visitor(page, someone("Mina Mantelzorg"), language, stack)
    visitor.come_signed_in("/request")
    visitor.follow("service")
    chosen, other = page.locator("[name=end][value=month]"), page.locator("[name=end][value=max]")
    before = chosen.screenshot()
    chosen.check()
    page.mouse.move(0, 0)
    page.locator("h1").click()
    assert chosen.screenshot() != before, "it cannot be seen which one is chosen"
    assert other.screenshot() == before
    page.fill("[name=end_date]", "31-02-2027")
    visitor.press("next")
    look(page, f"{language}-48-choose_dates-forced-colours")
