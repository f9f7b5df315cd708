"""`python -m operate.posted STAGE FILE… --at INSTANT`: write down when the print vendor posted letters, as it reports.

Who asked for a letter sees it on their page, the time of its code counts from then, and what lies of it in the bucket
is emptied, for good: name only what is with the post. FILE has a letter's id on each line, as the vendor's objects are
named; - is standard input. Only what is printed can be posted, and once: the same again changes nothing. Without
--apply nothing is changed.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from chalicelib.errors import DomainError
from chalicelib.letters.contract.statuses import LetterStatus, VendorStep
from chalicelib.mandates.delivery.taking import Taken, take_status
from operate.instants import instant
from operate.people import People, add_options, people_of
from provisioning.command import CannotGoOn, command

_POSTED = {Taken.MOVED: "posted", Taken.REPEATED: "was posted before"}


@command
def main(arguments: Sequence[str], people: People | None = None) -> int:
    """Return 0, or 1 when not every letter is posted now, with the reason."""
    asked = _asked(arguments)
    letters, there = _letters(asked.files), people or people_of(asked)
    if asked.at > there.now:
        raise CannotGoOn("What is still to come cannot have been posted. Look at --at.")
    wrong = sum(not _told(letter_id, asked, there) for letter_id in letters)
    if not asked.apply:
        print(f"{len(letters)} letter(s). Nothing was changed; add --apply to write down that they were posted.")
    return 1 if wrong else 0


def _told(letter_id: str, asked: argparse.Namespace, people: People) -> bool:
    """Say what became of a letter; return whether it is, or could be, posted."""
    try:
        letter = people.store.letter(letter_id)
        if letter is None or letter.printed_at is None:
            print(f"{letter_id}: is not printed here, or there is no such letter", file=sys.stderr)
            return False
        if not asked.apply:
            print(f"{letter_id}: {'was posted before' if letter.posted_at else 'would be posted'}")
            return True
        status = LetterStatus(letter_id, VendorStep.POSTED, asked.at)
        taken = take_status(status, None, store=people.store, printed=people.printed, now=people.now)
        if taken not in _POSTED:
            print(f"{letter_id}: is {letter.state} already; nothing was changed", file=sys.stderr)
            return False
        print(f"{letter_id}: {_POSTED[taken]}", flush=True)
    except DomainError as error:
        print(f"{letter_id}: not done, or not all of it: {error} does not answer. Run the same again.", file=sys.stderr)
        return False
    return True


def _letters(files: Sequence[str]) -> list[str]:
    """Read files with the id of a letter on each line. Raises `CannotGoOn` where there is none."""
    texts = (sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8") for name in files)
    found = list(dict.fromkeys(line.strip() for text in texts for line in text.splitlines() if line.strip()))
    if not found:
        raise CannotGoOn("There is no letter in it. Write the id of one letter on each line.")
    return found


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m operate.posted", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("stage", metavar="STAGE")
    parser.add_argument("files", metavar="FILE", nargs="+")
    parser.add_argument("--at", type=instant, required=True, metavar="INSTANT", help="such as 2026-12-01T18:00+01:00")
    add_options(parser)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
