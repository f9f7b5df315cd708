"""What a stage holds of people, for the commands that change it; and the files of numbers that operators give them.

A number is never shown again: a line is told by its place in its file.
"""

import argparse
import base64
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from chalicelib.errors import DomainError
from chalicelib.letters.books import LetterBooks
from chalicelib.letters.limits import Limits
from chalicelib.letters.printed import PrintedLetters
from chalicelib.mandates.delivery.taking import Printed
from chalicelib.mandates.living.leaving import Left
from chalicelib.mandates.register.askers import AskerBooks, AskerLimits
from chalicelib.mandates.register.counted import Sealing, Tables
from chalicelib.mandates.register.mandates import DynamoMandates
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import PersonId, Pseudonyms
from chalicelib.people.vault import KmsVault
from chalicelib.storage.tables import AuditTable, LettersTable, RegisterTable, TransientTable
from operate.deploy.account import Account
from operate.deploy.stages import read_stage
from operate.destroy import letter_bucket
from operate.secrets.store import read
from provisioning.command import CannotGoOn


@dataclass(frozen=True, slots=True)
class People:
    """A stage's register, and by what name it knows somebody."""

    store: MandateStore
    person: Callable[[Bsn], PersonId]
    printed: Printed
    now: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Numbered:
    """A line of a file, and whose number stands in it."""

    place: str
    bsn: Bsn = field(repr=False)


class BadNumbers(CannotGoOn):
    """Which lines hold no number."""


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--stage-file", type=Path, help="instead of operate/stages/<stage>.yaml")
    parser.add_argument("--apply", action="store_true", help="do it; without this it is only shown")


def let_use_cases_be_silent() -> None:
    """Keep what they log, which is for the functions' log, from a command that says itself what it does."""
    os.environ.setdefault("POWERTOOLS_LOG_LEVEL", "CRITICAL")
    os.environ.setdefault("POWERTOOLS_METRICS_DISABLED", "true")


def people_of(asked: argparse.Namespace) -> People:
    """Return what a stage holds of people, as its functions use it. Raises `CannotGoOn`."""
    let_use_cases_be_silent()
    stage = read_stage(asked.stage, asked.stage_file)
    account = Account.of(stage)
    dynamodb, names = account.client("dynamodb"), stage.people_tables
    tables = Tables(
        RegisterTable(dynamodb, names["register"]),
        LettersTable(dynamodb, names["letters"]),
        AuditTable(dynamodb, names["audit"]),
    )
    transient = TransientTable(dynamodb, f"{stage.prefix}-transient")
    # Neither sealed fields nor limits are touched by what ends.
    vault = KmsVault(account.client("kms"), f"alias/{stage.prefix}-fields")
    books, askers = LetterBooks(transient, Limits()), AskerBooks(transient, AskerLimits())
    key = read(account.client("secretsmanager"), f"{stage.prefix}/person-key")["key"]
    store = DynamoMandates(tables, Sealing(vault, vault), books, askers)
    printed = PrintedLetters(account.client("s3"), letter_bucket(account, stage))
    return People(store, Pseudonyms(base64.b64decode(key)).person, printed)


def numbers(files: Sequence[str]) -> list[Numbered]:
    """Read files with a citizen number on each line, `-` for standard input; a number that comes again counts once.

    Raises `BadNumbers` when any line holds something else: then nothing is done.
    """
    found: dict[Bsn, Numbered] = {}
    bad: list[str] = []
    for place, text in _lines(files):
        try:
            bsn = Bsn.parse(text)
        except ValueError:
            bad.append(place)
        else:
            found.setdefault(bsn, Numbered(place, bsn))
    if bad:
        told = "\n".join(f"{place}: not a citizen service number (BSN)" for place in bad)
        raise BadNumbers(f"{told}\nNothing was done. Mend {len(bad)} line(s), and run this again.")
    if not found:
        raise BadNumbers("There is no number in it. Write one citizen service number (BSN) on each line.")
    return list(found.values())


def _lines(files: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name in files:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                yield f"{name}, line {number}", line


def for_each(lines: Sequence[Numbered], act: Callable[[Numbered], Left]) -> int:
    """Do something for each line by itself, and say what came of it. Return 1 when something is left to do."""
    undone = 0
    for line in lines:
        try:
            left = act(line)
        except DomainError as error:
            undone += 1
            print(f"{line.place}: not done: {error} does not answer", file=sys.stderr)
            continue
        undone += bool(left.failed)
        more = f", {left.failed} could not be ended" if left.failed else ""
        print(f"{line.place}: {left.requests} request(s) and {left.mandates} mandate(s) ended{more}", flush=True)
    if undone:
        print(f"{undone} of {len(lines)} not done. Run the same again: what is done stays done.", file=sys.stderr)
    return 1 if undone else 0
