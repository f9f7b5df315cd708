"""`python -m operate.restore STAGE --at INSTANT`: restore what is kept of people, as it was, beside the tables.

Register, letters and audit are restored to one moment, into tables whose names end in --name; nothing is overwritten.
Point the functions at them with the parameter `Restored` in the stage's file, and deploy: docs/operations.md.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from operate.deploy.account import Account, NotThere, aws_answers
from operate.deploy.stages import BadStage, read_stage

TABLES = ("register", "letters", "audit")
_WITHIN = 3600.0


class CannotRestore(Exception):
    """Why nothing was restored, or not everything."""


def main(arguments: Sequence[str]) -> int:
    """Return 0 when all three tables are there, 1 with the reason when not."""
    asked = _asked(arguments)
    try:
        stage = read_stage(asked.stage, asked.stage_file)
        dynamodb = Account.of(stage).client("dynamodb")
        moment = {"UseLatestRestorableTime": True} if asked.latest else {"RestoreDateTime": asked.at}
        names = [(f"{stage.prefix}-{table}", f"{stage.prefix}-{table}-{asked.name}") for table in TABLES]
        with aws_answers():
            for source, target in names:
                _start(dynamodb, source, target, moment)
            for source, target in names:
                _finish(dynamodb, source, target)
    except (BadStage, NotThere, CannotRestore) as error:
        print(error, file=sys.stderr)
        return 1
    print(f'Restored. In the stage\'s file, under parameters, write\n\n  Restored: "-{asked.name}"\n')
    print(f"and then: make deploy STAGE={stage.name}")
    return 0


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
    moment.add_argument("--at", type=datetime.fromisoformat, metavar="INSTANT", help="such as 2026-12-01T06:00+01:00")
    moment.add_argument("--latest", action="store_true", help="as late as AWS can")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
