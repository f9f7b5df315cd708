"""Secrets rotate by adding and retiring, and nothing is ever overwritten or shown."""

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.catalogue.model import MOST_REQUEST_DAYS
from chalicelib.days import today
from chalicelib.keyring import STALE
from chalicelib.mandates.model.period import Period
from chalicelib.mandates.model.validity import outer_limit
from local import aws
from operate.secrets.__main__ import main
from operate.secrets.rotation import PEPPER_KEPT, Refused, add_key, add_pepper, ids, in_use, retire
from operate.secrets.store import create_missing, has_value, read
from operate.secrets.vendor import KEPT, retire_vendor_key
from provisioning.keys import new_key_pair, new_vendor_key, public_part
from provisioning.secrets import KEYS, MADE_HERE, NAMES, PUBLIC_KEYS, dated_key

NOW = datetime(2031, 5, 17, tzinfo=UTC)
PREFIX = "digid-machtigen-dev"


@pytest.fixture
def manager(cloud: None) -> Any:  # noqa: ANN401, ARG001 - boto3 client
    made = aws.client("secretsmanager")
    for name in NAMES:
        made.create_secret(Name=f"{PREFIX}/{name}")
    yield made
    for name in NAMES:
        made.delete_secret(SecretId=f"{PREFIX}/{name}", ForceDeleteWithoutRecovery=True)


@pytest.fixture
def stage(tmp_path: Path) -> list[str]:
    (tmp_path / "dev.yaml").write_text("region: eu-west-1\nparameters: {BrpUrl: https://brp}")
    return ["dev", "--stage-file", str(tmp_path / "dev.yaml")]


def test_what_is_missing_is_made_once_and_the_registers_key_is_not_ours_to_make(manager: Any) -> None:  # noqa: ANN401
    assert create_missing(manager, PREFIX) == list(MADE_HERE)
    made = {name: read(manager, f"{PREFIX}/{name}") for name in MADE_HERE}
    assert create_missing(manager, PREFIX) == []
    assert {name: read(manager, f"{PREFIX}/{name}") for name in MADE_HERE} == made
    assert not has_value(manager, f"{PREFIX}/brp-key")


def test_only_what_is_missing_is_made(manager: Any) -> None:  # noqa: ANN401
    manager.put_secret_value(SecretId=f"{PREFIX}/person-key", SecretString='{"key": "kept"}')
    assert "person-key" not in create_missing(manager, PREFIX)
    assert read(manager, f"{PREFIX}/person-key") == {"key": "kept"}


def test_two_first_deploys_at_once_keep_the_values_of_the_first(manager: Any) -> None:  # noqa: ANN401
    class SawNothing:
        """Secrets Manager as the slower operator saw it: empty a moment ago."""

        put_secret_value = staticmethod(manager.put_secret_value)

        def __init__(self) -> None:
            self.looked_at: set[str] = set()

        def get_secret_value(self, **asked: str) -> Any:  # noqa: ANN401
            if asked["SecretId"] in self.looked_at:
                return manager.get_secret_value(**asked)
            self.looked_at.add(asked["SecretId"])
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetSecretValue")

    create_missing(manager, PREFIX)
    made = {name: read(manager, f"{PREFIX}/{name}") for name in MADE_HERE}
    # What is made of a key that is there already is the same once more.
    assert set(create_missing(SawNothing(), PREFIX)) <= set(PUBLIC_KEYS)
    assert {name: read(manager, f"{PREFIX}/{name}") for name in MADE_HERE} == made


