"""Refusing over HTTP with the letter's code: without signing in, and without a word to or about anybody."""

import random
from collections.abc import Callable

import pytest
from chalice.test import Client

from chalicelib.audit.trail import Happening
from chalicelib.mandates.model.codes import grouped
from chalicelib.mandates.model.mandates import Consent, Way
from chalicelib.mandates.model.refusals import RefusalCode, new_refusal
from chalicelib.mandates.model.requests import Request, RequestState
from chalicelib.people.actor import Cause, Citizen, System
from chalicelib.storage.tables import TransientTable
from chalicelib.wiring import Wiring
from local import aws
from tests.asked import REFUSAL, asked_and_passed_on
from tests.builders import HENK, PORTAL_ID, SERVICE_ID, VERA, a_mandate, claim_of, making
from tests.fakes import Clock
from tests.http.client import Person
from tests.http.journey import check, code_of, of_vera, refusal_of
from tests.http.test_asking import ask_for
from tests.http.test_outages import LOST
from tests.lost import Losing


@pytest.fixture
def asked(wired: Wiring, clock: Clock) -> tuple[Request, ...]:
    return asked_and_passed_on(wired.mandates, SERVICE_ID, PORTAL_ID, now=clock(), secrets=wired.secrets)


@pytest.fixture
def anybody(client: Client) -> Person:
    return Person(client, VERA)


@pytest.fixture
def wrong() -> Callable[[int], RefusalCode]:
    return lambda number: new_refusal(random.Random(1000 + number).randrange)


def _fill_in(person: Person, code: str = REFUSAL) -> str:
    answer = person.submit("/refuse", {"refusal": grouped(code).lower()})
    assert answer.status == 303, answer.body
    return answer.location


def test_the_address_in_a_letter_in_dutch_leads_to_the_same_page(anybody: Person) -> None:
    answer = anybody.get("/weigeren")
    assert (answer.status, answer.location) == (303, "/refuse")


def _states(wired: Wiring, requests: tuple[Request, ...]) -> list[RequestState]:
    found = [wired.mandates.request(one.represented, one.case_id) for one in requests]
    return [one.state(wired.clock()) for one in found if one]


def _activate(wired: Wiring, request: Request) -> None:
    by = Citizen(request.requester.person, 20)
    made = a_mandate(
        request, representative=by.person, consent=Consent(Way.LETTER, 20), activated_at=wired.clock(), version=3
    )
    wired.mandates.make(making(request, made), by)


def test_who_has_the_letter_refuses_all_of_it_without_signing_in(
    anybody: Person, wired: Wiring, asked: tuple[Request, ...]
) -> None:
    assert 'href="/refuse"' in anybody.get("/").body
    review = _fill_in(anybody)
    assert REFUSAL not in review
    page = anybody.get(review).body
    assert "Do you want to refuse this?" in page
    assert "Locks" in page
    assert "All" in page
    answer = anybody.submit(review, {})
    assert answer.status == 303
    done = anybody.get(answer.location).body
    assert "It is refused" in done
    assert _states(wired, asked) == [RequestState.REFUSED] * 2
    assert wired.mandates.codes(claim_of(asked[0])) == []
    assert anybody.cookies.keys() == {"__Host-visitor"}


def test_the_code_is_the_one_in_the_letter_and_the_letters_other_code_is_dead_afterwards(
    anybody: Person, henk: Person, wired: Wiring
) -> None:
    case_id = ask_for(henk)
    check()
    refusal, code = refusal_of(case_id), code_of(case_id)
    review = anybody.submit("/refuse", {"refusal": refusal}).location
    assert "Locks" in anybody.get(review).body
    assert "It is refused" in anybody.get(anybody.submit(review, {}).location).body
    assert henk.submit("/activate", of_vera(code)).status == 422
    assert wired.mandates.given(wired.secrets.pseudonyms.person(VERA)) == []
    shown = henk.get(f"/asked/{case_id}").body
    assert "If the details are right, this person hears from us." in shown
    assert "efused" not in shown


