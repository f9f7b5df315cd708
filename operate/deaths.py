"""`python -m operate.deaths STAGE FILE…`: end what people had here who have died.

All mandates that they gave and hold end, and all that they asked and were asked. The population register tells of
deaths itself (docs/operations.md): this is for those of which it did not, or whose message was lost.

FILE has a citizen service number on each line; - is standard input. Without --apply nothing is changed. Done again,
it does what is left to do.
"""

import argparse
import sys
from collections.abc import Sequence

from chalicelib.mandates.living.leaving import lapse
from operate.people import People, add_options, for_each, numbers, people_of
from provisioning.command import command


@command
def main(arguments: Sequence[str], people: People | None = None) -> int:
    """Return 0, or 1 when nothing or not everything was done, with the reason."""
    asked = _asked(arguments)
    lines = numbers(asked.files)
    there = people or people_of(asked)
    if not asked.apply:
        print(f"{len(lines)} people have died. Nothing was changed; add --apply to end what they had here.")
        return 0
    return for_each(lines, lambda line: lapse(there.person(line.bsn), store=there.store, now=there.now))


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m operate.deaths", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("stage", metavar="STAGE")
    parser.add_argument("files", metavar="FILE", nargs="+")
    add_options(parser)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
