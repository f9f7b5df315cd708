"""`python -m operate.canary STAGE DAY…`: write down that test letters to our own address came.

DAY is the date that stands on a letter, such as 2026-12-01. Where nobody does so within five working days of its
posting, the alarm `canaries-not-come` rings. The same again changes nothing. Without --apply nothing is changed.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import date

from chalicelib.days import today
from chalicelib.errors import DomainError
from chalicelib.letters.canary import canary_id
from chalicelib.letters.contract.states import NOT_TAKEN
from chalicelib.letters.contract.statuses import LetterStatus, VendorStep
from chalicelib.mandates.delivery.taking import Taken, take_status
from operate.instants import calendar_day
from operate.people import People, add_options, people_of
from provisioning.command import CannotGoOn, command

_CAME = {Taken.MOVED: "came", Taken.REPEATED: "came before"}


@command
def main(arguments: Sequence[str], people: People | None = None) -> int:
    """Return 0, or 1 when not all of them came, with the reason."""
    asked = _asked(arguments)
    there = people or people_of(asked)
    if any(day > today(there.now) for day in asked.days):
        raise CannotGoOn("What is still to be written cannot have come. Give the date that stands on the letter.")
    wrong = sum(not _told(day, asked, there) for day in asked.days)
    return 1 if wrong else 0


def _told(day: date, asked: argparse.Namespace, people: People) -> bool:
    """Say of a day's letter whether it came, or could have; return whether it did, or could."""
    try:
        letter = people.store.letter(canary_id(day))
        if letter is None:
            print(f"{day}: there is no test letter of that day", file=sys.stderr)
            return False
        if letter.state in NOT_TAKEN:
            print(f"{day}: is {letter.state}, so nobody has printed it; nothing was changed", file=sys.stderr)
            return False
        if not asked.apply:
            print(f"{day}: is {letter.state}. Nothing was changed; add --apply to write down that it came.")
            return True
        status = LetterStatus(letter.letter_id, VendorStep.DELIVERED, people.now)
        taken = take_status(status, None, store=people.store, printed=people.printed, now=people.now)
        if taken not in _CAME:
            print(f"{day}: is {letter.state} already; nothing was changed", file=sys.stderr)
            return False
        print(f"{day}: {_CAME[taken]}", flush=True)
    except DomainError as error:
        print(f"{day}: not done, or not all of it: {error} does not answer. Run the same again.", file=sys.stderr)
        return False
    return True


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m operate.canary", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("stage", metavar="STAGE")
    parser.add_argument("days", metavar="DAY", nargs="+", type=calendar_day)
    add_options(parser)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
