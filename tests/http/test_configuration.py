"""A setting that is missing or wrong stops a function when it is first used, and the log names it."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from chalice.app import CloudWatchEvent

from chalicelib.jobs import sweeping, watching_health, watching_metadata
from chalicelib.settings import ConfigurationError, Settings
from chalicelib.wiring import Wiring
from local import aws
from tests.builders import SERVICE_ID
from tests.fakes import FakeSender
from tests.http.client import Person
from tests.http.journey import ask_for_mandate, deliver

_SCHEDULE = dict.fromkeys(
    ("version", "account", "region", "detail", "detail-type", "source", "time", "id", "resources")
)


@pytest.mark.parametrize(
    ("worker", "event", "key"),
    [
        (sweeping, CloudWatchEvent(_SCHEDULE, None), "LETTERS_TABLE"),
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


def test_a_function_works_with_just_the_settings_that_its_template_gives_it(wired: Wiring, vera: Person) -> None:
    """The letter was written down and not sent; the sweeper, which knows three settings of ours, sends it."""
    wired.letters = FakeSender()
    ask_for_mandate(vera)
    assert _letters() == ["checked"]
    known = ("LETTERS_TABLE", "LETTER_QUEUE", "CHECK_QUEUE", "AWS_REGION")
    only = {key: wired.settings.environment[key] for key in known}
    sweeping(CloudWatchEvent(_SCHEDULE, None), Wiring(Settings(only), lambda: wired.clock() + timedelta(hours=1)))
    assert _letters() == ["queued"]
    deliver()
    assert _letters() == ["printed"]


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
