"""A setting that is missing or wrong stops a function when it is first used, and the log names it."""

import json
from collections.abc import Callable
from time import sleep

import pytest
from chalice.app import CloudWatchEvent, SQSEvent

from chalicelib.jobs import (
    checking,
    hearing_of_letters,
    sweeping,
    watching_health,
    watching_letters,
    watching_metadata,
)
from chalicelib.letters.contract.statuses import LetterStatus, VendorStep
from chalicelib.settings import ConfigurationError, Settings
from chalicelib.wiring import Wiring
from local import aws
from local.invocation import call_of
from print_vendor.function import Vendor, printing
from tests.builders import SERVICE_ID
from tests.fakes import Clock, FakeSender
from tests.http.client import Person
from tests.http.journey import taken
from tests.http.setting import as_function
from tests.http.test_asking import ask_for

_SCHEDULE = dict.fromkeys(
    ("version", "account", "region", "detail", "detail-type", "source", "time", "id", "resources")
)


@pytest.mark.parametrize(
    ("worker", "event", "key"),
    [
        (sweeping, CloudWatchEvent(_SCHEDULE, None), "CHECK_QUEUE"),
        (watching_metadata, CloudWatchEvent(_SCHEDULE, None), "CATALOGUE_TABLE"),
        (watching_health, CloudWatchEvent(_SCHEDULE, None), "BASE_URL"),
    ],
)
def test_a_worker_without_a_setting_stops_and_names_it(
    wired: Wiring, worker: Callable[[object, Wiring], None], event: object, key: str
) -> None:
    without = Wiring(Settings({"AWS_REGION": "eu-west-1"}), wired.clock)
    with pytest.raises(ConfigurationError, match=f"^{key} is missing: "):
        worker(event, without)


@pytest.mark.parametrize(
    ("value", "said"), [("", "LETTER_QUEUE is missing: URL of the queue"), ("x", "LETTER_QUEUE is wrong")]
)
def test_a_page_that_needs_a_setting_says_sorry_and_the_log_names_it(
    wired: Wiring, vera: Person, caplog: pytest.LogCaptureFixture, value: str, said: str
) -> None:
    wired.settings = wired.settings.replaced(letter_queue=value)
    answer = vera.get("/health")
    assert answer.status == 500
    assert "Something went wrong on our side" in answer.body
    assert "LETTER_QUEUE" not in answer.body
    assert said in caplog.text
    assert vera.get("/").status == 200, "what does not need it works"


@pytest.mark.parametrize("value", ["", "x"])
@pytest.mark.parametrize("path", ["/", "/nothing", "/mandates", "/static/site.css"])
def test_without_our_own_address_every_page_says_sorry_too(
    wired: Wiring, vera: Person, caplog: pytest.LogCaptureFixture, path: str, value: str
) -> None:
    wired.settings = wired.settings.replaced(base_url=value)
    answer = vera.get(path)
    assert answer.status == 500
    assert "Er ging iets mis bij ons" in answer.body
    assert "unexpected_error" in caplog.messages
    assert "BASE_URL is " in caplog.text


@pytest.mark.parametrize(
    ("path", "said"), [("/", "Dit kan hier niet"), ("/saml/artifact", "<faultstring>This is not possible here")]
)
def test_without_our_own_address_what_is_not_possible_is_told_too(
    wired: Wiring, vera: Person, caplog: pytest.LogCaptureFixture, path: str, said: str
) -> None:
    wired.settings = wired.settings.replaced(base_url="")
    answer = vera.ask("DELETE", path)
    assert answer.status == 405
    assert said in answer.body
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "BASE_URL is missing" in caplog.text


def test_every_function_works_with_just_the_settings_that_its_template_gives_it(
    wired: Wiring, henk: Person, clock: Clock
) -> None:
    """What is asked for somebody is swept, checked, printed, posted and counted. Deaths have their own test."""
    wired.checks = wired.letters = FakeSender()
    ask_for(henk)
    clock.forward(hours=1)
    sweeping(CloudWatchEvent(_SCHEDULE, None), as_function("SweepOutbox", wired))
    checker = as_function("CheckRequest", wired)
    checker.people = wired.people
    (message,) = taken("checks")
    checking(_event_of(message), checker)
    (message,) = taken()
    printing(_event_of(message), Vendor.of(as_function("PrintLetter", wired).settings.environment, clock, sleep))
    posted = LetterStatus(json.loads(message)["letter_id"], VendorStep.POSTED, clock())
    hearing_of_letters(_event_of(posted.to_json()), as_function("TakeLetterStatus", wired))
    watching_letters(CloudWatchEvent(_SCHEDULE, None), as_function("WatchLetters", wired))
    assert _letters() == ["posted"]


def _event_of(message: str) -> SQSEvent:
    return SQSEvent({"Records": [{"body": message, "receiptHandle": "x"}]}, call_of("check_request"))


def _letters() -> list[str]:
    """Return the state of every letter."""
    rows = aws.client("dynamodb").scan(TableName=f"{aws.NAME}-letters")["Items"]
    return [row["state"]["S"] for row in rows if row["sk"]["S"] == "LETTER"]


def test_an_error_page_gives_a_number_by_which_the_helpdesk_finds_it(wired: Wiring, vera: Person) -> None:
    vera.sign_in()
    wired.people.down = True  # type: ignore[attr-defined]
    answer = vera.submit(f"/request/{SERVICE_ID}", {"start": "today", "end": "max"})
    answer = vera.submit(answer.location, {}) if answer.status == 303 else answer
    assert answer.status == 503
    assert "give this number:" in answer.body
    assert f">{str(answer.headers['X-Correlation-Id'])[:8].upper()}<" in answer.body
    assert "give this number" not in vera.get("/nothing").body, "a mistake in an address needs no helpdesk"


def test_a_secret_that_is_missing_or_no_key_is_told_by_health(wired: Wiring, vera: Person) -> None:
    read = wired.keyring._read
    wired.keyring._read = lambda name: "{}" if name == "saml-digid-key" else read(name)
    answer = vera.get("/health")
    assert answer.status == 503
    told = json.loads(answer.body)
    assert told["dependencies"]["secrets"] == "down"
    assert "saml-digid-key" not in told["days_left"]
    assert told["dependencies"]["register"] == "ok"
