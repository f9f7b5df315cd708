"""What commands for who calls share: who that is, who of the staff writes it down, and for which stage."""

import argparse
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from getpass import getpass
from pathlib import Path
from typing import NamedTuple

from chalicelib.people.actor import Staff, StaffRole
from chalicelib.people.birth_date import BirthDate
from chalicelib.people.bsn import Bsn
from chalicelib.settings import Settings
from chalicelib.wiring import Wiring
from operate.deploy.account import Account
from operate.deploy.stages import Stage, read_stage
from operate.people import add_options, let_use_cases_be_silent
from provisioning.command import CannotGoOn

_STAFF_ID = re.compile(r"[A-Za-z0-9._@-]{1,64}")
_FUNCTION = "APIHandler"


class Said(NamedTuple):
    """What somebody who calls says of who they are."""

    bsn: Bsn
    born: BirthDate


def add_call_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--staff", type=matching(_STAFF_ID), metavar="ID", required=True, help="by what you are known")
    parser.add_argument("--who", metavar="FILE", help="with the number and the birth date of who calls")
    add_options(parser)


def staff_of(asked: argparse.Namespace) -> Staff:
    return Staff(asked.staff, (StaffRole.OPERATOR,))


def said_by(who: str | None) -> Said:
    """Read who calls. Raises `CannotGoOn`, which quotes nothing."""
    try:
        number, born = _lines(who)
        return Said(Bsn.parse(number), BirthDate.parse(born))
    except (ValueError, EOFError):
        raise CannotGoOn(
            "This is not a citizen service number (BSN) and a date of birth as day-month-year, such as 31-12-1950, "
            "each on a line of its own. Nothing was done."
        ) from None


def _lines(who: str | None) -> list[str]:
    if who is None:
        return [getpass("Citizen service number (BSN), which is not shown: "), getpass("Date of birth: ")]
    text = sys.stdin.read() if who == "-" else Path(who).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip()]


def wiring_of(asked: argparse.Namespace) -> Wiring:
    """Return a stage as its pages use it: by the settings of the function that shows them. Raises `CannotGoOn`."""
    let_use_cases_be_silent()
    stage = read_stage(asked.stage, asked.stage_file)
    account = Account.of(stage)
    return Wiring(Settings(environment_of(account, stage)), lambda: datetime.now(UTC))


def environment_of(account: Account, stage: Stage) -> dict[str, str]:
    """Return the settings with which a stage's pages are made."""
    named = {"StackName": stage.prefix, "LogicalResourceId": _FUNCTION}
    found = account.client("cloudformation").describe_stack_resource(**named)["StackResourceDetail"]
    function = account.client("lambda").get_function_configuration(FunctionName=found["PhysicalResourceId"])
    return {**function["Environment"]["Variables"], "AWS_REGION": stage.region}


def matching(pattern: re.Pattern[str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not pattern.fullmatch(text):
            raise argparse.ArgumentTypeError("it is not written like this")
        return text

    return read
