"""Mandating again somebody who represented one before: at once, without a code, in four steps."""

import re
from dataclasses import replace

import pytest

from chalicelib.mandates.living.changing import resume, suspend
from chalicelib.mandates.model.mandates import Mandate, Way
from chalicelib.mandates.model.requests import OptOut
from chalicelib.people.brp.person import Standing
from chalicelib.wiring import Wiring
from tests.builders import HENK, PORTAL_ID, SERVICE_ID, VERA, a_person
from tests.fakes import Clock, FakeRegister
from tests.http.client import Person
from tests.http.journey import deliver, mandate, printed

MONTH = {"start": "today", "end": "month"}


@pytest.fixture
def earlier(vera: Person, henk: Person) -> str:
    return mandate(vera, henk)


def _choose(vera: Person, earlier: str, *services: str) -> str:
    """Choose Henk and services, and return where that is reviewed."""
    begun = vera.submit("/direct", {"person": earlier}).location
    for service_id in services or (PORTAL_ID,):
        review = vera.submit(f"{begun}/{service_id}", MONTH).location
        review = vera.get(review).location
    return review


def _granted(wired: Wiring) -> list[Mandate]:
    given = wired.mandates.given(wired.secrets.pseudonyms.person(VERA))
    return [one for one in given if one.consent.way is Way.KNOWN]


def _people(wired: Wiring) -> FakeRegister:
    assert isinstance(wired.people, FakeRegister)
    return wired.people


def test_somebody_who_acted_before_acts_again_at_once(vera: Person, henk: Person, wired: Wiring, earlier: str) -> None:
    page = vera.get("/direct").body
    assert "Henk Helper (Locks)" in page
    assert f'value="{earlier}"' in page
    review = _choose(vera, earlier)
    page = vera.get(review).body
    assert "Vera van der Gever" in page
    assert "Yes, let Henk Helper act for me" in page
    done = vera.submit(review, {}).location
    page = vera.get(done).body
    assert "Henk Helper may act for you" in page
    (made,) = _granted(wired)
    assert f'href="/mandates/{made.case_id}"' in page
    for person in (vera, henk):
        assert "may act for" in person.get(f"/mandates/{made.case_id}").body
    assert "chose you: you acted for them before" in henk.get(f"/mandates/{made.case_id}").body


def test_both_get_a_letter_and_neither_letter_has_a_code(vera: Person, wired: Wiring, earlier: str) -> None:
    deliver()
    vera.submit(_choose(vera, earlier, PORTAL_ID), {})
    (made,) = _granted(wired)
    deliver()
    assert len(printed(made.case_id)) == 2


def test_several_services_go_together(vera: Person, wired: Wiring, earlier: str) -> None:
    vera.submit(f"/mandates/{earlier}/revoke", {})
    review = _choose(vera, earlier, PORTAL_ID, SERVICE_ID)
    page = vera.get(review).body
    assert page.count("Remove<span") == 2
    done = vera.submit(review, {}).location
    assert vera.get(done).body.count('<li class="site__item">') == 2
    assert {one.service_id for one in _granted(wired)} == {PORTAL_ID, SERVICE_ID}


def test_a_service_is_removed_again(vera: Person, earlier: str) -> None:
    review = _choose(vera, earlier)
    visit_id = review.rpartition("/")[2]
    vera.post(f"/request/confirm/{visit_id}", {"csrf": vera.token(review), "remove": PORTAL_ID})
    assert vera.get(f"/request/confirm/{visit_id}").location == f"/request/with/{visit_id}"


def test_sent_twice_it_is_one_mandate(vera: Person, wired: Wiring, earlier: str) -> None:
    review = _choose(vera, earlier)
    token = vera.token(review)
    first, second = (vera.post(review, {"csrf": token}).location for _ in range(2))
    assert first == second == vera.get(review).location
    assert len(_granted(wired)) == 1


def test_the_steps_name_whom_it_is_for(vera: Person, earlier: str) -> None:
    begun = vera.submit("/direct", {"person": earlier}).location
    assert "Step 2 of 4" in vera.get(begun).body
    assert "Henk Helper" in vera.get(begun).body
    assert "Step 3 of 4" in vera.get(f"{begun}/{PORTAL_ID}").body
    assert "Step 4 of 4" in vera.get(_choose(vera, earlier)).body


def test_what_the_other_may_do_already_is_said_with_a_link_before_anything_is_sent(
    vera: Person, wired: Wiring, earlier: str
) -> None:
    review = _choose(vera, earlier, SERVICE_ID)
    page = vera.get(review)
    assert "may do some of this for you already" in page.body
    assert f'href="/mandates/{earlier}"' in page.body
    assert "Yes, let" not in page.body
    assert re.findall(r'--primary-action"[^>]*>([^<]*)<', page.body) == ["My mandates"]
    answer = vera.post(review, {"csrf": page.hidden["csrf"]})
    assert answer.status == 409
    assert "This person may do that for you already" in answer.body
    assert _granted(wired) == []


@pytest.mark.parametrize(
    ("language", "told"),
    [("nl", "U kunt deze persoon nu niet machtigen"), ("en", "You cannot mandate this person now")],
)
def test_while_a_mandate_is_suspended_she_is_pointed_to_the_helpdesk_before_she_chooses_anything(
    language: str, told: str, vera: Person, wired: Wiring, clock: Clock, earlier: str
) -> None:
    vera.language = language
    review = _choose(vera, earlier)
    suspend(earlier, store=wired.mandates, now=clock())
    pages = [vera.submit("/direct", {"person": earlier}), vera.get(review), vera.submit("/direct", {"person": earlier})]
    token = vera.token("/direct")
    pages.append(vera.post(review, {"csrf": token}))
    for page in pages:
        assert page.status == 409
        assert told in page.body
        assert "elpdesk" in page.body.partition("<h1")[2].partition("</main>")[0]
    assert _granted(wired) == []
    resume(earlier, store=wired.mandates, now=clock())
    assert vera.submit(review, {}).status == 303


