"""Leaving less of a mandate, and ending several, over HTTP: for either side, and for nobody else."""

import re
from collections.abc import Mapping
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest

from chalicelib.audit.trail import Event
from chalicelib.catalogue.model import Relation, ServiceId
from chalicelib.days import today
from chalicelib.errors import Unavailable
from chalicelib.mandates.living.changing import suspend
from chalicelib.mandates.model.mandates import Mandate, MandateState
from chalicelib.mandates.model.notices import Notice
from chalicelib.wiring import Wiring
from tests.builders import PORTAL_ID, SERVICE_ID, a_service
from tests.fakes import Clock
from tests.http.client import Answer, Person
from tests.http.journey import ask_for_mandate, mandate

TAXES, MOVING, BENEFITS = SERVICE_ID, ServiceId("4" * 32), ServiceId("5" * 32)


@pytest.fixture(autouse=True)
def more_services(wired: Wiring) -> None:
    """Put two more services behind the portal."""
    portal = (Relation(PORTAL_ID),)
    for number, (service_id, name) in enumerate(((MOVING, "Move"), (BENEFITS, "Benefits")), 10):
        named = {"nl": name, "en": name}
        wired.catalogue.put_service(a_service(service_id=service_id, index=number, name=named, behind=portal))


def _kept(wired: Wiring, case_id: str) -> Mandate:
    found = wired.mandates.mandate(case_id)
    assert found is not None
    return found


def _restrict(person: Person, case_id: str, fields: Mapping[str, str]) -> Answer:
    """Fill in the form, see what it comes to, and confirm."""
    chosen = person.submit(f"/mandates/{case_id}/restrict", fields)
    assert chosen.status == 303, chosen.body
    return person.submit(chosen.location, {})


@pytest.mark.parametrize("side", ["vera", "henk"])
def test_either_side_leaves_less_of_a_mandate_and_sees_before_what_it_comes_to(
    request: pytest.FixtureRequest, side: str, vera: Person, henk: Person, wired: Wiring, clock: Clock
) -> None:
    case_id, person = mandate(vera, henk, PORTAL_ID, end="month"), request.getfixturevalue(side)
    last = today(clock()) + timedelta(days=3)
    chosen = person.submit(f"/mandates/{case_id}/restrict", {"end_date": f"{last:%d-%m-%Y}", f"service-{MOVING}": "1"})
    before, after = person.get(chosen.location).body.split("As it will be")
    assert "Move" in before
    stays, stops = after.split("Stops")
    assert ("Locks" in stays, "Move" in stays, "Move" in stops) == (True, False, True)
    assert _kept(wired, case_id).without == ()
    assert person.submit(chosen.location, {}).location == f"/mandates/{case_id}"
    kept = _kept(wired, case_id)
    page = person.get(f"/mandates/{case_id}").body
    assert "Move" in page.partition("Not for these any more")[2]
    assert "Restricted by you" in person.get(f"/mandates/{case_id}").body
    assert (kept.period.end, kept.without, kept.state(clock())) == (last, (MOVING,), MandateState.ACTIVE)
    assert "Move" not in person.get(f"/mandates/{case_id}/restrict").body


def test_a_service_of_its_own_only_ends_earlier(vera: Person, henk: Person, wired: Wiring, clock: Clock) -> None:
    case_id = mandate(vera, henk, end="month")
    assert "checkbox" not in vera.get(f"/mandates/{case_id}/restrict").body
    _restrict(vera, case_id, {"end_date": f"{today(clock()):%d-%m-%Y}"})
    assert _kept(wired, case_id).period.end == today(clock())


def test_what_somebody_looks_over_is_not_called_an_error(vera: Person, henk: Person) -> None:
    case_id = mandate(vera, henk, PORTAL_ID)
    chosen = vera.submit(f"/mandates/{case_id}/restrict", {f"service-{TAXES}": "1"})
    assert "<title>Do you want to change this?" in vera.get(chosen.location).body


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "Fill in an earlier end date, or tick"),
        ({"end_date": "31-12-2999"}, "ends before this day already"),
        ({"end_date": "01-01-2020"}, "before the start date"),
        ({"end_date": "tomorrow"}, "as day-month-year"),
        ({"end_date": "30-02-2999"}, "does not exist"),
        ({f"service-{one}": "1" for one in (TAXES, MOVING, BENEFITS)}, "Then nothing is left"),
    ],
)
def test_what_leaves_nothing_less_or_nothing_at_all_is_told_beside_the_field(
    fields: dict[str, str], told: str, vera: Person, henk: Person, wired: Wiring
) -> None:
    case_id = mandate(vera, henk, PORTAL_ID)
    before = _kept(wired, case_id)
    answer = vera.submit(f"/mandates/{case_id}/restrict", fields)
    assert (answer.status, answer.body.count(told)) == (422, 2)
    assert _kept(wired, case_id) == before


