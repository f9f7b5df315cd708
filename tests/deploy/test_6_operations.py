"""What docs/operations.md tells an operator to do, done: rotating, rolling back, restoring; and what goes wrong."""

import json
import os
import re
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.storage.table import Table
from chalicelib.storage.tables import CatalogueTable
from operate import dead, marks, restore
from operate.deploy.package import Package
from operate.deploy.parts import PRINT_VENDOR
from operate.secrets import __main__ as secrets
from tests.browser.people import someone
from tests.deploy.emulator import client
from tests.deploy.walking import Walker, activate, ask, read_code, signed_in_for
from tests.deploy.world import NAME, World

RELEASE = re.compile(r"Deploying release (\w+)")


@contextmanager
def environment(**changes: str | None) -> Iterator[None]:
    kept = dict(os.environ)
    for name, value in changes.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)


@pytest.fixture
def file(world: World, on_domain: str) -> Path:  # noqa: ARG001 - only set up
    return world.stage_file(municipality=True)


def _secrets(world: World, file: Path, *arguments: str) -> str:
    status, said = world.run(secrets.main, ["dev", "--stage-file", str(file), *arguments])
    assert status == 0, said
    return said


def test_a_signing_key_rotates_without_a_deploy(world: World, on_domain: str, file: Path) -> None:
    """Published at once, used from its moment, the old one taken out: a provider reads every answer in between."""
    walker = Walker(world, on_domain, someone("Henk Helper"))
    before = walker.metadata()
    deployed = _code(world)
    later = (datetime.now(UTC) + timedelta(days=7)).isoformat()
    assert "next" in _secrets(world, file, "add", "saml-key", "--from", later)
    # A function notices within five minutes; a new process notices at once.
    world.start_afresh("APIHandler")
    metadata = walker.get("/saml/metadata").body
    assert metadata.count('use="signing"') == 2
    assert walker.metadata() == before, "the one in use stands first"
    said = _secrets(world, file, "add", "saml-key", "--from", datetime.now(UTC).isoformat())
    former = next(line.split()[1] for line in said.splitlines() if line.endswith("former"))
    assert former not in _secrets(world, file, "retire", "saml-key", former)
    world.start_afresh("APIHandler")
    assert walker.metadata() != before
    world.tell_digid(on_domain)
    assert _code(world) == deployed, "nothing was deployed"


def _code(world: World) -> tuple[str, str]:
    """Return the release that is deployed, and the digest of the code that runs."""
    return world.outputs()["Release"], _digest(world, "APIHandler")


def _digest(world: World, function: str) -> str:
    configured = client("lambda").get_function_configuration(FunctionName=world.physical(function))
    return str(configured["CodeSha256"])


def test_a_pepper_rotates_and_the_codes_of_older_letters_still_work(world: World, on_domain: str, file: Path) -> None:
    giver, helper = (Walker(world, on_domain, someone(name)) for name in ("Mina Mantelzorg", "Henk Helper"))
    ask(giver)
    code = read_code(giver, world.letters)
    assert "2 (in use)" in _secrets(world, file, "add", "code-peppers")
    world.start_afresh("APIHandler")
    activate(helper, giver, code)
    second = ask(giver, "11111111-1111-4111-8111-111111111111")
    activate(helper, giver, read_code(giver, world.letters))
    assert giver.get(f"/mandates/{second}").status == 200


def test_the_key_in_use_is_not_taken_out(world: World, file: Path) -> None:
    said = _secrets(world, file, "show")
    used = next(
        line.split()[1] for line in said.splitlines() if line.startswith("saml-key") and line.endswith("in use")
    )
    status, said = world.run(secrets.main, ["dev", "--stage-file", str(file), "retire", "saml-key", used])
    assert status == 1
    assert "is in use: add a next one first" in said
    assert not re.search(r"BEGIN|PRIVATE", "".join(world.said))


