"""A stage whose functions use restored tables: what is kept of people is there, and no longer in the stack's own."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.letters.contract.states import LetterState
from chalicelib.letters.life import journey, move
from chalicelib.letters.posting import letter_items
from chalicelib.letters.printed import PrintedLetters
from local import aws
from operate import destroy, restore
from print_vendor.bucket import Bucket
from provisioning.tables import PEOPLE_TABLES
from tests import inside
from tests.adapters.conftest import tables_of

PREFIX = "digid-machtigen-dev"
OLD, NEW = (f"{PREFIX}-{{}}{end}" for end in ("-one", "-two"))


@pytest.fixture
def stage(tmp_path: Path) -> list[str]:
    given = "region: eu-west-1\nparameters: {BrpUrl: https://brp, Restored: -one}"
    (tmp_path / "dev.yaml").write_text(given)
    return ["dev", "--stage-file", str(tmp_path / "dev.yaml")]


@pytest.fixture
def dynamodb(cloud: None) -> Iterator[Any]:  # noqa: ARG001 - only set up
    """Return a client of an account with one restored set of tables, and take away what a test made of them."""
    made, s3 = aws.client("dynamodb"), aws.client("s3")
    keys = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    types = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")]
    for kind in PEOPLE_TABLES:
        name = OLD.format(kind)
        made.create_table(TableName=name, KeySchema=keys, AttributeDefinitions=types, BillingMode="PAY_PER_REQUEST")
        made.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
    bucket = f"{PREFIX}-letters-{aws.ACCOUNT}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": aws.REGION})
    yield made
    s3.delete_bucket(Bucket=bucket)
    for name in made.list_tables()["TableNames"]:
        if name.startswith(PREFIX):
            made.update_table(TableName=name, DeletionProtectionEnabled=False)
            made.delete_table(TableName=name)


def test_a_stage_with_data_in_restored_tables_only_is_not_destroyed(
    dynamodb: Any,  # noqa: ANN401
    stage: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    dynamodb.put_item(TableName=OLD.format("register"), Item={"pk": {"S": "CASE#1"}, "sk": {"S": "CASE"}})
    assert destroy.main([*stage, "--yes"]) == 1
    assert f"the table {OLD.format('register')}" in capsys.readouterr().err


def test_what_is_restored_is_what_the_functions_use(dynamodb: Any, stage: list[str]) -> None:  # noqa: ANN401
    """After a second incident the tables of the first restore hold the truth, and not the stack's own."""
    dynamodb.put_item(TableName=OLD.format("audit"), Item={"pk": {"S": "CASE#1"}, "sk": {"S": "1"}})
    assert restore.main([*stage, "--at", datetime.now(UTC).isoformat(), "--name", "two"]) == 0
    assert dynamodb.scan(TableName=NEW.format("audit"))["Count"] == 1
    described = dynamodb.describe_table(TableName=NEW.format("audit"))["Table"]
    assert described["DeletionProtectionEnabled"]


def test_nothing_is_destroyed_when_nobody_can_be_asked(
    dynamodb: Any,  # noqa: ANN401
    stage: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert destroy.main(stage) == 1
    assert "nothing was done" in capsys.readouterr().out
    assert OLD.format("register") in dynamodb.list_tables()["TableNames"]


@pytest.mark.usefixtures("cloud")
def test_a_letter_that_was_posted_and_emptied_is_still_known_to_be_printed() -> None:
    """Else the restored table, which does not know so, would have it printed a second time."""
    inside.empty()
    now, letters, s3 = datetime.now(UTC), tables_of(aws.client("dynamodb")).letters, aws.client("s3")
    posted, lies_there, waits = ("a" * 36, "b" * 36, "c" * 36)
    for letter_id in (posted, lies_there, waits):
        letters.write_together(letter_items(letters, letter_id, b"sealed", now, now + timedelta(days=42)))
    for letter_id in (posted, lies_there):
        for kind in ("json", "pdf"):
            Bucket(s3, aws.BUCKET).put(letter_id, kind, b"%PDF")
    PrintedLetters(s3, aws.BUCKET).empty(posted)
    minute = timedelta(minutes=1)
    assert restore.remember_prints(s3, aws.BUCKET, letters, now + minute) == 0, "those of before it knows"
    assert restore.remember_prints(s3, aws.BUCKET, letters, now - minute) == 2
    assert restore.remember_prints(s3, aws.BUCKET, letters, now - minute) == 0
    for letter_id in (posted, lies_there):
        assert LetterState.PRINTED in journey(letters, letter_id).reached
        assert not move(letters, letter_id, LetterState.ACCEPTED, now)
    assert LetterState.PRINTED not in journey(letters, waits).reached
