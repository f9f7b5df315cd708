"""`python -m operate.restore STAGE --at INSTANT`: restore what is kept of people, as it was, beside the tables.

Register, letters and audit, as the functions use them, are restored to one moment, into tables whose names end in
--name; nothing is overwritten.
Letters that were printed since then are marked as printed, so that none is printed twice (invariant 3).
Point the functions at them with the parameter `Restored` in the stage's file, and deploy: docs/operations.md.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from chalicelib.letters.contract.states import LetterState
from chalicelib.letters.life import move
from chalicelib.storage.tables import LettersTable
from operate.deploy.account import Account
from operate.deploy.stages import read_stage
from operate.destroy import letter_bucket
from operate.instants import instant
from provisioning.command import CannotGoOn, command

_WITHIN = 3600.0
_LATEST = timedelta(hours=1)
"""How far back the latest moment can be, with room to spare: AWS keeps it within five minutes."""


class CannotRestore(CannotGoOn):
    """Why nothing was restored, or not everything."""


@command
def main(arguments: Sequence[str]) -> int:
    """Return 0 when all three tables are there, 1 with the reason when not."""
    asked = _asked(arguments)
    stage = read_stage(asked.stage, asked.stage_file)
    account = Account.of(stage)
    dynamodb = account.client("dynamodb")
    moment = {"UseLatestRestorableTime": True} if asked.latest else {"RestoreDateTime": asked.at}
    names = [(source, f"{stage.prefix}-{kind}-{asked.name}") for kind, source in stage.people_tables.items()]
    for source, target in names:
        _start(dynamodb, source, target, moment)
    for source, target in names:
        _finish(dynamodb, source, target)
    since = datetime.now(UTC) - _LATEST if asked.latest else asked.at
    letters = LettersTable(dynamodb, f"{stage.prefix}-letters-{asked.name}")
    marked = remember_prints(account.client("s3"), letter_bucket(account, stage), letters, since)
    print(f"{marked} letter(s) printed since then are marked as printed.")
    print(f'Restored. In the stage\'s file, under parameters, write\n\n  Restored: "-{asked.name}"\n')
    print(f"and then: make deploy STAGE={stage.name}")
    return 0


def remember_prints(s3: Any, bucket: str, letters: LettersTable, since: datetime) -> int:  # noqa: ANN401 - boto3 client
    """Mark letters as printed whose PDF was made since a moment; returns how many were not marked yet."""
    now, marked = datetime.now(UTC), 0
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="letters/"):
        for one in page.get("Contents", []):
            folder, _, name = one["Key"].partition("/")
            letter_id, _, kind = name.partition(".")
            if folder and kind == "pdf" and one["LastModified"] >= since:
                marked += move(letters, letter_id, LetterState.PRINTED, now)
    return marked


def _start(dynamodb: Any, source: str, target: str, moment: dict[str, Any]) -> None:  # noqa: ANN401 - boto3 client
    key = dynamodb.describe_table(TableName=source)["Table"].get("SSEDescription", {}).get("KMSMasterKeyArn")
    encryption = {"SSESpecificationOverride": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}} if key else {}
    dynamodb.restore_table_to_point_in_time(SourceTableName=source, TargetTableName=target, **moment, **encryption)
    print(f"{source} → {target}…", flush=True)


def _finish(dynamodb: Any, source: str, target: str) -> None:  # noqa: ANN401
    """Wait for a table, and set what a restored table does not have by itself."""
    deadline = time.monotonic() + _WITHIN
    while dynamodb.describe_table(TableName=target)["Table"]["TableStatus"] != "ACTIVE":
        if time.monotonic() > deadline:
            raise CannotRestore(f"{target} was not ready in time. Wait for it in the console, and run this again.")
        time.sleep(5)
    lives = dynamodb.describe_time_to_live(TableName=source)["TimeToLiveDescription"]
    if "AttributeName" in lives:
        switch = {"AttributeName": lives["AttributeName"], "Enabled": True}
        dynamodb.update_time_to_live(TableName=target, TimeToLiveSpecification=switch)
    dynamodb.update_continuous_backups(
        TableName=target, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    dynamodb.update_table(TableName=target, DeletionProtectionEnabled=True)
    print(f"{target} is there.")


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m operate.restore", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("stage", metavar="STAGE")
    parser.add_argument("--stage-file", type=Path, help="instead of operate/stages/<stage>.yaml")
    parser.add_argument("--name", default=f"{datetime.now(UTC):%Y%m%d-%H%M}", help="end of the new names (%(default)s)")
    moment = parser.add_mutually_exclusive_group(required=True)
    moment.add_argument("--at", type=instant, metavar="INSTANT", help="such as 2026-12-01T06:00+01:00")
    moment.add_argument("--latest", action="store_true", help="as late as AWS can")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