def test_no_page_names_a_person_or_a_number(anybody: Person, asked: tuple[Request, ...]) -> None:
    pages = [
        anybody.get("/refuse"),
        anybody.get(_fill_in(anybody)),
        anybody.get(anybody.submit("/refuse/letter", {}).location),
    ]
    for page in pages:
        assert page.status == 200
        for secret in ("Vera", "Gever", "Henk", "Helper", VERA.digits, HENK.digits, asked[0].represented):
            assert secret not in page.body


def test_who_asked_hears_nothing_and_the_letter_is_named_as_the_cause(
    anybody: Person, henk: Person, wired: Wiring, asked: tuple[Request, ...]
) -> None:
    before = wired.mandates.askings(wired.secrets.pseudonyms.person(HENK))
    anybody.submit(_fill_in(anybody), {})
    assert wired.mandates.askings(wired.secrets.pseudonyms.person(HENK)) == before
    assert [one.ended for one in before] == [None, None]
    history = wired.mandates.history(asked[0].case_id, asked[0].sides)
    assert [one.by for one in history if one.what is Happening.REFUSED] == [System(Cause.LETTER)]
    henk.sign_in()
    assert "efused" not in henk.get("/mandates").body


def test_a_double_click_refuses_once(anybody: Person, wired: Wiring, asked: tuple[Request, ...]) -> None:
    review = _fill_in(anybody)
    form = {"csrf": anybody.token(review)}
    assert anybody.post(review, form).location == anybody.post(review, form).location
    history = wired.mandates.history(asked[0].case_id, asked[0].sides)
    assert [one.what for one in history].count(Happening.REFUSED) == 1


def test_what_was_activated_meanwhile_is_not_said_to_be_refused(
    anybody: Person, wired: Wiring, asked: tuple[Request, ...]
) -> None:
    review = _fill_in(anybody)
    form = {"csrf": anybody.token(review)}
    for request in asked:
        _activate(wired, request)
    page = anybody.get(anybody.post(review, form).location).body
    assert "This does not wait any more" in page
    assert "It is refused" not in page
    assert _states(wired, asked) == [RequestState.ACTIVATED] * 2


def test_when_part_of_it_was_activated_the_rest_is_refused_and_nobody_says_that_nothing_was_given(
    anybody: Person, wired: Wiring, asked: tuple[Request, ...]
) -> None:
    review = _fill_in(anybody)
    _activate(wired, asked[0])
    page = anybody.get(anybody.submit(review, {}).location).body
    assert "Nobody gets a mandate with this letter" not in page
    assert "This does not wait any more" in page
    assert _states(wired, asked) == [RequestState.ACTIVATED, RequestState.REFUSED]


@pytest.mark.parametrize("typed", ["", "BCDF", "BCDF-GHJK-LMNP", "AAAA-AAAA"])
def test_a_typing_error_is_told_at_the_field_and_costs_nothing(
    anybody: Person, wrong: Callable[[int], RefusalCode], typed: str
) -> None:
    for _ in range(25):
        page = anybody.submit("/refuse", {"refusal": typed})
        assert page.status == 422
        assert 'id="refusal-error"' in page.body
    assert "You can try 19 more times." in anybody.submit("/refuse", {"refusal": wrong(3)}).body


@pytest.mark.parametrize("how", ["ended", "expired"])
def test_a_code_that_is_not_good_any_more_looks_like_a_wrong_one(
    anybody: Person, wired: Wiring, clock: Clock, wrong: Callable[[int], RefusalCode], how: str
) -> None:
    asked_and_passed_on(wired.mandates, now=clock(), secrets=wired.secrets)
    if how == "ended":
        anybody.submit(_fill_in(anybody), {})
    else:
        clock.forward(days=31)
    told = [anybody.submit("/refuse", {"refusal": code}) for code in (REFUSAL, wrong(3))]
    assert [page.status for page in told] == [422, 422]
    old, never = (
        page.anonymous.replace(code, "").replace(left, "")
        for page, code, left in zip(told, (REFUSAL, wrong(3)), ("19 more", "18 more"), strict=True)
    )
    assert old == never


