"""A mandate goes on in two clicks of who gave it, shortly before its end and for a year after."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.audit.trail import Event, Happening
from chalicelib.catalogue.model import ServiceId
from chalicelib.days import today
from chalicelib.mandates.living.changing import suspend
from chalicelib.mandates.model.mandates import Mandate, Way
from chalicelib.mandates.model.requests import RequestState
from chalicelib.people.actor import Citizen
from chalicelib.wiring import Wiring
from tests.builders import PORTAL_ID, SERVICE_ID, VERA
from tests.fakes import Clock, FakeRegister
from tests.http.client import Person
from tests.http.journey import check, deliver, mandate, printed


@pytest.fixture
def case_id(vera: Person, henk: Person) -> str:
    return mandate(vera, henk, end="month")


def _proposed(body: str) -> list[str]:
    return re.findall(r'type="radio" name="period" value="([^"]+)"', body)


def _renewed(wired: Wiring) -> list[Mandate]:
    given = wired.mandates.given(wired.secrets.pseudonyms.person(VERA))
    return [one for one in given if one.consent.way is Way.RENEWED]


def test_it_goes_on_the_day_after_its_end(
    vera: Person, henk: Person, wired: Wiring, clock: Clock, case_id: str
) -> None:
    address = f"/mandates/{case_id}/renew"
    assert f'href="{address}"' in vera.get(f"/mandates/{case_id}").body
    page = vera.get(address).body
    assert "as long as it was" in page
    same, longest = _proposed(page)
    done = vera.submit(address, {"period": same}).location
    start = today(clock()) + timedelta(days=30)
    assert f"Henk Helper may act for you from {start.day} {start:%B %Y}" in vera.get(done).body
    (made,) = _renewed(wired)
    assert made.period.start == start
    assert f'/mandates/{made.case_id}"' in vera.get(f"/mandates/{case_id}").body
    assert f'href="{address}"' not in vera.get(f"/mandates/{case_id}").body
    assert "renewed an earlier mandate" in henk.get(f"/mandates/{made.case_id}").body
    assert longest > same


def test_both_are_told_by_letter(vera: Person, wired: Wiring, case_id: str) -> None:
    deliver()
    address = f"/mandates/{case_id}/renew"
    vera.submit(address, {"period": _proposed(vera.get(address).body)[0]})
    deliver()
    assert len(printed(_renewed(wired)[0].case_id)) == 2


def test_after_its_end_it_goes_on_today(vera: Person, wired: Wiring, clock: Clock, case_id: str) -> None:
    clock.forward(days=100)
    vera.sign_in()
    address = f"/mandates/{case_id}/renew"
    assert f'href="{address}"' in vera.get(f"/mandates/{case_id}").body
    vera.submit(address, {"period": _proposed(vera.get(address).body)[1]})
    (made,) = _renewed(wired)
    assert (made.period.start, made.period.days) == (today(clock()), 365)


def test_renewed_twice_it_is_renewed_once(vera: Person, wired: Wiring, case_id: str) -> None:
    address = f"/mandates/{case_id}/renew"
    page = vera.get(address)
    same, longest = _proposed(page.body)
    token = page.hidden["csrf"]
    answers = [vera.post(address, {"csrf": token, "period": period}).location for period in (same, longest)]
    assert answers[0] == answers[1]
    assert len(_renewed(wired)) == 1
    assert vera.get(address).location == f"/mandates/{_renewed(wired)[0].case_id}"


@pytest.mark.parametrize(
    ("language", "told"),
    [("nl", "Deze diensten zijn uit de machtiging gehaald"), ("en", "were taken out of the mandate")],
)
def test_what_stays_out_of_a_set_is_named_before_it_is_renewed(
    language: str, told: str, vera: Person, henk: Person, wired: Wiring, clock: Clock
) -> None:
    vera.language = language
    case_id = mandate(vera, henk, PORTAL_ID, end="month")
    made = wired.mandates.mandate(case_id)
    assert made is not None
    address = f"/mandates/{case_id}/renew"
    assert told not in vera.get(address).body
    less = replace(made, without=(SERVICE_ID, ServiceId("gone")), version=made.version + 1)
    wired.mandates.change(made, less, Event(Happening.RESTRICTED, clock(), Citizen(made.represented, 20)))
    page = vera.get(address)
    assert told in page.body
    assert {"nl": "Sluizen, Gemeente Ominous", "en": "Locks, Gemeente Ominous"}[language] in page.body
    wrong = vera.post(address, {"csrf": page.hidden["csrf"], "period": ""})
    assert told in wrong.body
    vera.submit(address, {"period": _proposed(page.body)[0]})
    assert [one.without for one in _renewed(wired)] == [less.without]


def test_while_another_mandate_of_theirs_is_suspended_it_is_not_renewed(
    vera: Person, henk: Person, wired: Wiring, clock: Clock, case_id: str
) -> None:
    other = mandate(vera, henk, PORTAL_ID)
    address = f"/mandates/{case_id}/renew"
    period = _proposed(vera.get(address).body)[0]
    suspend(other, store=wired.mandates, now=clock())
    assert f'href="{address}"' not in vera.get(f"/mandates/{case_id}").body
    token = vera.token("/direct")
    for page in (vera.get(address), vera.post(address, {"csrf": token, "period": period})):
        assert page.status == 409
        assert "You cannot mandate this person now" in page.body
    assert _renewed(wired) == []


def test_only_who_gave_it_renews_it(vera: Person, henk: Person, mina: Person, wired: Wiring, case_id: str) -> None:
    address = f"/mandates/{case_id}/renew"
    period = _proposed(vera.get(address).body)[0]
    for person in (henk, mina):
        person.sign_in()
        token = person.token("/activate")
        assert person.get(address).status == 404
        assert person.post(address, {"csrf": token, "period": period}).status == 404
    assert f'href="{address}"' not in henk.get(f"/mandates/{case_id}").body
    assert _renewed(wired) == []


@pytest.mark.parametrize("period", ["", "nonsense", "2031-02-30/2031-03-01", "2031-01-02/2031-01-01"])
def test_what_is_no_choice_is_said_beside_it(vera: Person, wired: Wiring, case_id: str, period: str) -> None:
    answer = vera.submit(f"/mandates/{case_id}/renew", {"period": period})
    assert answer.status == 422
    assert 'id="period-error"' in answer.body
    assert _renewed(wired) == []


def test_over_midnight_the_page_is_too_old(vera: Person, wired: Wiring, clock: Clock, case_id: str) -> None:
    clock.forward(days=100)
    vera.sign_in()
    address = f"/mandates/{case_id}/renew"
    page = vera.get(address)
    clock.forward(days=1)
    vera.sign_in()
    answer = vera.submit(address, {"period": _proposed(page.body)[0]})
    assert answer.status == 409
    assert "The period is not right any more" in answer.body
    assert _renewed(wired) == []


def test_what_was_revoked_is_not_renewed(vera: Person, wired: Wiring, case_id: str) -> None:
    vera.submit(f"/mandates/{case_id}/revoke", {})
    answer = vera.get(f"/mandates/{case_id}/renew")
    assert answer.status == 409
    assert "This mandate cannot be renewed" in answer.body
    assert "/renew" not in vera.get(f"/mandates/{case_id}").body
    assert _renewed(wired) == []


def test_long_before_its_end_nothing_is_offered(vera: Person, henk: Person) -> None:
    long = mandate(vera, henk, end="year")
    assert "/renew" not in vera.get(f"/mandates/{long}").body
    assert vera.get(f"/mandates/{long}/renew").status == 409


def test_a_service_that_was_raised_asks_for_a_higher_level(vera: Person, wired: Wiring, case_id: str) -> None:
    wired.catalogue.put_service(replace(wired.catalogue.service(SERVICE_ID), level=25))
    address = f"/mandates/{case_id}/renew"
    assert vera.get(address).status == 403
    vera.pass_digid(vera.get(f"/login?level=25&next={address}"), "25")
    assert "Henk Helper has to confirm it before it can be used" in vera.get(address).body


def test_while_the_register_is_down_nothing_is_renewed(vera: Person, wired: Wiring, case_id: str) -> None:
    address = f"/mandates/{case_id}/renew"
    page = vera.get(address)
    assert isinstance(wired.people, FakeRegister)
    wired.people.down = True
    form = {"csrf": page.hidden["csrf"], "period": _proposed(page.body)[0]}
    assert vera.get(address).status == vera.post(address, form).status == 503
    assert _renewed(wired) == []


def test_the_language_is_switched_with_what_was_chosen(vera: Person, case_id: str) -> None:
    address = f"/mandates/{case_id}/renew"
    longest = _proposed(vera.get(address).body)[1]
    answer = vera.submit(address, {"period": longest, "language": "nl"})
    assert "Deze machtiging verlengen?" in answer.body
    assert re.search(rf'value="{longest}"\s+id="[^"]+" checked', answer.body)


def _asking(henk: Person, case_id: str) -> str:
    henk.sign_in()
    answer = henk.submit(f"/mandates/{case_id}/ask-again", {})
    assert answer.status == 303, answer.body
    return answer.location.removeprefix("/asked/").partition("?")[0]


def test_who_holds_it_asks_to_go_on_without_filling_anything_in(
    henk: Person, wired: Wiring, clock: Clock, case_id: str
) -> None:
    address = f"/mandates/{case_id}/ask-again"
    assert f'href="{address}"' in henk.get(f"/mandates/{case_id}").body
    asked = _asking(henk, case_id)
    vera = wired.secrets.pseudonyms.person(VERA)
    request = wired.mandates.request(vera, asked)
    assert request is not None
    assert (request.requester.person, request.level) == (wired.secrets.pseudonyms.person(henk.bsn), None)
    assert request.period.start == today(clock()) + timedelta(days=30)
    assert _asking(henk, case_id) == asked


def test_what_passes_its_check_waits_for_the_represented(henk: Person, wired: Wiring, case_id: str) -> None:
    asked = _asking(henk, case_id)
    check()
    request = wired.mandates.request(wired.secrets.pseudonyms.person(VERA), asked)
    assert request is not None
    assert request.state(wired.clock()) is RequestState.WAITING


def test_of_who_is_gone_from_the_register_nothing_is_heard(henk: Person, wired: Wiring, case_id: str) -> None:
    assert isinstance(wired.people, FakeRegister)
    del wired.people.people[VERA]
    asked = _asking(henk, case_id)
    assert henk.get(f"/asked/{asked}").status == 200
    check()
    request = wired.mandates.request(wired.secrets.pseudonyms.person(VERA), asked)
    assert request is not None
    assert request.state(wired.clock()) is RequestState.UNDELIVERABLE
    assert henk.get(f"/asked/{asked}").status == 200


def test_only_who_holds_it_asks_to_go_on(vera: Person, mina: Person, case_id: str) -> None:
    for person in (vera, mina):
        person.sign_in()
        token = person.token("/activate")
        address = f"/mandates/{case_id}/ask-again"
        assert person.get(address).status == person.post(address, {"csrf": token}).status == 404


def test_what_goes_on_already_is_not_asked_for(vera: Person, henk: Person, wired: Wiring, case_id: str) -> None:
    address = f"/mandates/{case_id}/renew"
    vera.submit(address, {"period": _proposed(vera.get(address).body)[0]})
    assert henk.get(f"/mandates/{case_id}/ask-again").location == f"/mandates/{_renewed(wired)[0].case_id}"
