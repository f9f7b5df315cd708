"""Each line of a log says of which function's call it is, and for which request (docs/operations.md)."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from chalice.app import CloudWatchEvent

from chalicelib.catalogue.items import Source
from chalicelib.catalogue.model import EntityId
from chalicelib.jobs import sweeping, watching_health, watching_letters, watching_metadata
from chalicelib.storage.table import page_through
from chalicelib.wiring import Wiring
from local.invocation import call_of
from tests.builders import HENK, VERA
from tests.fakes import Clock, FakeSender
from tests.http.client import Person
from tests.http.journey import ask_for_mandate, deliver, walk_to_mandate
from tests.http.setting import ROOT
from tests.lines import written
from tests.saml.provider import ENTITY_ID

OF_CALL = {"cold_start", "function_name", "function_request_id"}
OF_REQUEST = {*OF_CALL, "correlation_id"}


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    with written() as kept:
        yield kept


def _measured(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]


def test_every_line_of_a_journey_names_its_call_and_its_request(
    vera: Person, henk: Person, lines: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    walk_to_mandate(vera, henk)
    henk.post("/saml/sso", {"SAMLRequest": "nonsense"})
    assert henk.last is not None
    counted = _measured(capsys)
    assert [line["message"] for line in lines if not line.keys() >= OF_REQUEST] == []
    assert [line for line in counted if not line.keys() >= OF_REQUEST] == []
    told = {line["message"] for line in lines}
    assert told >= {"signed_in", "mandate_requested", "letter_printed", "message_refused"}
    assert {name for line in counted for name in line} >= {"SignedIn", "MandateActivated", "LetterPrinted"}
    assert lines[-1]["correlation_id"] == henk.last.headers["X-Correlation-Id"]
    of_letters = {line["function_name"] for line in lines if line["message"] == "letter_printed"}
    assert of_letters == {"digid-machtigen-print_letter"}
    assert not [number for number in (VERA.digits, HENK.digits) if number in repr([lines, counted])]


def test_lines_of_one_call_have_its_id_and_no_other_call_has_it(
    vera: Person, henk: Person, lines: list[dict[str, Any]]
) -> None:
    walk_to_mandate(vera, henk)
    requests = {(line["function_request_id"], line["correlation_id"]) for line in lines}
    calls, correlations = ({one[place] for one in requests} for place in (0, 1))
    assert len(requests) == len(calls), "one call of the application is one request"
    followed = next(line["correlation_id"] for line in lines if line["message"] == "mandate_requested")
    functions = {line["function_name"] for line in lines if line["correlation_id"] == followed}
    assert functions == {"api_handler", "digid-machtigen-print_letter"}, "from the browser through the queue"
    assert len(calls) == len(correlations) + 1


def _a_letter_waits(wired: Wiring, vera: Person) -> None:
    wired.letters = FakeSender()
    ask_for_mandate(vera)
    cast("Clock", wired.clock).forward(hours=1)


def _a_letter_is_lost(wired: Wiring, vera: Person) -> None:
    _a_letter_waits(wired, vera)
    (item,) = [one for part in range(8) for one in page_through(wired.letters_table, f"UNDERWAY#{part}")]
    wired.letters_table.delete(item["pk"], item["sk"])
    cast("Clock", wired.clock).forward(days=1)


def _a_partner_is_silent(wired: Wiring, _: Person) -> None:
    wired.catalogue.keep_version(Source(EntityId(ENTITY_ID), "https://localhost:1/", None), b"<x/>", wired.clock())


def _nobody_answers(wired: Wiring, _: Person) -> None:
    wired.settings = wired.settings.replaced(base_url="https://localhost:1")


@pytest.mark.parametrize(
    ("name", "job", "prepare", "logged"),
    [
        ("sweep_outbox", sweeping, _a_letter_waits, "parcel_swept"),
        ("watch_letters", watching_letters, _a_letter_is_lost, "letter_unaccounted_for"),
        ("watch_metadata", watching_metadata, _a_partner_is_silent, "metadata_not_fetched"),
        ("watch_health", watching_health, _nobody_answers, "health_not_told"),
    ],
)
def test_every_line_of_a_schedule_names_its_call(
    name: str,
    job: Callable[[CloudWatchEvent, Wiring], None],
    prepare: Callable[[Wiring, Person], None],
    logged: str,
    wired: Wiring,
    vera: Person,
    lines: list[dict[str, Any]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    prepare(wired, vera)
    lines.clear()
    capsys.readouterr()
    call = call_of(name)
    job(CloudWatchEvent({**_SCHEDULED}, call), wired)
    counted = _measured(capsys)
    assert logged in {line["message"] for line in lines}
    assert counted
    for line in (*lines, *counted):
        assert (line["function_name"], line["function_request_id"]) == (f"digid-machtigen-{name}", call.aws_request_id)
        assert "cold_start" in line
    deliver()


_SCHEDULED = dict.fromkeys(
    ("version", "account", "region", "detail", "detail-type", "source", "time", "id", "resources")
)

_CALLS = """
import json, sys
from chalice.local import LambdaContext
from {module} import {function}
for number, event in enumerate(json.loads(sys.argv[1])):
    context = LambdaContext("a function", 256, 30_000)
    context.aws_request_id = f"call {{number}}"
    try:
        {function}(event, context)
    except ValueError:
        pass
    print(json.dumps({{"logger": "aws_lambda_powertools" in sys.modules}}), flush=True)