def test_keys_are_added_and_retired_from_the_command_and_none_is_shown(
    manager: Any,  # noqa: ANN401
    stage: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    create_missing(manager, PREFIX)
    later = (datetime.now(UTC) + timedelta(days=9)).isoformat()
    assert main([*stage, "add", "saml-key", "--from", later], manager) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("in use")
    assert second.endswith("next")
    assert main([*stage, "retire", "saml-key", first.split()[1]], manager) == 1
    assert main([*stage, "retire", "saml-key", "nothing"], manager) == 1
    assert main([*stage, "retire", "saml-key", second.split()[1]], manager) == 0
    assert main([*stage, "add", "code-peppers"], manager) == 0
    assert main([*stage, "show"], manager) == 0
    said = capsys.readouterr()
    assert "code-peppers: 1, 2 (in use)" in said.out
    assert "is in use: add a next one first" in said.err
    assert all(name in said.out for name in KEYS)
    hidden = json.dumps([read(manager, f"{PREFIX}/{name}") for name in ("saml-key", "code-peppers")])
    assert "BEGIN" in hidden
    assert "BEGIN" not in said.out + said.err


def test_a_key_of_ones_own_must_fit_its_certificate(
    manager: Any,  # noqa: ANN401
    stage: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    create_missing(manager, PREFIX)
    one, other = new_key_pair("one"), new_key_pair("other")
    (tmp_path / "key").write_text(one.key)
    (tmp_path / "right").write_text(one.certificate)
    (tmp_path / "wrong").write_text(other.certificate)
    add = [*stage, "add", "saml-key", "--key", str(tmp_path / "key")]
    assert main(add, manager) == 1
    assert main([*add, "--certificate", str(tmp_path / "wrong")], manager) == 1
    assert len(read(manager, f"{PREFIX}/saml-key")["keys"]) == 1
    assert main([*add, "--certificate", str(tmp_path / "right")], manager) == 0
    assert "--key and --certificate go together" in capsys.readouterr().err


def test_an_instant_without_a_time_zone_is_asked_for_again(
    stage: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([*stage, "add", "saml-key", "--from", "2031-01-01T06:00"], object())
    assert "names no time zone; write for example 2031-01-01T06:00+01:00" in capsys.readouterr().err


def test_the_registers_key_is_read_from_standard_input(
    manager: Any,  # noqa: ANN401
    stage: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(" given \n"))
    assert main([*stage, "put", "brp-key"], manager) == 0
    assert read(manager, f"{PREFIX}/brp-key") == {"key": "given"}
    monkeypatch.setattr("sys.stdin", io.StringIO(" \n"))
    assert main([*stage, "put", "brp-key"], manager) == 1


CLIENT = {"token_url": "https://brp.example.nl/token", "client_id": "us", "client_secret": "hush"}


def test_a_client_of_the_register_is_json_with_its_certificate_from_files(
    manager: Any,  # noqa: ANN401
    stage: list[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    pair = new_key_pair("us")
    for name, text in (("c.pem", pair.certificate), ("k.pem", pair.key)):
        (tmp_path / name).write_text(text)
    files = ["--certificate", str(tmp_path / "c.pem"), "--key", str(tmp_path / "k.pem")]
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(CLIENT)))
    assert main([*stage, "put", "brp-key", *files], manager) == 0
    assert read(manager, f"{PREFIX}/brp-key") == {**CLIENT, "certificate": pair.certificate, "private_key": pair.key}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("{", "this is no JSON"),
        ("{}", "key is missing"),
        (json.dumps({"token_url": "https://x.example"}), "client_id is missing"),
        (json.dumps({**CLIENT, "token_url": "http://x.example"}), "token_url is no https address"),
        (json.dumps({**CLIENT, "secret": "x"}), "it has no secret"),
        (json.dumps({**CLIENT, "client_id": 3}), "every value has to be a text"),
        (json.dumps({**CLIENT, "certificate": "x"}), "certificate and private_key go together"),
        (json.dumps({**CLIENT, "certificate": "x", "private_key": "y"}), "cannot be read"),
        (json.dumps({**CLIENT, "authority": "x"}), "cannot be read"),
        ("sleutel\u00e9", "no plain text"),
    ],
)
def test_what_the_register_would_never_take_is_not_written(
    manager: Any,  # noqa: ANN401
    stage: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    given: str,
    said: str,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(given))
    assert main([*stage, "put", "brp-key"], manager) == 1
    told = capsys.readouterr().err
    assert said in told
    assert "hush" not in told


def test_peppers_keep_recognising_until_they_are_retired() -> None:
    value = add_pepper(add_pepper({"current": "1", "keys": {"1": "a"}}, NOW), NOW + timedelta(days=1))
    assert (in_use(value, NOW), ids(value)) == ("3", ["1", "2", "3"])
    later = NOW + PEPPER_KEPT
    assert ids(retire(value, "1", later)) == ["2", "3"]
    with pytest.raises(Refused, match="codes under 2 may work until"):
        retire(value, "2", later)
    with pytest.raises(Refused, match="is in use"):
        retire(value, "3", later)


def test_a_pepper_is_kept_while_a_code_under_it_can_work() -> None:
    """The last such code is asked for just before functions notice the next pepper."""
    value = add_pepper({"current": "1", "keys": {"1": "a"}}, NOW)
    asked = NOW + STALE
    last = outer_limit(asked, MOST_REQUEST_DAYS, Period(today(asked), today(asked) + timedelta(days=365)))
    with pytest.raises(Refused):
        retire(value, "1", last)
    with pytest.raises(Refused):
        retire(value, "1", NOW + PEPPER_KEPT - timedelta(seconds=1))
    assert ids(retire(value, "1", NOW + PEPPER_KEPT)) == ["2"]


def test_a_pepper_of_which_it_is_not_known_since_when_it_is_former_is_kept() -> None:
    value = {"current": "2", "keys": {"1": "a", "2": "b"}}
    with pytest.raises(Refused, match="not known"):
        retire(value, "1", NOW)
    known = add_pepper(value, NOW)
    assert ids(retire(known, "1", NOW + PEPPER_KEPT)) == ["2", "3"]


def test_the_operators_book_names_the_days_that_a_pepper_is_kept() -> None:
    book = (Path(__file__).parent.parent.parent / "docs" / "operations.md").read_text(encoding="utf-8")
    assert f"After {PEPPER_KEPT.days} days, when no older code is valid, `retire code-peppers" in book


def test_which_key_is_in_use_follows_the_clock() -> None:
    old, new = new_key_pair("old"), new_key_pair("new")
    value = add_key({"keys": [dated_key(old, NOW)]}, new, NOW + timedelta(days=1))
    first, second = ids(value)
    assert in_use(value, NOW + timedelta(hours=1)) == first
    assert in_use(value, NOW + timedelta(days=1)) == second
    assert ids(retire(value, first, NOW + timedelta(days=2))) == [second]


def test_what_aws_refuses_is_a_sentence_and_not_a_trace(
    cloud: None,  # noqa: ARG001 - only set up
    stage: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*stage, "show"], aws.client("secretsmanager")) == 1
    assert "AWS refuses GetSecretValue (ResourceNotFoundException): " in capsys.readouterr().err