def test_an_earlier_release_is_deployed_again(world: World, on_domain: str, file: Path, package: Package) -> None:
    """A release with more memory and another print vendor goes out, and the one before it comes back as it was."""
    status, said = world.deploy(file)
    assert status == 0, said
    (before,) = RELEASE.findall(said)
    code = [_digest(world, name) for name in ("SweepOutbox", "PrintLetter")]

    def larger(folder: Path, stage: str) -> Package:
        made = world.as_emulated(folder, stage)
        template = json.loads(made.template.read_text())
        template["Resources"]["SweepOutbox"]["Properties"]["MemorySize"] = 320
        made.template.write_text(json.dumps(template, sort_keys=True))
        other = folder / "other.zip"
        shutil.copy(package.archives[PRINT_VENDOR.archive], other)
        with zipfile.ZipFile(other, "a") as archive:
            archive.writestr("another.txt", "another release")
        return Package({**package.archives, PRINT_VENDOR.archive: other}, made.template)

    status, said = world.deploy_with(larger, file)
    assert status == 0, said
    assert f"To go back: make deploy STAGE=dev RELEASE={before}" in said
    assert _memory(world) == 320
    assert _digest(world, "SweepOutbox") == code[0]
    assert _digest(world, "PrintLetter") != code[1]
    status, said = world.deploy(file, "--release", before)
    assert status == 0, said
    assert "Packaging" not in said
    assert _memory(world) == 256
    assert [_digest(world, name) for name in ("SweepOutbox", "PrintLetter")] == code
    assert Walker(world, on_domain, someone("Henk Helper")).get("/health").status == 200
    status, said = world.deploy(file, "--release", "000000000000")
    assert status == 1
    assert "There is no release 000000000000. Kept are, newest first: " in said
    assert before in said


def _memory(world: World) -> int:
    name = world.physical("SweepOutbox")
    return int(client("lambda").get_function_configuration(FunctionName=name)["MemorySize"])


def test_a_deploy_that_fails_is_undone_and_says_why(world: World, on_domain: str, file: Path) -> None:
    def broken(folder: Path, stage: str) -> Package:
        made = world.as_emulated(folder, stage)
        template = json.loads(made.template.read_text())
        template["Resources"]["Impossible"] = {"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "x"}}
        made.template.write_text(json.dumps(template, sort_keys=True))
        return made

    status, said = world.deploy_with(broken, file)
    assert status == 1
    assert "Impossible" in said
    assert Walker(world, on_domain, someone("Henk Helper")).get("/health").status == 200
    assert world.deploy(file)[0] == 0


def test_missing_credentials_a_wrong_account_or_region_each_get_a_clear_message(world: World, file: Path) -> None:
    nothing = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None, "AWS_EC2_METADATA_DISABLED": "true"}
    with environment(**nothing):
        assert "There are no credentials. Set AWS_PROFILE" in _refused(world, file)
    with environment(AWS_ACCESS_KEY_ID="AKIASTRANGER", AWS_SECRET_ACCESS_KEY="x"):
        assert "The credentials are not accepted (InvalidClientTokenId)" in _refused(world, file)
    other = world.stage_file(municipality=True, account="999999999999")
    assert "The credentials open account 000000000000, but dev belongs in 999999999999" in _refused(world, other)
    with environment(AWS_ENDPOINT_URL=None, AWS_ENDPOINT_URL_STS="https://localhost:1"):
        nowhere = world.stage_file(municipality=True, region="eu-nowhere-1")
        assert "AWS does not answer in the region 'eu-nowhere-1'" in _refused(world, nowhere)
    status, said = world.deploy(file, stage="staging")
    assert (status, said.count("There is no stage 'staging'")) == (1, 1)
    world.stage_file(municipality=True)


def _refused(world: World, file: Path) -> str:
    status, said = world.deploy(file)
    assert status == 1
    return said