"""


def _asked(method: str) -> dict[str, Any]:
    empty = ("multiValueQueryStringParameters", "pathParameters", "stageVariables", "body")
    context = {"resourcePath": "/", "httpMethod": method, "path": "/", "identity": {}, "requestId": "asked"}
    return {**dict.fromkeys(empty), "path": "/", "headers": {}, "requestContext": context}


_A_LETTER = {"Records": [{"body": "no letter", "receiptHandle": "x"}]}


@pytest.mark.parametrize(
    ("module", "function", "events", "cold"),
    [
        ("app", "app", [_asked("GET"), _asked("PUT"), _asked("PUT")], [[], [False], [False]]),
        ("app", "app", [_asked("PUT"), _asked("PUT")], [[True], [False]]),
        ("chalicelib.jobs", "watch_health", [_SCHEDULED, _SCHEDULED], [[True, True], [False, False]]),
        ("print_vendor.function", "print_letter", [_A_LETTER, _A_LETTER], [[True], [False]]),
        ("print_vendor.function", "set_page", [{}, {}], [[True], [False]]),
    ],
    ids=["a page with nothing to tell first", "a page", "a schedule", "the print vendor", "a page to print"],
)
def test_only_the_first_call_of_a_process_is_a_cold_start(
    module: str, function: str, events: list[dict[str, Any]], cold: list[list[bool]]
) -> None:
    settings = {
        "BASE_URL": "https://localhost:1", "LETTERS_TABLE": "x", "LETTER_BUCKET": "x", "FIELD_KEY": "x",
        "VENDOR_KEYS": "x",
        "AWS_REGION": "eu-west-1", "POWERTOOLS_METRICS_NAMESPACE": "x", "POWERTOOLS_SERVICE_NAME": "x",
        "POWERTOOLS_METRICS_DISABLED": "false",
    }  # fmt: skip
    command = [sys.executable, "-c", _CALLS.format(module=module, function=function), json.dumps(events)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **settings}, capture_output=True, text=True, check=True)
    calls: list[list[dict[str, Any]]] = [[]]
    for line in map(json.loads, done.stdout.splitlines()):
        if "logger" not in line:
            calls[-1].append(line)
            continue
        assert line["logger"] or not calls[-1]
        if module == "app":
            assert line["logger"] is any(calls), "a function that has nothing to tell yet makes no logger"
        calls.append([])
    assert [[line["cold_start"] for line in told] for told in calls[:-1]] == cold
    for number, told in enumerate(calls[:-1]):
        assert {line["function_request_id"] for line in told} <= {f"call {number}"}
