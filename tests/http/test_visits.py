"""Several services in one visit: chosen one after the other, looked over together, and asked at once."""

import re
from datetime import timedelta

import pytest

from chalicelib.catalogue.model import ServiceId
from chalicelib.days import midnight_after, today
from chalicelib.mandates.model.requests import OptOut, Request
from chalicelib.wiring import Wiring
from tests.builders import PORTAL_ID, SERVICE_ID, a_service
from tests.fakes import Clock
from tests.http.client import Person
from tests.http.journey import ask_for_mandate, deliver, printed

MONTH = {"start": "today", "end": "month"}


def _both(vera: Person) -> str:
    """Choose two services; return where they are looked over."""
    vera.sign_in()
    review = vera.submit(f"/request/{SERVICE_ID}", {"start": "today", "end": "max"}).location
    return vera.submit(_next(review, PORTAL_ID), MONTH).location


def _next(review: str, service_id: str = "") -> str:
    return f"{review.replace('/confirm/', '/with/')}/{service_id}".removesuffix("/")


def _requests(vera: Person, wired: Wiring) -> list[Request]:
    return wired.mandates.requests(wired.secrets.pseudonyms.person(vera.bsn))


def test_two_services_of_one_visit_are_two_requests_with_one_letter(vera: Person, wired: Wiring) -> None:
    review = _both(vera)
    page = vera.get(review).body
    assert page.index(">Locks<") < page.index(">All<")
    assert "one letter with one code" in page
    made = vera.submit(review, {}).location
    deliver()
    assert len(printed(made.removeprefix("/requests/").partition("?")[0])) == 1
    requests = _requests(vera, wired)
    assert {request.service_id for request in requests} == {SERVICE_ID, PORTAL_ID}
    assert len({(request.letter_id, request.code and request.code.code_id) for request in requests}) == 1
    shown = vera.get(made).body
    assert "Locks" in shown
    assert "All" in shown


def test_each_service_keeps_its_own_period_and_place_when_one_is_changed(vera: Person, clock: Clock) -> None:
    review = _both(vera)
    first = _next(review, SERVICE_ID)
    assert f'href="{first}"' in vera.get(review).body
    assert vera.submit(first, MONTH).location == review
    page = vera.get(review).body
    last = today(clock()) + timedelta(days=29)
    assert page.count(f"up to and including {last.day} {last:%B} {last.year}") == 2
    assert page.index(">Locks<") < page.index(">All<")


def test_what_is_removed_is_not_asked_for_and_without_any_one_chooses_again(vera: Person, wired: Wiring) -> None:
    review = _both(vera)
    assert vera.submit(review, {"remove": SERVICE_ID}).location == review
    page = vera.get(review).body
    assert ">All<" in page
    assert ">Locks<" not in page
    assert "one letter with one code" not in page
    vera.submit(review, {"remove": PORTAL_ID})
    assert vera.get(review).location == _next(review)
    assert vera.get(_next(review)).status == 200
    vera.submit(_next(review, PORTAL_ID), MONTH)
    vera.submit(review, {})
    assert [request.service_id for request in _requests(vera, wired)] == [PORTAL_ID]


def test_the_search_for_another_service_stays_in_the_visit_and_says_what_was_chosen(vera: Person) -> None:
    review = _both(vera)
    vera.submit(review, {"remove": PORTAL_ID})
    choose = _next(review)
    for path in (choose, f"{choose}?q=ominous"):
        page = vera.get(path).body
        assert "You chose 1 service already" in page
        assert page.count("You chose this already.") == 1
        assert f'action="{choose}"' in page
        assert f'href="{choose}/{PORTAL_ID}"' in page
        assert f'href="{review}"' in page


def test_no_more_services_fit_than_the_setting_says(vera: Person, wired: Wiring) -> None:
    wired.settings = wired.settings.replaced(services_per_visit="2")
    third = ServiceId("44444444-4444-4444-8444-444444444444")
    entity = wired.catalogue.service(SERVICE_ID).entity_id
    wired.catalogue.put_service(a_service(service_id=third, entity_id=entity, name={"nl": "Derde", "en": "Third"}))
    review = _both(vera)
    page = vera.get(review).body
    assert "You can ask for 2 services at once." in page
    assert "another service as well" not in page
    assert vera.get(_next(review)).location == review
    assert vera.submit(_next(review, third), MONTH).location == review
    assert "Third" not in vera.get(review).body
    # A period may be changed all the same.
    assert vera.submit(_next(review, PORTAL_ID), {"start": "today", "end": "max"}).location == review