def test_after_twenty_wrong_codes_a_network_waits_an_hour(
    anybody: Person, wired: Wiring, clock: Clock, asked: tuple[Request, ...], wrong: Callable[[int], RefusalCode]
) -> None:
    for number in range(20):
        assert anybody.submit("/refuse", {"refusal": wrong(number)}).status == 422
    page = anybody.submit("/refuse", {"refusal": REFUSAL})
    assert page.status == 429
    assert "You can also sign in and refuse under My mandates" in page.body
    assert _states(wired, asked) == [RequestState.WAITING] * 2
    clock.forward(hours=1)
    anybody.submit(_fill_in(anybody), {})
    assert _states(wired, asked) == [RequestState.REFUSED] * 2


def test_without_the_counter_nothing_is_recognised(anybody: Person, wired: Wiring, asked: tuple[Request, ...]) -> None:
    token = anybody.token("/refuse")
    client = Losing(aws.client("dynamodb"), LOST, names=["update_item"], done=False)
    wired.transient = TransientTable(client, wired.transient.name)
    wired.__dict__.pop("tries", None)
    assert anybody.post("/refuse", {"csrf": token, "refusal": REFUSAL}).status == 503
    assert _states(wired, asked) == [RequestState.WAITING] * 2


def test_who_did_not_fill_in_a_code_is_asked_for_it(
    anybody: Person, henk: Person, wired: Wiring, clock: Clock, asked: tuple[Request, ...]
) -> None:
    review = _fill_in(anybody)
    assert henk.get(review).location == "/refuse", "another browser"
    assert henk.post(review, {"csrf": henk.token("/refuse")}).status == 410
    form = {"csrf": anybody.token(review)}
    clock.forward(hours=1)
    assert anybody.get(review).location == "/refuse"
    assert anybody.post(review, form).status == 410
    assert _states(wired, asked) == [RequestState.WAITING] * 2


@pytest.mark.parametrize("path", ["/refuse", "/refuse/letter"])
def test_forms_come_from_our_own_pages_in_the_same_browser(
    anybody: Person, henk: Person, wired: Wiring, asked: tuple[Request, ...], path: str
) -> None:
    _fill_in(anybody)
    form = {"csrf": anybody.token("/refuse"), "refusal": REFUSAL}
    foreign = henk.token("/refuse")
    assert anybody.post(path, {**form, "csrf": ""}).status == 403
    assert anybody.post(path, {**form, "csrf": foreign}).status == 403
    assert anybody.post(path, form, origin="https://evil.example").status == 403
    assert anybody.post(path, form, **{"sec-fetch-site": "cross-site"}).status == 403
    anybody.cookies["__Host-visitor"] = ""
    assert anybody.post(path, form).status == 403
    assert _states(wired, asked) == [RequestState.WAITING] * 2


def test_who_is_signed_in_gets_the_same_pages(vera: Person, anybody: Person, wired: Wiring, clock: Clock) -> None:
    asked_and_passed_on(wired.mandates, now=clock(), secrets=wired.secrets)
    vera.sign_in()
    one, other = vera.get("/refuse"), anybody.get("/refuse")
    assert one.body.replace(one.hidden["csrf"], "") == other.body.replace(other.hidden["csrf"], "")
    assert vera.get(_fill_in(vera)).status == 200
    assert vera.get("/mandates").status == 200, "the session is as it was"


def test_the_language_is_switched_without_losing_what_was_typed(anybody: Person) -> None:
    anybody.language = "nl"
    page = anybody.submit("/refuse", {"refusal": "BCDF", "language": "en"})
    assert page.status == 200
    assert 'value="BCDF"' in page.body
    assert "Refusal code" in page.body
    assert anybody.submit("/refuse", {"refusal": "", "language": "nl"}).body.count("Weigercode") == 1


def test_switching_the_language_refuses_nothing(anybody: Person, wired: Wiring, asked: tuple[Request, ...]) -> None:
    review = _fill_in(anybody)
    assert anybody.submit(review, {"language": "nl"}).location == review
    assert _states(wired, asked) == [RequestState.WAITING] * 2
