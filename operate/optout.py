"""`python -m operate.optout STAGE add|remove|list FILE…`: the list of people who want no mandates (opt-out).

    add      put them on it: what is asked of them ends unseen, and what they gave, unless --keep-mandates
    remove   take them off it: they can ask, and be asked, again; what ended stays ended
    list     say of each whether they are on it, and since when

FILE has a citizen service number on each line; - is standard input. Without --apply nothing is changed. Done again,
it does what is left to do.
"""

import argparse
import sys
from collections.abc import Sequence

from chalicelib.mandates.living.leaving import Left, leave
from operate.people import Numbered, People, add_options, for_each, numbers, people_of
from provisioning.command import command


@command
def main(arguments: Sequence[str], people: People | None = None) -> int:
    """Return 0, or 1 when nothing or not everything was done, with the reason."""
    asked = _asked(arguments)
    lines = numbers(asked.files)
    there = people or people_of(asked)
    if asked.action == "list" or not asked.apply:
        for line in lines:
            print(f"{line.place}: {_standing(line, there)}")
        if asked.action != "list":
            print(f"{len(lines)} line(s) to {asked.action}. Nothing was changed; add --apply to change it.")
        return 0
    return for_each(lines, lambda line: _do(line, asked, there))


def _standing(line: Numbered, people: People) -> str:
    listed = people.store.opted_out(people.person(line.bsn))
    return f"on the list since {listed.since.isoformat(timespec='seconds')}" if listed else "not on the list"


def _do(line: Numbered, asked: argparse.Namespace, people: People) -> Left:
    person = people.person(line.bsn)
    if asked.action == "add":
        return leave(person, keep_mandates=asked.keep_mandates, store=people.store, now=people.now)
    people.store.opt_out(person, None)
    return Left(0, 0, 0)


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m operate.optout", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("stage", metavar="STAGE")
    parser.add_argument("action", choices=("add", "remove", "list"))
    parser.add_argument("files", metavar="FILE", nargs="+")
    parser.add_argument("--keep-mandates", action="store_true", help="with add: what they gave does not end")
    add_options(parser)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
