"""From the transaction that asks for another, through outbox and queue, to the function that makes the check."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest
from chalice.app import CloudWatchEvent

from chalicelib.errors import Unavailable
from chalicelib.jobs import sweeping
from chalicelib.mandates.for_another.asking import ask_for
from chalicelib.mandates.for_another.check_queue import SealedCheck
from chalicelib.mandates.model.cases import VisitId
from chalicelib.mandates.model.requests import RequestState
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.people.actor import Citizen
from chalicelib.people.birth_date import BirthDate
from chalicelib.wiring import Wiring
from local.events import _schedule_event
from local.invocation import call_of
from tests import inside
from tests.asking import a_plea, a_visit
from tests.builders import HENK, SERVICE_ID, VERA, VERA_BORN, a_period, some_bsns
from tests.fakes import Clock, FakeRegister, FakeSender
from tests.http.journey import check, check_one, taken
from tests.lines import written

Ask = Callable[..., VisitId]
WRONG = BirthDate("1948-03-13")


@pytest.fixture
def ask(wired: Wiring) -> Ask:
    """Return what lets somebody, Henk unless another is named, ask for Vera."""

    def asking(number: int = 0, **changes: object) -> VisitId:
        service, now = wired.catalogue.service(SERVICE_ID), wired.clock()
        wanted = (WantedService(service, a_period(now.date())),)
        plea = a_plea(visit_id=a_visit(number), wanted=wanted, **changes)
        ask_for(
            replace(plea, by=Citizen(wired.secrets.pseudonyms.person(plea.bsn), 20)),
            store=wired.mandates,
            people=wired.people,
            tries=wired.tries,
            checks=wired.checks,
            secrets=wired.secrets,
            now=now,
        )
        return plea.visit_id

    return asking


def _state(wired: Wiring, visit: VisitId) -> RequestState:
    (request,) = wired.mandates.requests(wired.secrets.pseudonyms.person(VERA), visit)
    return request.state(wired.clock())


def test_what_is_asked_is_in_the_queue_at_once_and_nothing_of_it_can_be_read_there(ask: Ask) -> None:
    visit = ask()
    (body,) = taken("checks")
    assert SealedCheck.from_json(body).check_id == visit
    assert not any(secret in body for secret in (VERA.digits, HENK.digits, VERA_BORN.iso))


def test_the_function_makes_the_check_and_a_letter_is_in_its_queue(wired: Wiring, ask: Ask) -> None:
    visit = ask()
    with written() as lines:
        check()
    assert _state(wired, visit) is RequestState.WAITING
    assert len(inside.queue("letters")._messages) == 1
    assert {line["function_name"] for line in lines} == {"digid-machtigen-check_request"}
    assert not any(secret in json.dumps(lines) for secret in (VERA.digits, HENK.digits, "Henk", "Vera"))


def test_a_message_that_comes_twice_changes_nothing(wired: Wiring, ask: Ask) -> None:
    visit = ask()
    (body,) = taken("checks")
    for _ in range(2):
        check_one(body)
    assert _state(wired, visit) is RequestState.WAITING
    assert len(inside.queue("letters")._messages) == 1


def test_what_is_left_in_the_outbox_the_sweeper_sends(wired: Wiring, ask: Ask) -> None:
    wired.checks = FakeSender()
    visit = ask()
    assert not inside.queue("checks")._messages
    cast("Clock", wired.clock).forward(minutes=1)
    sweeping(CloudWatchEvent(_schedule_event("sweep_outbox"), call_of("sweep_outbox")), wired)
    check()
    assert _state(wired, visit) is RequestState.WAITING


def test_a_check_is_put_off_as_a_new_message_for_as_long_as_the_window_lasts(wired: Wiring, ask: Ask) -> None:
    people = cast("FakeRegister", wired.people).people
    strangers = some_bsns(3)
    for number, stranger in enumerate(strangers, start=1):
        people[stranger] = people[HENK]
        ask(number, bsn=stranger, born=WRONG)
    check()
    visit = ask()
    cast("Clock", wired.clock).forward(minutes=5)
    with written() as lines:
        check()
    assert _state(wired, visit) is RequestState.CHECKING
    assert [line["case_id"] for line in lines if line["message"] == "check_put_off"] == [visit]
    (message,) = inside.queue("checks")._messages
    assert 590 < message.delayed_until / 1000 - message.sent_timestamp / 1000 < 610
    cast("Clock", wired.clock).forward(minutes=10)
    check_one(message.body)
    assert _state(wired, visit) is RequestState.WAITING


def test_while_the_register_is_down_the_message_goes_back(wired: Wiring, ask: Ask) -> None:
    visit, register = ask(), cast("FakeRegister", wired.people)
    (body,) = taken("checks")
    register.down = True
    with written() as lines, pytest.raises(Unavailable):
        check_one(body)
    assert lines[-1]["message"] == "check_not_made"
    assert (lines[-1]["case_id"], lines[-1]["error"]) == (visit, "Unavailable")
    register.down = False
    check_one(body)
    assert _state(wired, visit) is RequestState.WAITING


@pytest.mark.parametrize("body", ["", "{}", "[]", '{"check_id": "x", "sealed": "!"}', '{"check_id": 1}', "null"])
def test_a_message_that_is_none_is_refused_without_being_quoted(body: str, wired: Wiring) -> None:  # noqa: ARG001
    with written() as lines, pytest.raises(ValueError, match=r"^no message of a check$"):
        check_one(body)
    (line,) = lines
    assert (line["message"], line["error"]) == ("check_not_made", "ValueError")


def test_what_was_sealed_for_another_check_does_not_open(wired: Wiring, ask: Ask) -> None:
    visit = ask()
    (body,) = taken("checks")
    other = SealedCheck(a_visit(9), SealedCheck.from_json(body).sealed)
    with pytest.raises(ValueError, match="does not open"):
        check_one(other.to_json())
    assert _state(wired, visit) is RequestState.CHECKING


def test_what_expired_before_it_was_sent_is_not_sent(wired: Wiring, ask: Ask) -> None:
    wired.checks = FakeSender()
    ask()
    cast("Clock", wired.clock).now += timedelta(days=90)
    assert wired.outbox.sweep(wired.clock()) == 1
    assert not inside.queue("checks")._messages