def _under(manager: Any, name: str) -> str:  # noqa: ANN401
    return str(read(manager, f"{PREFIX}/{name}")["kid"])


def test_letters_and_pages_are_sealed_under_the_key_that_our_print_function_has(manager: Any) -> None:  # noqa: ANN401
    create_missing(manager, PREFIX)
    (key,) = read(manager, f"{PREFIX}/print-vendor-keys")["keys"]
    for name in ("letter-key", "page-key"):
        public = read(manager, f"{PREFIX}/{name}")
        assert public == {part: key[part] for part in ("kty", "n", "e", "kid", "use", "alg")}
    assert len(key["n"]) == 512, "3,072 bits"


def test_a_public_key_is_made_of_the_private_one_that_lies_there(manager: Any) -> None:  # noqa: ANN401
    """As when another deploy made that a moment before."""
    theirs = new_vendor_key(2048)
    manager.put_secret_value(SecretId=f"{PREFIX}/print-vendor-keys", SecretString=json.dumps({"keys": [theirs]}))
    assert "print-vendor-keys" not in create_missing(manager, PREFIX)
    assert _under(manager, "letter-key") == _under(manager, "page-key") == theirs["kid"]


def test_the_key_of_an_outside_vendor_is_not_ours_to_make(manager: Any) -> None:  # noqa: ANN401
    assert "letter-key" not in create_missing(manager, PREFIX, ("letter-key",))
    assert not has_value(manager, f"{PREFIX}/letter-key")
    assert has_value(manager, f"{PREFIX}/page-key")


def test_the_vendors_keys_roll_over_and_none_is_shown(
    manager: Any,  # noqa: ANN401
    stage: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    create_missing(manager, PREFIX)
    former = _under(manager, "letter-key")
    assert main([*stage, "add", "print-vendor-keys"], manager) == 0
    value = read(manager, f"{PREFIX}/print-vendor-keys")
    first, second = (one["kid"] for one in value["keys"])
    assert (first, _under(manager, "letter-key"), _under(manager, "page-key")) == (former, second, second)
    assert main([*stage, "show"], manager) == 0
    said = capsys.readouterr()
    for line in (
        f"print-vendor-keys  {first}  former",
        f"print-vendor-keys  {second}  in use",
        f"letter-key  {second}",
    ):
        assert line in said.out
    assert main([*stage, "retire", "print-vendor-keys", second], manager) == 1
    assert main([*stage, "retire", "print-vendor-keys", "nothing"], manager) == 1
    assert main([*stage, "retire", "print-vendor-keys", first], manager) == 1
    said = capsys.readouterr()
    for why in (f"{second} is in use", "there is no nothing", f"letters under {first} may lie in a queue until"):
        assert why in said.err
    replaced = datetime.fromisoformat(value["replaced"][first])
    with pytest.raises(Refused):
        retire_vendor_key(manager, PREFIX, first, replaced + KEPT - timedelta(seconds=1))
    retire_vendor_key(manager, PREFIX, first, replaced + KEPT)
    assert [one["kid"] for one in read(manager, f"{PREFIX}/print-vendor-keys")["keys"]] == [second]
    assert not [one["d"] for one in value["keys"] if one["d"] in said.out + said.err]


def test_an_outside_vendors_key_is_put_stays_when_ours_rolls_over_and_gives_way_to_ours(
    manager: Any,  # noqa: ANN401
    stage: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    create_missing(manager, PREFIX)
    theirs = public_part(new_vendor_key(2048))
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(theirs)))
    assert main([*stage, "put", "letter-key"], manager) == 0
    assert main([*stage, "add", "print-vendor-keys"], manager) == 0
    assert _under(manager, "letter-key") == theirs["kid"] != _under(manager, "page-key")
    assert main([*stage, "put", "letter-key", "--ours"], manager) == 0
    assert _under(manager, "letter-key") == _under(manager, "page-key")
    assert main([*stage, "put", "brp-key", "--ours"], manager) == 1


@pytest.mark.parametrize(
    ("typed", "why"),
    [("no JSON", "this is no JSON"), ("{}", "no RSA key"), ("[]", "no RSA key"), ("private", "private")],
)
def test_what_is_no_public_key_of_a_vendor_is_refused_and_not_shown(
    manager: Any,  # noqa: ANN401
    stage: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    typed: str,
    why: str,
) -> None:
    private = new_vendor_key(2048)
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(private) if typed == "private" else typed))
    assert main([*stage, "put", "letter-key"], manager) == 1
    assert why in (said := capsys.readouterr().err)
    assert private["d"] not in said
    assert not has_value(manager, f"{PREFIX}/letter-key")
