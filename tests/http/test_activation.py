"""Activating over HTTP: who clicks twice, mandates of a day, and what the heading says afterwards."""

from datetime import timedelta

import pytest

from chalicelib.days import midnight_after, today
from chalicelib.mandates.model import Mandate, MandateState, Request
from chalicelib.mandates.ports import MandateStore
from chalicelib.people.pseudonym import PersonId
from chalicelib.wiring import Wiring
from tests.builders import SERVICE_ID
from tests.fakes import Clock
from tests.http.client import Person
from tests.http.journey import ask_for_mandate, code_of, mandate, of_vera, recognised


class LooksTooEarly:
    """The register as a second click sees it: at the first look, what the first click does is not done yet."""

    def __init__(self, store: MandateStore) -> None:
        self._store, self._looked = store, False

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def mandate(self, case_id: str) -> Mandate | None:
        looked, self._looked = self._looked, True
        return self._store.mandate(case_id) if looked else None

    def request(self, represented: PersonId, case_id: str) -> Request | None:
        looked, self._looked = self._looked, True
        return self._store.request(represented, case_id) if looked else None


def test_a_double_click_on_activate_is_one_activation(vera: Person, henk: Person, wired: Wiring) -> None:
    case_id = ask_for_mandate(vera)
    review = recognised(henk, case_id)
    token = henk.token(review)
    first = henk.post(review, {"csrf": token})
    wired.mandates = LooksTooEarly(wired.mandates)  # type: ignore[assignment]
    assert henk.post(review, {"csrf": token}).location == first.location == f"/mandates/{case_id}?activated=1"
    assert vera.get(f"/mandates/{case_id}").body.count("Activated by") == 1


def test_a_second_click_of_somebody_else_gets_nothing(vera: Person, henk: Person, mina: Person, wired: Wiring) -> None:
    case_id = ask_for_mandate(vera)
    reviews = [recognised(person, case_id) for person in (henk, mina)]
    henk.submit(reviews[0], {})
    wired.mandates = LooksTooEarly(wired.mandates)  # type: ignore[assignment]
    assert mina.post(reviews[1], {"csrf": mina.token("/activate")}).status == 410


def test_a_double_click_on_sending_a_request_is_one_request(vera: Person, wired: Wiring) -> None:
    vera.sign_in()
    review = vera.submit(f"/request/{SERVICE_ID}", {"start": "today", "end": "month"}).location
    token = vera.token(review)
    first = vera.post(review, {"csrf": token})
    wired.mandates = LooksTooEarly(wired.mandates)  # type: ignore[assignment]
    assert vera.post(review, {"csrf": token}).location == first.location


@pytest.mark.parametrize("after_midnight", [timedelta(), timedelta(hours=22, minutes=30)])
def test_a_mandate_of_a_day_is_usable_on_its_day_and_not_after(
    vera: Person, henk: Person, wired: Wiring, clock: Clock, after_midnight: timedelta
) -> None:
    midnight = midnight_after(today(clock()))
    clock.now, day = midnight + after_midnight, today(midnight)
    case_id = ask_for_mandate(vera, end="other", end_date=f"{day:%d-%m-%Y}")
    page = vera.get(f"/requests/{case_id}").body
    assert f"{day.day} {day:%B} {day.year}" in page.partition("Mandate code")[2][:200]
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
    assert "Henk Helper may not act for you any more</h1>" in vera.get(f"/mandates/{case_id}").body
    assert "You may not act for Vera van der Gever any more</h1>" in henk.get(f"/mandates/{case_id}").body