def test_confirming_twice_is_confirming_once(vera: Person, henk: Person, wired: Wiring) -> None:
    case_id = mandate(vera, henk, PORTAL_ID)
    for _ in range(2):
        assert _restrict(vera, case_id, {f"service-{TAXES}": "1"}).status == 303
    confirm = f"/mandates/{case_id}/restrict/confirm"
    assert vera.submit(confirm, {}).status == 303
    assert _kept(wired, case_id).version == 3


def test_what_was_ticked_is_there_again_in_another_language_and_after_signing_in_again(
    vera: Person, henk: Person, clock: Clock
) -> None:
    case_id = mandate(vera, henk, PORTAL_ID)
    path, fields = f"/mandates/{case_id}/restrict", {"end_date": "soon", f"service-{TAXES}": "1"}
    dutch = vera.submit(path, {**fields, "language": "nl"}).body
    assert "Deze machtiging beperken" in dutch
    assert dutch.count(" checked") == 1
    token = vera.token(path)
    clock.forward(minutes=20)
    assert vera.post(path, {"csrf": token, **fields}).status == 401
    vera.sign_in()
    again = vera.get(path).body
    assert again.count(" checked") == 1
    assert 'value="soon"' in again


@pytest.mark.parametrize("page", ["restrict", "restrict/confirm"])
def test_a_mandate_of_others_cannot_be_restricted_and_looks_as_if_it_were_not_there(
    page: str, vera: Person, henk: Person, mina: Person
) -> None:
    case_id = mandate(vera, henk)
    mina.sign_in()
    path = f"/mandates/{case_id}/{page}"
    theirs, none = mina.get(path), mina.get(f"/mandates/{'0' * 32}/{page}")
    assert (theirs.status, theirs.anonymous) == (404, none.anonymous)
    token = mina.token("/mandates/end")
    assert mina.post(path, {"csrf": token, "end_date": "01-01-2030"}).status == 404


def test_what_was_revoked_meanwhile_is_not_restricted_and_that_is_said(vera: Person, henk: Person) -> None:
    case_id = mandate(vera, henk, PORTAL_ID)
    chosen = vera.submit(f"/mandates/{case_id}/restrict", {f"service-{TAXES}": "1"})
    token = vera.token(chosen.location)
    henk.submit(f"/mandates/{case_id}/revoke", {})
    told = vera.post(chosen.location, {"csrf": token})
    assert (told.status, "This mandate has ended" in told.body) == (409, True)


def test_what_leaves_nothing_as_the_other_took_the_rest_away_meanwhile_is_told_beside_the_field(
    vera: Person, henk: Person, wired: Wiring
) -> None:
    case_id = mandate(vera, henk, PORTAL_ID)
    chosen = vera.submit(f"/mandates/{case_id}/restrict", {f"service-{TAXES}": "1"})
    token = vera.token(chosen.location)
    _restrict(henk, case_id, {f"service-{MOVING}": "1", f"service-{BENEFITS}": "1"})
    told = vera.post(chosen.location, {"csrf": token})
    assert (told.status, told.body.count("Then nothing is left"), told.body.count(" checked")) == (422, 2, 1)
    assert TAXES not in _kept(wired, case_id).without


@pytest.mark.parametrize("side", ["vera", "henk"])
def test_what_is_stopped_for_now_ends_no_earlier_and_that_is_told_beside_the_field(
    request: pytest.FixtureRequest, side: str, vera: Person, henk: Person, wired: Wiring, clock: Clock
) -> None:
    case_id, person = mandate(vera, henk, end="month"), request.getfixturevalue(side)
    path, fields = f"/mandates/{case_id}/restrict", {"end_date": f"{today(clock()):%d-%m-%Y}"}
    token = person.token(person.submit(path, fields).location)
    suspended = suspend(case_id, store=wired.mandates, now=clock())
    for told in (person.submit(path, fields), person.post(f"{path}/confirm", {"csrf": token})):
        assert (told.status, told.body.count("Until that is done it keeps its end date")) == (422, 2)
    assert _kept(wired, case_id) == suspended