def test_a_backup_is_restored_beside_the_tables_and_used_instead(world: World, on_domain: str, file: Path) -> None:
    giver, helper = (Walker(world, on_domain, someone(name)) for name in ("Gerda Geheim", "Henk Helper"))
    case_id = ask(giver)
    activate(helper, giver, read_code(giver, world.letters))
    # As it was before the letter was printed: it must not be printed again.
    letters = client("dynamodb")
    (letter,) = (row for row in letters.scan(TableName=f"{NAME}-letters")["Items"] if case_id in row["pk"]["S"])
    before = {name: value for name, value in letter.items() if name != "printed_at"} | {"state": {"S": "queued"}}
    letters.put_item(TableName=f"{NAME}-letters", Item=before)
    status, said = world.run(restore.main, ["dev", "--stage-file", str(file), "--name", "restored", "--latest"])
    assert status == 0, said
    assert 'Restored: "-restored"' in said
    assert "1 letter(s) printed since then are marked as printed." in said
    kept = Table(client("dynamodb"), f"{NAME}-letters-restored").get(letter["pk"]["S"], "LETTER")
    assert kept is not None
    assert kept["state"] == "printed"
    # Somebody deletes a mandate, and with the restored tables it is back.
    table = Table(client("dynamodb"), f"{NAME}-register")
    table.delete(f"CASE#{case_id}", "PARTIES")
    assert giver.get(f"/mandates/{case_id}").status == 404
    text = file.read_text().replace("parameters:", 'parameters:\n  Restored: "-restored"')
    file.write_text(text)
    status, said = world.deploy(file)
    assert status == 0, said
    assert giver.get(f"/mandates/{case_id}").status == 200
    assert signed_in_for(helper, case_id, "post").attributes["LegalSubjectID"] == giver.bsn.digits
    described = client("dynamodb").describe_continuous_backups(TableName=f"{NAME}-register-restored")
    recovery = described["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"
    assert world.deploy(world.stage_file(municipality=True))[0] == 0


def test_alarms_are_set_and_ring(world: World, on_domain: str) -> None:  # noqa: ARG001
    watch = client("cloudwatch")
    alarms = {one["AlarmName"]: one for one in watch.describe_alarms()["MetricAlarms"]}
    ringing = alarms[f"{NAME}-letters-dead"]
    assert ringing["AlarmActions"][0].endswith(f"{NAME}-alarms")
    watch.put_metric_data(
        Namespace=ringing["Namespace"],
        MetricData=[{"MetricName": ringing["MetricName"], "Dimensions": ringing["Dimensions"], "Value": 1}],
    )
    watch.set_alarm_state(AlarmName=ringing["AlarmName"], StateValue="ALARM", StateReason="a letter died")
    (rung,) = watch.describe_alarms(StateValue="ALARM", AlarmNames=[ringing["AlarmName"]])["MetricAlarms"]
    assert "printed five times" in rung["AlarmDescription"]
    assert json.loads(watch.get_dashboard(DashboardName=NAME)["DashboardBody"])["widgets"]


def test_dead_letters_and_marks_that_lead_nowhere_are_shown_and_seen_to(world: World, file: Path) -> None:
    stage = ["dev", "--stage-file", str(file)]
    url = client("sqs").get_queue_url(QueueName=f"{NAME}-letter-statuses-dead")["QueueUrl"]
    message = client("sqs").send_message(QueueUrl=url, MessageBody="rubbish")["MessageId"]
    status, said = world.run(dead.main, [*stage, "letter-statuses"])
    assert status == 1
    assert f"{message}  letter-statuses" in said
    assert world.run(dead.main, [*stage, "letter-statuses", "--drop", message, "--apply"])[0] == 0
    assert world.run(dead.main, [*stage, "letter-statuses"])[0] == 0
    letters = Table(client("dynamodb"), f"{NAME}-letters")
    letters.put({"pk": "OUTBOX#3", "sk": (nowhere := f"check#{'9' * 36}")})
    status, said = world.run(marks.main, [*stage, "9" * 36, "--apply"])
    assert (status, f"{nowhere}  its row is gone" in said) == (0, True), said
    assert letters.get("OUTBOX#3", nowhere) is None


def test_the_catalogue_holds_what_the_file_says(world: World, on_domain: str) -> None:  # noqa: ARG001
    catalogue = DynamoCatalogue(CatalogueTable(client("dynamodb"), f"{NAME}-catalogue"))
    assert {service.name["en"] for service in catalogue.services()} == {"Locks", "Parking permit", "Taxes and levies"}
