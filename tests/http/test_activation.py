"""Activating over HTTP: who clicks twice, mandates of a day, and what the heading says afterwards."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.days import midnight_after, today
from chalicelib.mandates.model.cases import VisitId
from chalicelib.mandates.model.mandates import MandateState
from chalicelib.mandates.model.requests import Request
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.people.pseudonym import ClaimId, PersonId
from chalicelib.wiring import Wiring
from tests.builders import PORTAL_ID, SERVICE_ID, claim_of
from tests.fakes import Clock
from tests.http.client import Person
from tests.http.journey import ask_for_mandate, code_of, mandate, of_vera, recognised


class LooksTooEarly:
    """The register as a second click sees it: at its first looks, what the first click does is not done yet."""

    def __init__(self, store: MandateStore, before: list[Request]) -> None:
        self._store, self._before, self._looks = store, before, iter(range(2))

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def requests(self, represented: PersonId, visit_id: VisitId | None = None) -> list[Request]:
        return self._before if next(self._looks, None) is not None else self._store.requests(represented, visit_id)

    def request(self, represented: PersonId, case_id: str) -> Request | None:
        return None if next(self._looks, None) == 0 else self._store.request(represented, case_id)


def _before(vera: Person, wired: Wiring) -> list[Request]:
    return wired.mandates.requests(wired.secrets.pseudonyms.person(vera.bsn))


def test_a_double_click_on_activate_is_one_activation(vera: Person, henk: Person, wired: Wiring) -> None:
    case_id = ask_for_mandate(vera)
    review = recognised(henk, case_id)
    token, before = henk.token(review), _before(vera, wired)
    person, now = wired.secrets.pseudonyms.person(henk.bsn), wired.clock()
    draft = wired.sessions.draft(person, f"activation:{case_id}", now)
    first = henk.post(review, {"csrf": token})
    assert henk.post(review, {"csrf": token}).location == first.location == f"/mandates/{case_id}?activated=1"
    # And for one that was under way before the first forgot what was filled in.
    wired.sessions.save_draft(person, f"activation:{case_id}", draft or {}, now)
    wired.mandates = LooksTooEarly(wired.mandates, before)  # type: ignore[assignment]
    assert henk.post(review, {"csrf": token}).location == first.location
    assert vera.get(f"/mandates/{case_id}").body.count("Activated by") == 1


def test_a_second_click_of_somebody_else_gets_nothing(vera: Person, henk: Person, mina: Person, wired: Wiring) -> None:
    case_id = ask_for_mandate(vera)
    reviews = [recognised(person, case_id) for person in (henk, mina)]
    before = _before(vera, wired)
    henk.submit(reviews[0], {})
    wired.mandates = LooksTooEarly(wired.mandates, before)  # type: ignore[assignment]
    assert mina.post(reviews[1], {"csrf": mina.token("/activate")}).status == 410


def test_a_double_click_on_sending_a_request_is_one_request(vera: Person, wired: Wiring) -> None:
    vera.sign_in()
    review = vera.submit(f"/request/{SERVICE_ID}", {"start": "today", "end": "month"}).location
    token = vera.token(review)
    first = vera.post(review, {"csrf": token})
    wired.mandates = LooksTooEarly(wired.mandates, [])  # type: ignore[assignment]
    assert vera.post(review, {"csrf": token}).location == first.location


@pytest.mark.parametrize("after_midnight", [timedelta(), timedelta(hours=22, minutes=30)])
def test_a_mandate_of_a_day_is_usable_on_its_day_and_not_after(
    vera: Person, henk: Person, wired: Wiring, clock: Clock, after_midnight: timedelta
) -> None:
    midnight = midnight_after(today(clock()))
    clock.now, day = midnight + after_midnight, today(midnight)
    case_id = ask_for_mandate(vera, end="other", end_date=f"{day:%d-%m-%Y}")
    page = vera.get(f"/requests/{case_id}").body
    assert f"{day.day} {day:%B} {day.year}" in page.partition("The code works up to")[2][:200]
    henk.submit(recognised(henk, case_id), {})
    made = wired.mandates.mandate(case_id)
    assert made is not None
    end = midnight_after(day)
    states = [made.state(at) for at in (midnight, clock(), end - timedelta(seconds=1), end)]
    assert states == [MandateState.ACTIVE] * 3 + [MandateState.EXPIRED]


def test_a_code_works_no_longer_than_the_period_for_which_it_was_asked(
    vera: Person, henk: Person, clock: Clock
) -> None:
    day = today(clock())
    case_id = ask_for_mandate(vera, end="other", end_date=f"{day:%d-%m-%Y}")
    code = code_of(case_id)
    clock.now = midnight_after(day)
    henk.sign_in()
    answer = henk.submit("/activate", of_vera(code))
    assert "do not belong together" in answer.body
    vera.sign_in()
    assert "Expired" in vera.get(f"/requests/{case_id}").body


def test_after_revoking_the_heading_says_so_to_both(vera: Person, henk: Person) -> None:
    case_id = mandate(vera, henk)
    assert "<h1" in vera.get(f"/mandates/{case_id}").body
    assert "Henk Helper may act for you</h1>" in vera.last.body  # type: ignore[union-attr]
    vera.submit(f"/mandates/{case_id}/revoke", {})
    assert "With this mandate Henk Helper may not act for you any more</h1>" in vera.get(f"/mandates/{case_id}").body
    assert (
        "With this mandate you may not act for Vera van der Gever any more</h1>"
        in henk.get(f"/mandates/{case_id}").body
    )


def _visit(vera: Person, level: str = "20") -> str:
    """Ask for two services at once; return the first case."""
    vera.sign_in(level=level)
    review = vera.submit(f"/request/{SERVICE_ID}", {"start": "today", "end": "max"}).location
    vera.submit(f"{review.replace('confirm', 'with')}/{PORTAL_ID}", {"start": "today", "end": "month"})
    return vera.submit(review, {}).location.removeprefix("/requests/").partition("?")[0]


def test_one_code_activates_all_services_of_a_visit_which_are_shown_before_and_after(
    vera: Person, henk: Person, wired: Wiring
) -> None:
    case_id = _visit(vera)
    review = recognised(henk, case_id)
    page = henk.get(review).body
    assert "The code is for 2 services. You activate them together:" in page
    for words in ("Locks", ">All<", "Henk Helper", "Vera van der Gever"):
        assert words in page
    done = henk.submit(review, {}).location
    assert done == f"/activated/{case_id}"
    page = henk.get(done).body
    assert "You may act for Vera van der Gever" in page
    mandates = re.findall(r'href="(/mandates/\w+)"[^>]*>(\w+)<', page)
    assert [name for _, name in mandates] == ["Locks", "All"]
    assert henk.get(review).location == done
    vera.submit(f"{mandates[0][0]}/revoke", {})
    page = henk.get(done).body
    assert "You may act for" not in page
    assert "Revoked" in page
    assert [vera.get(done).status, henk.get("/activated/nothing").status] == [404, 404]
    assert wired.mandates.codes(_claim(vera, wired)) == []


def _claim(vera: Person, wired: Wiring) -> ClaimId:
    return claim_of(_before(vera, wired)[0])


def test_what_was_withdrawn_from_a_visit_is_not_shown_and_not_activated(vera: Person, henk: Person) -> None:
    case_id = _visit(vera)
    review = recognised(henk, case_id)
    vera.submit(f"/requests/{case_id}/withdraw", {})
    page = henk.get(review).body
    assert "Locks" not in page
    assert ">All<" in page
    done = henk.submit(review, {}).location
    assert done == f"/mandates/{case_id[:-2]}01?activated=1"
    assert henk.get(review).location == done


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Not every service here can be activated"), ("nl", "kunt u niet alle diensten activeren")],
)
def test_a_level_that_is_too_low_for_one_service_is_told_before_and_activates_none(
    vera: Person, henk: Person, wired: Wiring, language: str, said: str
) -> None:
    portal = wired.catalogue.service(PORTAL_ID)
    wired.catalogue.put_service(replace(portal, level=25))
    case_id = _visit(vera, level="25")
    review = recognised(henk, case_id)
    henk.language = language
    page = henk.get(review).body
    assert said in page
    assert f"/login?level=25&amp;next={review}" in page
    assert 'id="confirm"' not in page
    assert henk.post(review, {"csrf": henk.token("/activate")}).status == 403
    assert wired.mandates.mandate(case_id) is None
    henk.sign_in(level="25")
    assert said not in henk.get(review).body
    assert henk.submit(review, {}).location == f"/activated/{case_id}"


def test_a_service_that_takes_no_part_any_more_keeps_no_other_from_being_activated(
    vera: Person, henk: Person, wired: Wiring
) -> None:
    case_id = _visit(vera)
    review = recognised(henk, case_id)
    portal = wired.catalogue.service(PORTAL_ID)
    wired.catalogue.put_service(replace(portal, mandatable=False))
    assert ">All<" not in henk.get(review).body
    assert henk.submit(review, {}).location == f"/mandates/{case_id}?activated=1"
    wired.catalogue.put_service(portal)
    assert henk.submit(recognised(henk, case_id), {}).location == f"/mandates/{case_id[:-2]}01?activated=1"