def _cases(*case_ids: str) -> str:
    return urlencode([("case", one) for one in case_ids])


def test_several_mandates_end_at_once_when_each_was_named(
    vera: Person, henk: Person, mina: Person, wired: Wiring, clock: Clock
) -> None:
    first, second = mandate(vera, henk), mandate(vera, mina, PORTAL_ID)
    review = vera.get(f"/mandates/end?{_cases(first, second)}")
    for told in ("Revoke 2 mandates?", "Locks", "All,", "Henk", "Mina"):
        assert told in review.body
    done = vera.post("/mandates/end", review.hidden)
    assert done.status == 303
    page = vera.get(done.location).body
    for told in ("They have ended", "Henk Helper acted for you", "Mina Mantelzorg acted for you"):
        assert told in page
    assert {_kept(wired, one).state(clock()) for one in (first, second)} == {MandateState.REVOKED}
    assert "Nothing is chosen" in vera.get(f"/mandates/end?{_cases(first, second)}").body
    (switch,) = re.findall(r'href="(\?[^"]*lang=nl)"', page)
    assert "Dit is gestopt" in vera.get(f"/mandates/end/done{unescape(switch)}").body


def test_one_that_does_not_end_is_told_and_the_others_end(
    vera: Person, henk: Person, wired: Wiring, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, fine = mandate(vera, henk), mandate(vera, henk, PORTAL_ID)
    change = wired.mandates.change

    def breaking(of: Mandate, new: Mandate, event: Event, *due: Notice) -> None:
        if of.case_id == broken:
            raise Unavailable("dynamodb")
        change(of, new, event, *due)

    review = vera.get(f"/mandates/end?{_cases(broken, fine)}")
    with monkeypatch.context() as while_down:
        while_down.setattr(wired.mandates, "change", breaking)
        done = vera.post("/mandates/end", review.hidden)
    page = vera.get(done.location).body
    again, ended = page.split("These have ended")
    assert ("Locks" in again, "All," in ended) == (True, True)
    assert [_kept(wired, one).state(clock()) for one in (broken, fine)] == [MandateState.ACTIVE, MandateState.REVOKED]
    again_asked = vera.get(f"/mandates/end?{_cases(broken)}")
    assert "They have ended" in vera.get(vera.post("/mandates/end", again_asked.hidden).location).body


def test_mandates_of_others_do_not_end_and_are_not_named(
    vera: Person, henk: Person, mina: Person, wired: Wiring
) -> None:
    case_id = mandate(vera, henk)
    before = _kept(wired, case_id)
    mina.sign_in()
    for path in ("/mandates/end", "/mandates/end/done"):
        assert mina.get(f"{path}?{_cases(case_id, 'x')}").anonymous == mina.get(f"{path}?{_cases('y')}").anonymous
    token = mina.token("/mandates/end")
    assert mina.post("/mandates/end", {"csrf": token, "cases": f"{case_id} x"}).status == 303
    assert _kept(wired, case_id) == before


def test_what_was_chosen_to_end_is_there_in_another_language_and_after_signing_in_again(
    vera: Person, henk: Person, clock: Clock
) -> None:
    case_id = mandate(vera, henk)
    review = vera.get(f"/mandates/end?{_cases(case_id)}")
    dutch = vera.post("/mandates/end", {**review.hidden, "language": "nl"})
    assert "1 machtiging intrekken?" in vera.get(dutch.location).body
    clock.forward(minutes=20)
    assert vera.post("/mandates/end", review.hidden).status == 401
    vera.sign_in()
    assert "1 machtiging intrekken?" in vera.get("/mandates/end").body


def test_nobody_is_asked_to_end_what_is_no_mandate_yet(vera: Person) -> None:
    case_id = ask_for_mandate(vera, SERVICE_ID)
    assert "Nothing is chosen" in vera.get(f"/mandates/end?{_cases(case_id)}").body
