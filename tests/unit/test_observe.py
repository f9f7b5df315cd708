import json
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from aws_lambda_powertools import Logger
from chalice.local import LambdaContext

from chalicelib import observe
from chalicelib.deadline import at_once, in_time
from chalicelib.mandates.model.codes import generate, grouped
from chalicelib.observe import Metric, begin_call, correlation_id, count, follow, log, masked
from tests.lines import written


@pytest.fixture(autouse=True)
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "tests")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("BSN 900100084.", "BSN [number]."),
        ("a900100084 90010008 9001000845 1.900100084", "a900100084 90010008 9001000845 1.900100084"),
        ("urn:nl:00000009999999990001:entities", "urn:nl:00000009999999990001:entities"),
        (grouped(generate(random.Random(5).randrange)), "[code]"),
        ("(QRST-VWXZ)", "([code])"),
        ("1748d725-2345-6789-2345-62cf57f0f2ca", "1748d725-2345-6789-2345-62cf57f0f2ca"),
        ("bad <samlp:Response ID='x'>900100084", "bad [message]"),
        ("<?xml version='1.0'?><x/>", "[message]"),
        ("2026-11-24T12:00:00+00:00", "2026-11-24T12:00:00+00:00"),
        ("0f8fad5b-d9cb-469f-a165-70867728950e", "0f8fad5b-d9cb-469f-a165-70867728950e"),
    ],
)
def test_what_looks_like_a_number_a_code_or_a_message_is_masked(text: str, shown: str) -> None:
    assert masked(text) == shown
    assert masked({"a": [text, {"b": (text,)}]}) == {"a": [shown, {"b": [shown]}]}


def test_a_line_is_json_with_a_name_an_id_and_nothing_that_was_masked(caplog: pytest.LogCaptureFixture) -> None:
    follow("the request")
    try:
        int("900100084 in an exception")
    except ValueError:
        log().exception("unexpected_error", error="ValueError", number="900100084")
    line = json.loads(log().registered_formatter.format(caplog.records[-1]))
    assert (line["message"], line["level"], line["correlation_id"]) == ("unexpected_error", "ERROR", "the request")
    assert "[number] in an exception" in line["exception"]
    assert "900100084" not in json.dumps(line)


def test_lines_are_masked_whoever_made_a_logger_of_that_name_first(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "shared")
    Logger(location=None).info("of somebody else")
    observe._logger.cache_clear()
    try:
        log().info("event", number="900100084")
        line = json.loads(log().registered_formatter.format(caplog.records[-1]))
        assert (line["message"], line["number"]) == ("event", "[number]")
    finally:
        observe._logger.cache_clear()


def test_a_metric_is_a_line_in_the_embedded_format_that_belongs_to_its_request(
    capsys: pytest.CaptureFixture[str],
) -> None:
    follow("the request")
    count(Metric.OLDEST_UNSENT_LETTER, 12.5)
    line = _last(capsys)
    assert line["_aws"]["CloudWatchMetrics"] == [
        {
            "Namespace": "tests",
            "Dimensions": [["service"]],
            "Metrics": [{"Name": "OldestUnsentLetter", "Unit": "Seconds"}],
        }
    ]
    assert (line["OldestUnsentLetter"], line["service"], line["correlation_id"]) == ([12.5], "tests", "the request")
    follow(None)
    assert correlation_id() is None


def _call(number: int) -> LambdaContext:
    made = LambdaContext("a function", 256)
    made.aws_request_id = f"call {number}"
    return made


def test_each_line_and_each_metric_names_the_call_and_nothing_of_the_call_before(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with written() as lines:
        begin_call(_call(1), "a request")
        follow("a letter")
        log().info("parcel_swept", parcel_id="x")
        count(Metric.SIGNED_IN)
        begin_call(_call(2))
        log().info("certificates_seen")
        begin_call(None)
        log().info("form_kept")
    assert [
        (line.get("function_name"), line.get("function_request_id"), line.get("correlation_id"), line.get("parcel_id"))
        for line in (*lines, _last(capsys))
    ] == [
        ("a function", "call 1", "a letter", "x"),
        ("a function", "call 2", None, None),
        (None, None, None, None),
        ("a function", "call 1", "a letter", None),
    ]
    assert not any(line["cold_start"] for line in lines[1:]), "only a process's first call is one"


def test_calls_at_the_same_time_do_not_mix_their_lines() -> None:
    """As on a laptop; and what a call does in threads of its own belongs to it."""
    together = threading.Barrier(8, timeout=5)

    def answer(number: int) -> None:
        begin_call(_call(number), f"request {number}")
        together.wait()
        in_time(5, "brp", lambda: log().info("in_time", number=number))
        at_once(5, 2, [lambda: log().info("at_once", number=number)])

    with written() as lines, ThreadPoolExecutor(8) as pool:
        list(pool.map(answer, range(8)))
    assert len(lines) == 16
    for line in lines:
        number = line["number"]
        assert (line["function_request_id"], line["correlation_id"]) == (f"call {number}", f"request {number}")


def test_a_line_is_found_from_the_trace_that_lambda_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0")
    with written() as lines:
        log().info("form_kept")
    assert lines[0]["xray_trace_id"] == "1-5759e988-bd862e3fe1be46a994272793"


def test_nothing_is_counted_where_that_is_switched_off(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "true")
    count(Metric.SIGNED_IN)
    assert capsys.readouterr().out == ""


def test_every_metric_says_what_it_means() -> None:
    assert len({metric.meaning for metric in Metric}) == len(Metric)
    assert {metric.unit for metric in Metric} == {"Count", "Seconds"}


def _last(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    return dict(json.loads(capsys.readouterr().out.splitlines()[-1]))
