"""Pages for what time, wrong codes and outages have done, on a clock of the test's own."""

from dataclasses import replace
from datetime import timedelta
from typing import cast

from chalice.app import CloudWatchEvent
from playwright.sync_api import expect

from chalicelib.days import today
from chalicelib.jobs import sweeping
from chalicelib.letters.contract.statuses import Mishap, VendorStep
from chalicelib.mandates.model.guesses import PER_CODE
from chalicelib.wiring import Wiring
from local.events import _schedule_event
from tests.browser.conftest import Look
from tests.browser.people import WORDS
from tests.browser.windows import BOTH, LANGUAGES, Contexts, window_of
from tests.builders import HENK, MINA, PORTAL_ID, SERVICE_ID, VERA, claim_of, some_bsns
from tests.fakes import Clock, FakeRegister
from tests.http.asked import asked_by
from tests.http.client import Person
from tests.http.clientele import some_clients
from tests.http.conftest import client, clock, henk, mina, vera, wired
from tests.http.journey import ask_for_mandate, check, code_of, deliver, mandate, taken, tell

__all__ = ["client", "clock", "henk", "mina", "vera", "wired"]


def _void(case_id: str, person: Person, wired: Wiring) -> None:
    """Let others try so many wrong codes that the code of a request is void."""
    request = wired.mandates.request(wired.secrets.pseudonyms.person(person.bsn), case_id)
    assert request is not None
    for _ in range(PER_CODE):
        wired.tries.add(claim_of(request), wired.clock(), wears=True)


def test_a_page_tells_what_has_become_of_a_request(
    wired: Wiring, clock: Clock, vera: Person, henk: Person, new_context: Contexts, look: Look
) -> None:
    ended = mandate(vera, henk, end="month")
    returned = ask_for_mandate(vera, PORTAL_ID)
    deliver()
    for step in (VendorStep.POSTED, VendorStep.RETURNED):
        tell(returned, step, Mishap.MOVED if step is VendorStep.RETURNED else None)
    clock.forward(days=1)
    vera.sign_in()
    expired = ask_for_mandate(vera, PORTAL_ID)
    clock.forward(days=60)
    vera.sign_in()
    blocked = ask_for_mandate(vera)
    deliver()
    _void(blocked, vera, wired)
    late = ask_for_mandate(vera, PORTAL_ID)
    clock.forward(days=3)
    for language in BOTH:
        with window_of(vera, wired, new_context(language), language) as window:
            look(window.open("/mandates"), f"{language}-60-mandates-blocked")
            look(window.open(f"/requests/{blocked}"), f"{language}-61-request-blocked")
            look(window.open(f"/requests/{late}"), f"{language}-62-request-late")
            look(window.open(f"/requests/{expired}"), f"{language}-63-request-expired")
            look(window.open(f"/requests/{returned}"), f"{language}-63b-request-returned")
            look(window.open(f"/mandates/{ended}"), f"{language}-64-mandate-ended")
            look(window.open("/mandates?view=given&state=past"), f"{language}-71-mandate_list-past")
            look(window.open("/mandates?view=asked"), f"{language}-72-mandate_list-asked")
            look(window.open("/mandates?view=held"), f"{language}-73-mandate_list-nobody")


def test_many_mandates_come_by_pages_and_what_is_asked_of_somebody_first(
    wired: Wiring, henk: Person, new_context: Contexts, look: Look
) -> None:
    some_clients(wired, HENK, 30)
    asked_by(wired, VERA, HENK)
    asked_by(wired, HENK, MINA, case_id="b5ed" * 7 + "b500")
    for language in BOTH:
        with window_of(henk, wired, new_context(language), language) as window:
            look(window.open("/mandates"), f"{language}-74-mandates-somebody-asks")
            page = window.open("/mandates?view=held")
            look(page, f"{language}-75-mandate_list-many")
            for place in (0, 1):
                page.get_by_role("checkbox").nth(place).check()
            window.press("revoke chosen")
            look(page, f"{language}-76-end-of-a-list")
            page.go_back()
            page.get_by_role("searchbox").fill(some_bsns(1)[0].digits)
            window.press("search")
            expect(page.get_by_role("heading", name="Client 0000")).to_be_visible()
            look(page, f"{language}-77-mandate_list-found")
            page.get_by_role("searchbox").fill("900100085")
            window.press("search")
            look(page, f"{language}-78-mandate_list-wrong-number")
            page.get_by_role("searchbox").fill("")
            page.locator("#service").press("End")
            window.press("search")
            page.wait_for_url("**/mandates?view=held&service=*")
            look(page, f"{language}-70-mandate_list-one-service")
            look(window.open("/mandates?view=asked-of-me"), f"{language}-79-mandate_list-asked-of-me")


def test_a_mandate_that_begins_later_says_from_when(
    wired: Wiring, clock: Clock, mina: Person, henk: Person, new_context: Contexts, look: Look
) -> None:
    start = f"{today(clock()) + timedelta(days=10):%d-%m-%Y}"
    case_id = ask_for_mandate(mina, start="other", start_date=start, end="month")
    henk.sign_in()
    known = {"bsn": MINA.digits, "born": "21-06-1985", "code": code_of(case_id)}
    henk.submit(henk.submit("/activate", known).location, {})
    for language in BOTH:
        with window_of(henk, wired, new_context(language), language) as window:
            look(window.open(f"/mandates/{case_id}"), f"{language}-65-mandate-future")
            cast("FakeRegister", wired.people).down = True
            look(window.open(f"/mandates/{case_id}"), f"{language}-69-mandate-name-unknown")
            cast("FakeRegister", wired.people).down = False


@LANGUAGES
def test_who_asks_hears_of_a_letter_that_may_come_too_late_and_of_an_outage(
    language: str, wired: Wiring, clock: Clock, vera: Person, new_context: Contexts, look: Look
) -> None:
    with window_of(vera, wired, new_context(language), language) as window:
        page = window.open(f"/request/{SERVICE_ID}")
        page.fill("[name=end_date]", f"{today(clock()) + timedelta(days=3):%d-%m-%Y}")
        window.press("next")
        look(page, f"{language}-66-confirm_request-tight")
        cast("FakeRegister", wired.people).down = True
        window.press("confirm request")
        look(page, f"{language}-67-failure-outage")


@LANGUAGES
def test_who_was_away_too_long_hears_that_the_form_is_kept(
    language: str, wired: Wiring, clock: Clock, vera: Person, new_context: Contexts, look: Look
) -> None:
    with window_of(vera, wired, new_context(language), language) as window:
        page = window.open("/activate")
        page.fill("[name=bsn]", "900100758")
        clock.forward(minutes=20)
        window.press("next")
        expect(page.get_by_role("link", name=WORDS[language]["sign in with digid"])).to_be_visible()
        look(page, f"{language}-68-sign_in-time-is-over")


def test_a_page_tells_why_a_letter_was_stopped_and_what_to_do(
    wired: Wiring, clock: Clock, vera: Person, new_context: Contexts, look: Look
) -> None:
    case_id = ask_for_mandate(vera)
    list(taken())
    people = cast("FakeRegister", wired.people)
    people.people[VERA] = replace(people.people[VERA], address=("Eikenlaan 3", "4321 BA  Elders"))
    clock.forward(hours=25)
    sweeping(CloudWatchEvent(_schedule_event("sweep_outbox"), None), wired)
    check()
    vera.sign_in()
    for language in BOTH:
        with window_of(vera, wired, new_context(language), language) as window:
            look(window.open(f"/requests/{case_id}"), f"{language}-63c-request-stopped")
