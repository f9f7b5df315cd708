"""`python -m operate.destroy STAGE`: take a stage away, if nobody's data is in it.

A stage with mandates, letters or events is refused: there is no option that says otherwise. Sessions, the catalogue and
secrets can be made again and go along; keys are deleted thirty days later, as AWS does.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from operate.deploy.account import Account
from operate.deploy.stack import Stack, StackTrouble
from operate.deploy.stages import Stage, read_stage
from provisioning.command import command
from provisioning.secrets import NAMES
from provisioning.tables import PEOPLE_TABLES, TABLES

_GONE = (
    "ResourceNotFoundException",
    "NoSuchBucket",
    "404",
    "NotFoundException",
    "AWS.SimpleQueueService.NonExistentQueue",
    "QueueDoesNotExist",
)
_COUNTS = [
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
]


@command
def main(arguments: Sequence[str]) -> int:
    """Return 0 when it is gone, 1 with the reason when it is not."""
    parser = argparse.ArgumentParser(prog="python -m operate.destroy", description=__doc__)
    parser.add_argument("stage", metavar="STAGE")
    parser.add_argument("--stage-file", type=Path, help="instead of operate/stages/<stage>.yaml")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    asked = parser.parse_args(arguments)
    stage = read_stage(asked.stage, asked.stage_file)
    account = Account.of(stage)
    refuse_what_holds_data(account, stage)
    if not asked.yes and not _meant(stage):
        print("Not typed, so nothing was done.")
        return 1
    destroy(account, stage)
    print(f"{stage.prefix} is gone.")
    return 0


def _meant(stage: Stage) -> bool:
    try:
        return input(f"Type {stage.prefix} to destroy it: ") == stage.prefix
    except EOFError:
        return False


def refuse_what_holds_data(account: Account, stage: Stage) -> None:
    """Raise `StackTrouble` when there is data of people."""
    if held := list(data_in(account, stage)):
        raise StackTrouble("\n".join([f"{stage.prefix} holds data and stays:", *(f"  {line}" for line in held)]))


def data_in(account: Account, stage: Stage) -> Iterator[str]:
    """Yield where there is data of people, in words."""
    dynamodb, s3, sqs = (account.client(service) for service in ("dynamodb", "s3", "sqs"))
    for table in tables(dynamodb, stage, PEOPLE_TABLES):
        if dynamodb.scan(TableName=table, Limit=1)["Items"]:
            yield f"the table {table}"
    bucket = letter_bucket(account, stage)
    if _asked(s3.list_objects_v2, Bucket=bucket, MaxKeys=1).get("Contents"):
        yield f"the bucket {bucket}"
    for queue in ("letters", "letters-dead", "checks", "checks-dead", "deaths", "deaths-dead"):
        name = f"{stage.prefix}-{queue}"
        url = _asked(sqs.get_queue_url, QueueName=name).get("QueueUrl")
        if url and any(map(int, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=_COUNTS)["Attributes"].values())):
            yield f"the queue {name}"


def tables(dynamodb: Any, stage: Stage, kinds: Sequence[str]) -> list[str]:  # noqa: ANN401 - boto3 client
    """Return the names of a stage's tables of some kinds: those of the stack, and those that were restored."""
    begins = tuple(f"{stage.prefix}-{kind}" for kind in kinds)
    pages = dynamodb.get_paginator("list_tables").paginate()
    return [name for page in pages for name in page["TableNames"] if name.startswith(begins)]


def destroy(account: Account, stage: Stage) -> None:
    """Delete the stack and what its template retains. Raises `StackTrouble`."""
    dynamodb, manager, kms, s3 = (account.client(one) for one in ("dynamodb", "secretsmanager", "kms", "s3"))
    aliases = [f"alias/{stage.prefix}-{name}" for name in ("fields", "stores")]
    keys = [found["KeyMetadata"]["KeyId"] for alias in aliases if (found := _asked(kms.describe_key, KeyId=alias))]
    Stack(account.client("cloudformation"), stage.prefix, stage.name, print).delete()
    for table in tables(dynamodb, stage, TABLES):
        dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
        dynamodb.delete_table(TableName=table)
    _asked(s3.delete_bucket, Bucket=letter_bucket(account, stage))
    for secret in NAMES:
        _asked(manager.delete_secret, SecretId=f"{stage.prefix}/{secret}", ForceDeleteWithoutRecovery=True)
    for key in keys:
        _asked(kms.schedule_key_deletion, KeyId=key, PendingWindowInDays=30)


def letter_bucket(account: Account, stage: Stage) -> str:
    return f"{stage.prefix}-letters-{account.number}"


def _asked(call: Callable[..., dict[str, Any]], **arguments: object) -> dict[str, Any]:
    """Return what AWS answers, and nothing for something that is not there."""
    try:
        return call(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            return {}
        raise


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
