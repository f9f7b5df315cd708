"""A print vendor outside takes over, prints with its own role and nothing else, and gives the letters back to us."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pypdf import PdfReader

from chalicelib.letters.contract.states import LetterState
from chalicelib.storage.tables import LettersTable
from operate.secrets import __main__ as secrets
from provisioning.keys import new_vendor_key, public_part
from tests.browser.people import code_in, someone
from tests.counted import put_letter
from tests.deploy.emulator import ACCOUNT, ROOT, client
from tests.deploy.probes import BUCKET, forget_everyone
from tests.deploy.walking import Walker, activate, ask, read_code, signed_in_for
from tests.deploy.world import NAME, World, eventually, patched_input

Credentials = Mapping[str, str]


@pytest.fixture(scope="module")
def outside(world: World, on_domain: str) -> Path:  # noqa: ARG001 - the same stack, changed
    """Let somebody outside print, as docs/operations.md says; returns the file of their private key."""
    # Whoever walked before has asked for what is asked here, and has letters in the letterbox.
    forget_everyone(world)
    key, file = new_vendor_key(2048), world.stage_file(municipality=True)
    _deploy_with(world, file, _theirs())
    with patched_input(json.dumps(public_part(key))):
        _put(world, file)
    (keys := world.folder / "vendor.json").write_text(json.dumps({"keys": [key]}))
    return keys


def _theirs() -> dict[str, str]:
    mine = client("sts").get_caller_identity()["Arn"]
    # Here SQS tells of a sender no role, but the account.
    return {"PrintVendor": "outside", "PrintVendorPrincipal": mine, "LetterStatusSenders": f"outside={ACCOUNT}"}


def _deploy_with(world: World, file: Path, more: Mapping[str, str]) -> None:
    status, said = _deployed(world, file, more)
    assert status == 0, said


def _deployed(world: World, file: Path, more: Mapping[str, str]) -> tuple[int, str]:
    given = "".join(f"\n  {name}: {json.dumps(value)}" for name, value in more.items())
    file.write_text(file.read_text().replace("parameters:", f"parameters:{given}"))
    return world.deploy(file)


def _put(world: World, file: Path, *arguments: str) -> None:
    status, said = world.run(secrets.main, ["dev", "--stage-file", str(file), "put", "letter-key", *arguments])
    assert status == 0, said
    # Functions notice within five minutes, new processes at once.
    for function in ("APIHandler", "CheckRequest"):
        world.start_afresh(function)


def test_who_prints_does_not_change_while_a_letter_waits_to_be_accepted(world: World, on_domain: str) -> None:  # noqa: ARG001
    forget_everyone(world)
    letters = LettersTable(client("dynamodb"), f"{NAME}-letters")
    letter_id = put_letter(letters, 7, LetterState.QUEUED, datetime.now(UTC))
    status, said = _deployed(world, world.stage_file(municipality=True), _theirs())
    assert (status, f"(1): {letter_id}" in said) == (1, True), said
    assert "PrintVendorRole" not in world.outputs()


@pytest.fixture(scope="module")
def role(world: World, outside: Path) -> Credentials:  # noqa: ARG001 - the role is there with the vendor
    """Take the vendor's role, as they do from their account."""
    arn = world.outputs()["PrintVendorRole"]
    taken = client("sts").assume_role(RoleArn=arn, RoleSessionName="vendor", ExternalId=NAME)["Credentials"]
    return {"key": taken["AccessKeyId"], "secret": taken["SecretAccessKey"], "token": taken["SessionToken"]}


def test_a_letter_is_printed_by_their_program_and_its_code_activates(
    world: World, on_domain: str, outside: Path, role: Credentials
) -> None:
    giver, helper = (Walker(world, on_domain, someone(name)) for name in ("Vera van der Gever", "Henk Helper"))
    case_id = ask(giver)
    out = world.folder / "printed"
    said = _print(outside, role, out)
    assert "1 printed" in said, said
    (paper,) = out.rglob("*.pdf")
    code = code_in(PdfReader(paper).pages[0].extract_text())
    world.hidden.update((code, code.replace("-", "")))
    eventually(lambda: "The letter was posted on" in giver.get(f"/requests/{case_id}").body, 30)
    activate(helper, giver, code)
    assert signed_in_for(helper, case_id, "post").attributes["LegalSubjectID"] == giver.bsn.digits


def _print(keys: Path, role: Credentials, out: Path) -> str:
    """Run the vendor's program until the queue is empty; return what it says."""
    environment = {
        **os.environ,
        "AWS_ACCESS_KEY_ID": role["key"],
        "AWS_SECRET_ACCESS_KEY": role["secret"],
        "AWS_SESSION_TOKEN": role["token"],
    }
    queues = ["--queue", _queue("letters"), "--statuses", _queue("letter-statuses")]
    command = [sys.executable, "-m", "print_vendor", *queues, "--keys", str(keys), "--out", str(out)]
    done = subprocess.run(
        [*command, "--once", "--posted"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _is_given_back(world: World, keys: Path, role: Credentials, file: Path) -> bool:
    """Let them print what waits, and deploy our function; tell whether that is done, as nothing waits any more."""
    _print(keys, role, world.folder / "rest")
    status, said = world.deploy(file)
    assert status == 0 or "PrintVendor would change" in said, said
    return status == 0


def _queue(name: str) -> str:
    return str(client("sqs").get_queue_url(QueueName=f"{NAME}-{name}")["QueueUrl"])


@pytest.mark.parametrize(
    "refused",
    [
        lambda role: client("sqs", **role).send_message(QueueUrl=_queue("letters"), MessageBody="x"),
        lambda role: client("sqs", **role).receive_message(QueueUrl=_queue("letter-statuses")),
        lambda role: client("sqs", **role).receive_message(QueueUrl=_queue("letters-dead")),
        lambda role: client("sqs", **role).purge_queue(QueueUrl=_queue("letters")),
        lambda role: client("sqs", **role).receive_message(QueueUrl=_queue("checks")),
        lambda role: client("dynamodb", **role).scan(TableName=f"{NAME}-letters"),
        lambda role: client("s3", **role).list_objects_v2(Bucket=BUCKET),
        lambda role: client("secretsmanager", **role).get_secret_value(SecretId=f"{NAME}/letter-key"),
        lambda role: client("secretsmanager", **role).get_secret_value(SecretId=f"{NAME}/print-vendor-keys"),
        lambda role: client("lambda", **role).list_functions(),
    ],
    ids=["send", "statuses", "dead", "purge", "checks", "table", "bucket", "key", "our-keys", "functions"],
)
def test_their_role_may_nothing_else(refused: Callable[[Credentials], Any], role: Credentials) -> None:
    with pytest.raises(ClientError, match=r"AccessDenied|not authorized"):
        refused(role)


def test_our_function_prints_again(world: World, on_domain: str, outside: Path, role: Credentials) -> None:
    file = world.stage_file(municipality=True)
    # Who was activated for is told so by letter: that one is theirs too.
    eventually(lambda: _is_given_back(world, outside, role, file), 180)
    _put(world, file, "--ours")
    assert "PrintVendorRole" not in world.outputs()
    giver = Walker(world, on_domain, someone("Mina Mantelzorg"))
    ask(giver)
    assert read_code(giver, world.letters)