def test_who_never_was_represented_is_told_how_it_begins(mina: Person, henk: Person, earlier: str) -> None:
    for person in (mina, henk):
        person.sign_in()
        assert "Nobody acted for you before." in person.get("/direct").body
        assert "/direct" not in person.get("/request").body
        token = person.token("/activate")
        assert person.post("/direct", {"csrf": token, "person": earlier}).status == 404


@pytest.mark.usefixtures("earlier")
def test_the_first_page_of_asking_offers_it(vera: Person) -> None:
    assert 'href="/direct"' in vera.get("/request").body
    assert 'href="/login?next=/direct"' in vera.get("/").body


@pytest.mark.usefixtures("earlier")
def test_nobody_chosen_is_an_error_beside_the_choice(vera: Person) -> None:
    answer = vera.submit("/direct", {})
    assert answer.status == 422
    assert "Choose who may act for you." in answer.body


def test_who_opted_out_hears_so_at_every_step(vera: Person, wired: Wiring, earlier: str) -> None:
    review = _choose(vera, earlier)
    token = vera.token(review)
    wired.mandates.opt_out(wired.secrets.pseudonyms.person(VERA), OptOut(wired.clock()))
    for answer in (vera.get("/direct"), vera.get(review), vera.post(review, {"csrf": token})):
        assert answer.status == 403
        assert "You are on the list of people who want no mandates" in answer.body
    assert _granted(wired) == []


def test_that_the_other_cannot_act_has_one_word(vera: Person, wired: Wiring, earlier: str) -> None:
    review = _choose(vera, earlier)
    token = vera.token(review)
    bodies = set()
    for person in (a_person(standing=Standing.DECEASED, address=()), a_person(name=""), None):
        people = _people(wired).people
        if person is None:
            del people[HENK]
        else:
            people[HENK] = person
        for answer in (vera.get(review), vera.post(review, {"csrf": token})):
            assert answer.status == 409
            bodies.add(re.sub(r'value="[0-9a-f]+"', "", answer.anonymous))
    assert len(bodies) == 1
    assert _granted(wired) == []


def test_the_register_being_down_is_an_outage_and_nothing_is_made(vera: Person, wired: Wiring, earlier: str) -> None:
    review = _choose(vera, earlier)
    token = vera.token(review)
    _people(wired).down = True
    assert vera.get(review).status == vera.post(review, {"csrf": token}).status == 503
    assert "not available now" in vera.get("/direct").body
    assert vera.post("/direct", {"csrf": token, "person": earlier}).status == 503
    assert _granted(wired) == []


def test_who_is_signed_in_too_low_is_led_higher_and_what_was_chosen_is_kept(
    vera: Person, wired: Wiring, earlier: str
) -> None:
    review = _choose(vera, earlier)
    wired.catalogue.put_service(replace(wired.catalogue.service(PORTAL_ID), level=25))
    page = vera.get(review)
    assert page.status == 403
    assert "What you filled in is kept." in page.body
    vera.pass_digid(vera.get(f"/login?level=25&next={review}"), "25")
    assert "Henk Helper has to confirm it before it can be used" in vera.get(review).body
    done = vera.submit(review, {}).location
    assert "Henk Helper has to confirm it before it can be used" in vera.get(done).body
    (made,) = _granted(wired)
    assert (made.level, made.consent.level) == (20, 25)


def test_a_draft_that_is_gone_says_so(vera: Person, clock: Clock, earlier: str) -> None:
    review = _choose(vera, earlier)
    clock.forward(minutes=61)
    vera.sign_in()
    assert vera.get(review).status == 410


def test_a_draft_with_a_code_makes_none_without_nor_the_other_way_round(
    vera: Person, wired: Wiring, earlier: str
) -> None:
    asked = vera.submit(f"/request/{PORTAL_ID}", MONTH).location
    token = vera.token(asked)
    visit_id = asked.rpartition("/")[2]
    assert vera.post(f"/direct/confirm/{visit_id}", {"csrf": token}).status == 404
    direct = _choose(vera, earlier).rpartition("/")[2]
    assert vera.post(f"/request/confirm/{direct}", {"csrf": token}).status == 404
    assert len(wired.mandates.given(wired.secrets.pseudonyms.person(VERA))) == 1
    assert len(wired.mandates.requests(wired.secrets.pseudonyms.person(VERA))) == 1


def test_somebody_elses_result_is_not_shown(vera: Person, henk: Person, earlier: str) -> None:
    done = vera.submit(_choose(vera, earlier), {}).location
    assert henk.get(done).status == 404
    assert vera.get(f"/direct/done/{earlier}").status == 404


def test_the_pages_are_there_in_dutch(vera: Person, earlier: str) -> None:
    vera.language = "nl"
    assert "Wie mag weer voor u handelen?" in vera.get("/direct").body
    review = _choose(vera, earlier)
    assert "Ja, Henk Helper mag voor mij handelen" in vera.get(review).body
    assert "Klaar" in vera.get(vera.submit(review, {}).location).body
