"""From the register's message in its queue to what both people see: what somebody had who died has ended."""

import json

import pytest
from chalice.app import SQSEvent

from chalicelib.jobs import hearing_of_deaths
from chalicelib.mandates.living.leaving import write_death
from chalicelib.mandates.model.mandates import MandateState
from chalicelib.mandates.model.requests import RequestState
from chalicelib.wiring import Wiring
from local import aws
from local.invocation import call_of
from tests import inside
from tests.builders import HENK, MINA, PORTAL_ID, VERA
from tests.http.client import Person
from tests.http.journey import ask_for_mandate, mandate, taken
from tests.http.setting import as_function
from tests.lines import written


def _tell(message: str) -> None:
    sqs = aws.client("sqs")
    url = sqs.get_queue_url(QueueName=f"{aws.NAME}-deaths")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=message, DelaySeconds=0)


def _take(wired: Wiring) -> None:
    for body in taken("deaths"):
        event = SQSEvent({"Records": [{"body": body, "receiptHandle": "x"}]}, call_of("end_at_death"))
        hearing_of_deaths(event, as_function("EndAtDeath", wired))


def test_a_death_that_the_register_tells_ends_what_the_person_had_and_the_other_side_sees_it(
    wired: Wiring, vera: Person, henk: Person
) -> None:
    case_id, open_case = mandate(vera, henk), ask_for_mandate(vera, PORTAL_ID)
    _tell(write_death(VERA))
    with written() as lines:
        _take(wired)
    kept = wired.mandates.mandate(case_id)
    request = wired.mandates.request(wired.secrets.pseudonyms.person(VERA), open_case)
    assert (kept is not None, request is not None) == (True, True)
    assert kept is not None
    assert request is not None
    assert (kept.state(wired.clock()), request.state(wired.clock())) == (
        MandateState.ENDED,
        RequestState.UNDELIVERABLE,
    )
    assert "may not act" in henk.get(f"/mandates/{case_id}").body
    assert "revoke" not in henk.get(f"/mandates/{case_id}").body
    assert {line["function_name"] for line in lines} == {"digid-machtigen-end_at_death"}
    assert not any(secret in json.dumps(lines) for secret in (VERA.digits, wired.secrets.pseudonyms.person(VERA)))


def test_a_death_of_who_has_nothing_here_is_taken(wired: Wiring) -> None:
    _tell(write_death(MINA))
    _take(wired)
    assert not inside.queue("deaths")._messages


def test_what_is_no_message_of_a_death_goes_back_and_is_told_without_its_text(wired: Wiring) -> None:
    _tell(f"{HENK.digits} has died")
    with written() as lines, pytest.raises(ValueError, match="no message of a death"):
        _take(wired)
    assert [(line["message"], line["error"]) for line in lines] == [("death_not_taken", "ValueError")]
    assert HENK.digits not in json.dumps(lines)
