"""Credentials that open nothing, each with a sentence that says what to do. Nothing here reaches the network."""

from pathlib import Path

import pytest

from operate.deploy.account import Account, NotThere
from operate.deploy.stages import Stage

_SIGNED_OUT = """
[profile signed-out]
sso_session = us
sso_account_id = 000000000000
sso_role_name = operator
[sso-session us]
sso_region = eu-west-1
sso_start_url = https://us.example/start
"""


@pytest.fixture(autouse=True)
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config").write_text(_SIGNED_OUT)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)


def _refused(region: str = "eu-west-1") -> str:
    with pytest.raises(NotThere) as refused:
        Account.of(Stage("dev", region))
    return str(refused.value)


def test_no_credentials_at_all() -> None:
    assert _refused().startswith("There are no credentials. Set AWS_PROFILE")


def test_a_profile_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert _refused().startswith("The credentials cannot be used: The config profile (nobody) could not be found.")


def test_half_of_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    assert _refused().startswith("The credentials cannot be used: Partial credentials found")


def test_a_sign_in_that_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "signed-out")
    said = _refused()
    assert said.startswith("The credentials cannot be used: ")
    assert "aws sso login" in said


def test_a_region_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    assert _refused("no region").startswith("AWS does not answer in the region 'no region'")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "https://localhost:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    assert _refused("eu-nowhere-1").startswith("AWS does not answer in the region 'eu-nowhere-1'")
