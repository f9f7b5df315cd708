"""A stage whose functions use restored tables: what is kept of people is there, and no longer in the stack's own."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from local import aws
from operate import destroy, restore
from provisioning.tables import PEOPLE_TABLES

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
