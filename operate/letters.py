"""`python -m operate.letters STAGE [--day D] [--days N]`: whether each letter is accounted for, day by day.

requested = posted + delivered + returned + failed + cancelled + pending, OK or NOK. Below it: what is lost or counted
twice, why letters came to nothing, which wait too long for the print vendor, and which addresses had as many letters
as are allowed. Letters and addresses are told by their ids: no name, address or number is read. Nothing is changed;
`operate.marks` puts right what is not accounted for.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from chalicelib.days import today
from chalicelib.letters.balance import Balance
from chalicelib.letters.books import crowded
from chalicelib.letters.contract.states import ENDED, LetterState
from chalicelib.letters.contract.statuses import Mishap
from chalicelib.letters.day_index import KEPT
from chalicelib.letters.reckoning import PendingLetter, Reckoning
from chalicelib.quoting import quoted
from chalicelib.storage.tables import LettersTable, TransientTable
from operate.deploy.account import Account
from operate.deploy.stages import read_stage
from operate.instants import calendar_day
from provisioning.command import command

_COLUMNS = ("requested", *ENDED, "pending")
_DAY = timedelta(days=1)

_OURS = re.compile(r"([0-9T:.+-]{16,40}#)?([a-z]{1,20}#)?[0-9a-f]{12,64}")
"""Keys that say nothing of anybody: perhaps when it is due, a kind, and an id."""


@dataclass(frozen=True, slots=True)
class Letters:
    """What a stage holds of letters."""

    table: LettersTable
    transient: TransientTable
    now: datetime = field(default_factory=lambda: datetime.now(UTC))


@command
def main(arguments: Sequence[str], there: Letters | None = None) -> int:
    """Return 0, or 1 when a letter of these days is not accounted for."""
    asked = _asked(arguments)
    letters = there or letters_of(asked)
    last = asked.day or today(letters.now) - _DAY
    days = [last - number * _DAY for number in range(asked.days)]
    print("day       ", *(f"{name:>9}" for name in _COLUMNS), flush=True)
    reckoning = Reckoning(letters.table)
    odd, mishaps = dict(reckoning.strays()), Counter[tuple[LetterState, Mishap]]()
    for day in days:
        told = reckoning.of_day(day)
        print(_line(told), flush=True)
        odd |= told.odd
        mishaps.update(told.mishaps)
    _print_part("Not accounted for", (f"{shown_key(one)}  {why}" for one, why in odd.items()))
    _print_part("Why letters came to nothing", (f"{n:>9}  {state}: {why}" for (state, why), n in mishaps.most_common()))
    late = [one for one in reckoning.waiting() if one.late(letters.now)]
    _print_part("Waiting too long", (_late(one, letters.now) for one in late))
    _print_part("Addresses with as many letters as are allowed", _crowded(letters.transient, days))
    return 1 if odd else 0


def _line(told: Balance) -> str:
    numbers = (told.requested, *(told.ended[state] for state in ENDED), told.pending)
    return f"{told.day} {' '.join(f'{number:>9}' for number in numbers)}  {'OK' if told.holds else 'NOK'}"


def _late(one: PendingLetter, now: datetime) -> str:
    reference = (one.correlation_id or "")[:8].upper() or "none"
    waits = "posted" if one.accepted else "accepted"
    days = one.working_days(now)
    return f"{shown_key(one.letter_id)}  {one.state}, waits {days} working days to be {waits}; reference {reference}"


def shown_key(key: str) -> str:
    """Return a key as it is if we may have written it. Any other may hold anything, also what moves a cursor."""
    return key if _OURS.fullmatch(key) else quoted("".join(one if one.isprintable() else " " for one in key))


def _crowded(table: TransientTable, days: Sequence[date]) -> Iterator[str]:
    for day in days:
        for one in crowded(table, day):
            yield f"{one.address}  {one.letters} in 30 days, the last on {day}"


def _print_part(title: str, lines: Iterator[str]) -> None:
    """Print lines below a title, if there are any."""
    for number, line in enumerate(lines):
        if number == 0:
            print(f"\n{title}:")
        print(line, flush=True)


def letters_of(asked: argparse.Namespace) -> Letters:
    """Return what a stage holds of letters. Raises `CannotGoOn`."""
    stage = read_stage(asked.stage, asked.stage_file)
    client = Account.of(stage).client("dynamodb")
    names = stage.people_tables["letters"], f"{stage.prefix}-transient"
    return Letters(LettersTable(client, names[0]), TransientTable(client, names[1]))


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m operate.letters", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("stage", metavar="STAGE")
    parser.add_argument(
        "--day", type=calendar_day, metavar="YYYY-MM-DD", help="the last day that is counted (yesterday)"
    )
    parser.add_argument("--days", type=number_of_days, default=7, metavar="N", help="how many days, backwards (7)")
    parser.add_argument("--stage-file", type=Path, help="instead of operate/stages/<stage>.yaml")
    return parser.parse_args(arguments)


def number_of_days(text: str) -> int:
    """Raise `ArgumentTypeError` for what is no number of days of which letters are known."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= KEPT.days:
        raise argparse.ArgumentTypeError(f"write a number from 1 to {KEPT.days}: older days are not kept")
    return int(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