def test_the_service_that_was_asked_before_is_named_and_the_rest_can_be_sent(vera: Person, wired: Wiring) -> None:
    ask_for_mandate(vera, PORTAL_ID)
    review = _both(vera)
    answer = vera.submit(review, {})
    assert answer.status == 409
    told = re.findall(r'role="alert".*?</ul>', answer.body, re.DOTALL)
    assert "All" in told[0]
    assert "Locks" not in told[0]
    assert "Nothing was sent" in answer.body
    assert len(_requests(vera, wired)) == 1
    assert _main_actions(answer.body) == ["Remove this and go on"]
    assert 'name="handing"' not in answer.body
    removed = re.findall(r'--primary-action" type="submit" name="remove" value="([^"]*)"', answer.body)
    vera.submit(review, {"remove": removed[0]})
    assert _main_actions(vera.get(review).body) == ["Confirm and send the letter"]
    assert vera.submit(review, {}).status == 303
    assert len(_requests(vera, wired)) == 2


def _main_actions(page: str) -> list[str]:
    return re.findall(r'--primary-action"[^>]*>([^<]*)<', page)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_where_all_was_asked_before_there_is_nothing_to_send_but_what_was_asked_to_look_at(
    language: str, vera: Person, wired: Wiring
) -> None:
    vera.language = language
    vera.submit(_both(vera), {})
    answer = vera.submit(review := _both(vera), {})
    assert answer.status == 409
    assert _main_actions(answer.body) == [{"nl": "Mijn machtigingen", "en": "My mandates"}[language]]
    assert 'href="/mandates"' in answer.body.partition('role="alert"')[2].partition("</div>")[0]
    vera.submit(review, {"remove": f"{SERVICE_ID} {PORTAL_ID}"})
    assert vera.get(review).location == _next(review)
    assert len(_requests(vera, wired)) == 2


def test_whoever_goes_back_to_the_first_page_has_left_nothing(vera: Person) -> None:
    review = _both(vera)
    assert vera.submit(f"/request/{SERVICE_ID}", MONTH).location == review
    assert ">All<" in vera.get(review).body
    vera.submit(review, {})
    assert vera.submit(f"/request/{SERVICE_ID}", MONTH).location != review


def test_a_visit_is_somebodys_own(vera: Person, henk: Person) -> None:
    review = _both(vera)
    henk.sign_in()
    for path in (review, _next(review), _next(review, SERVICE_ID)):
        page = henk.get(path)
        assert page.status == 410
        assert "Your request is no longer here" in page.body
    assert henk.submit(review, {"remove": SERVICE_ID}).status == 410


def test_after_an_hour_a_visit_does_not_go_on_as_another(vera: Person, clock: Clock) -> None:
    """Else who asks for somebody else would end up asking for themselves."""
    review = _both(vera)
    clock.forward(minutes=61)
    vera.sign_in()
    assert vera.get(_next(review, SERVICE_ID)).status == 410
    assert vera.post(_next(review, SERVICE_ID), {"csrf": vera.token("/mandates"), **MONTH}).status == 410


def test_signing_in_again_comes_back_to_the_same_step_of_the_same_visit(vera: Person, clock: Clock) -> None:
    review = _both(vera)
    clock.forward(minutes=20)
    path = _next(review, SERVICE_ID)
    assert f"/login?next={path}" in vera.get(path).body
    vera.sign_in(level="10", path=path)
    assert f"/login?level=20&amp;next={path}" in vera.get(path).body


@pytest.mark.parametrize(
    ("language", "said"), [("en", "list of people who want no mandates"), ("nl", "lijst van mensen die geen machtig")]
)
def test_who_opted_out_is_pointed_to_the_helpdesk_and_nothing_is_asked(
    vera: Person, wired: Wiring, clock: Clock, caplog: pytest.LogCaptureFixture, language: str, said: str
) -> None:
    vera.language = language
    review = _both(vera)
    token = vera.token(review)
    wired.mandates.opt_out(wired.secrets.pseudonyms.person(vera.bsn), OptOut(clock()))
    for page in (vera.get(review), vera.post(review, {"csrf": token})):
        assert page.status == 403
        assert said in page.body
        assert "elpdesk" in page.body
    assert _requests(vera, wired) == []
    assert [record.__dict__.get("reason") for record in caplog.records].count("opted_out") == 2


def test_what_began_yesterday_is_not_sent_with_what_begins_today(vera: Person, clock: Clock, wired: Wiring) -> None:
    clock.now = midnight_after(today(clock())) - timedelta(minutes=5)
    review = _both(vera)
    clock.forward(minutes=10)
    assert vera.submit(review, {}).status == 410
    assert _requests(vera, wired) == []
