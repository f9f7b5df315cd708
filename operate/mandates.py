"""`python -m operate.mandates STAGE suspend|resume|end CASE…`: stop mandates, for the time being or for good.

    suspend   they open nothing until they are resumed, for example while a complaint is looked into
    resume    they open again what they did
    end       for good; what ended does not come back

CASE is the case id as logs and addresses of pages have it. Both people see it on their pages. Without --apply nothing
is changed.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence

from chalicelib.errors import DomainError
from chalicelib.mandates.living.changing import end, resume, suspend
from chalicelib.mandates.model.mandates import LIVING, Mandate, MandateState
from chalicelib.people.actor import Cause
from operate.people import People, add_options, people_of
from provisioning.command import command

_ACTS: Mapping[str, Callable[[str, People], Mandate]] = {
    "suspend": lambda case_id, people: suspend(case_id, store=people.store, now=people.now),
    "resume": lambda case_id, people: resume(case_id, store=people.store, now=people.now),
    "end": lambda case_id, people: end(case_id, Cause.OPERATOR, store=people.store, now=people.now),
}

_REACHED: Mapping[str, Callable[[MandateState], bool]] = {
    "suspend": lambda state: state is MandateState.SUSPENDED,
    "resume": lambda state: state in LIVING and state is not MandateState.SUSPENDED,
    "end": lambda state: state not in LIVING,
}


@command
def main(arguments: Sequence[str], people: People | None = None) -> int:
    """Return 0, or 1 when not every mandate is now as it was to be, with the reason."""
    asked = _asked(arguments)
    there = people or people_of(asked)
    wrong = sum(not _told(case_id, asked, there) for case_id in dict.fromkeys(asked.cases))
    if not asked.apply:
        print(f"Nothing was changed; add --apply to {asked.action} them.")
    return 1 if wrong else 0


def _told(case_id: str, asked: argparse.Namespace, people: People) -> bool:
    """Say how a mandate is and what it becomes; return whether it is, or could be, as it is to be."""
    try:
        mandate = people.store.mandate(case_id)
        if mandate is None:
            print(f"{case_id}: there is no such mandate", file=sys.stderr)
            return False
        before = mandate.state(people.now)
        if not asked.apply:
            print(f"{case_id}: is {before}")
            return asked.action == "end" or before in LIVING
        after = _ACTS[asked.action](case_id, people).state(people.now)
    except DomainError as error:
        print(f"{case_id}: not done: {error} does not answer. Run the same again.", file=sys.stderr)
        return False
    reached = _REACHED[asked.action](after)
    print(f"{case_id}: was {before}, is {after}" + ("" if reached else f", and cannot be: {asked.action}"))
    return reached


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m operate.mandates", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("stage", metavar="STAGE")
    parser.add_argument("action", choices=tuple(_ACTS))
    parser.add_argument("cases", metavar="CASE", nargs="+")
    add_options(parser)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
