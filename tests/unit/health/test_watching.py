import json

import pytest
import urllib3

from chalicelib.errors import Unavailable
from chalicelib.health.watching import watch_dependencies


@pytest.fixture(autouse=True)
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "tests")


def _measured(told: bytes | Exception, capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    def fetch(address: str) -> bytes:
        assert address == "https://x/health"
        if isinstance(told, Exception):
            raise told
        return told

    watch_dependencies("https://x", fetch)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return {name: line[name][0] for line in lines for name in line if "_aws" in line and name[0].isupper()}


def test_what_is_down_and_the_first_end_are_measured(capsys: pytest.CaptureFixture[str]) -> None:
    told = {"dependencies": {"brp": "down", "secrets": "ok"}, "days_left": {"saml-key": 40, "digid": 12}}
    assert _measured(json.dumps(told).encode(), capsys) == {"DependencyDown": 1, "CertificateDaysLeft": 12}


def test_when_all_is_well_that_is_measured_too(capsys: pytest.CaptureFixture[str]) -> None:
    told = {"dependencies": {"brp": "ok"}, "days_left": {"digid": 12}}
    assert _measured(json.dumps(told).encode(), capsys) == {"DependencyDown": 0, "CertificateDaysLeft": 12}


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"[]",
        b"<html>",
        b'{"dependencies": {}}',
        b'{"dependencies": 3, "days_left": {}}',
        urllib3.exceptions.HTTPError(),
        Unavailable("health"),
    ],
)
def test_when_nothing_is_told_something_is_down(told: bytes | Exception, capsys: pytest.CaptureFixture[str]) -> None:
    assert _measured(told, capsys) == {"DependencyDown": 1}
