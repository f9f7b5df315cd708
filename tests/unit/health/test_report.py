import json
import threading
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.budget import Budget, within
from chalicelib.errors import NotFound, Unavailable
from chalicelib.health.report import Report, answers, ask_all, days_left
from chalicelib.settings import ConfigurationError
from provisioning.keys import new_key_pair
from provisioning.secrets import dated_key


def _raises(error: Exception) -> object:
    raise error


def test_what_is_not_there_has_answered_and_an_outage_has_not() -> None:
    assert answers(lambda: None)
    assert answers(lambda: _raises(NotFound("x")))
    assert not answers(lambda: _raises(Unavailable("x")))
    assert not answers(lambda: _raises(OSError()))


def test_a_setting_that_is_wrong_is_no_outage() -> None:
    with pytest.raises(ConfigurationError):
        answers(lambda: _raises(ConfigurationError("BRP_URL is missing")))


def test_who_is_silent_takes_nobody_elses_turn() -> None:
    never = threading.Event()
    with within(Budget(0.6, lambda: 0.0)):
        assert ask_all({"brp": never.wait, "kms": lambda: None}) == {"brp": False, "kms": True}
    never.set()


def test_the_days_left_are_those_of_the_certificate_in_use() -> None:
    now = datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC)
    used, following = new_key_pair("used", days=20, now=now), new_key_pair("next", days=90, now=now)
    secret = {"keys": [dated_key(following, now + timedelta(days=5)), dated_key(used, now - timedelta(days=5))]}
    assert days_left(secret, now) == 20
    assert days_left(secret, now + timedelta(seconds=1)) == 19
    assert days_left(secret, now + timedelta(days=6)) == 84
    assert days_left(secret, now + timedelta(days=91)) == -1
    assert days_left({"keys": [dated_key(used, now + timedelta(days=1))]}, now) == 20


@pytest.mark.parametrize(("alive", "days", "status"), [(True, 0, "ok"), (False, 9, "degraded"), (True, -1, "degraded")])
def test_all_is_well_when_all_answers_and_no_certificate_is_over(alive: bool, days: int, status: str) -> None:  # noqa: FBT001
    report = Report({"brp": alive}, {"saml-key": days})
    assert report.well is (status == "ok")
    assert json.loads(report.to_json()) == {
        "status": status,
        "dependencies": {"brp": "ok" if alive else "down"},
        "days_left": {"saml-key": days},
    }
