import json
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.errors import NotFound, Unavailable
from chalicelib.health.report import Report, answers, days_left
from chalicelib.settings import ConfigurationError
from operate.keys import new_key_pair
from operate.secrets.values import dated_key


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


def test_the_days_left_are_those_of_the_certificate_in_use() -> None:
    now = datetime.now(UTC)
    used, following = new_key_pair("used", days=20), new_key_pair("next", days=90)
    secret = {"keys": [dated_key(following, now + timedelta(days=5)), dated_key(used, now - timedelta(days=5))]}
    assert days_left(secret, now) == 19
    assert days_left(secret, now + timedelta(days=6)) == 83
    assert days_left({"keys": [dated_key(used, now + timedelta(days=1))]}, now) == 19


@pytest.mark.parametrize(("alive", "days", "status"), [(True, 0, "ok"), (False, 9, "degraded"), (True, -1, "degraded")])
def test_all_is_well_when_all_answers_and_no_certificate_is_over(alive: bool, days: int, status: str) -> None:  # noqa: FBT001
    report = Report({"brp": alive}, {"saml-key": days})
    assert report.well is (status == "ok")
    assert json.loads(report.to_json()) == {
        "status": status,
        "dependencies": {"brp": "ok" if alive else "down"},
        "days_left": {"saml-key": days},
    }
