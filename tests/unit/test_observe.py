import json
import random
from typing import Any

import pytest

from chalicelib.mandates.codes import generate, grouped
from chalicelib.observe import Metric, correlation_id, count, follow, log, masked


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
