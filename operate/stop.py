"""`python -m operate.stop STAGE REFERENCE --staff ID`: stop what a letter is about, for who calls, also without DigiD.

REFERENCE stands on the letter. What they asked is withdrawn, what another asked of them refused, and a mandate that
came of it revoked: its code does not work any more. Who asked for them hears nothing of it. ID is by what your
organisation knows you: it is kept with what was done, and citizens read "the helpdesk".

Number (BSN) and birth date of who calls are asked for, or stand on two lines of the file that --who names; - is
standard input. Without --apply it is only shown what the letter is about. What to ask them first: docs/operations.md.

Who asked somebody for a mandate knows number, birth date and reference too, and may call as the other: what stands
here is for you alone.
"""

import argparse
import sys
from collections.abc import Sequence

from chalicelib.errors import NotFound, Refused
from chalicelib.helpdesk.stopping import Stopping, cases_of_letter, stop
from chalicelib.wiring import Wiring
from operate.calls import add_call_options, said_by, staff_of, wiring_of
from provisioning.command import CannotGoOn, command

_SAY = (
    "Whatever stands here, tell who calls this and nothing else: if this reference stands on a letter to you, what "
    "that is about is stopped."
)
"""True whatever was found: from anything else, who asked would learn what became of it (invariant 7)."""


@command
def main(arguments: Sequence[str], wired: Wiring | None = None) -> int:
    """Return 0, or 1 when something was not stopped, with the reason."""
    asked = _asked(arguments)
    said = said_by(asked.who)
    there = wired or wiring_of(asked)
    stopping = Stopping(staff_of(asked), said.bsn, said.born, asked.reference)
    act = stop if asked.apply else cases_of_letter
    try:
        found = act(
            stopping,
            store=there.mandates,
            people=there.people,
            pseudonyms=there.secrets.pseudonyms,
            now=there.clock(),
        )
    except Refused:
        raise CannotGoOn(
            "The population register has nobody with this number and this birth date. Ask for both once more. Say "
            "nothing of what the register has."
        ) from None
    except NotFound:
        raise CannotGoOn(
            "No letter to who calls has this reference. Is it what they read to you, twice?"
            + (f" {_SAY}" * asked.apply)
        ) from None
    for one in found:
        print(f"{one.case_id}: is {one.state}")
    left = [one for one in found if one.can_be_stopped]
    if left and not asked.apply:
        print("Nothing was changed; add --apply to stop what waits or can be used.")
    if asked.apply and not left:
        print(_SAY)
    return 1 if left and asked.apply else 0


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m operate.stop", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("stage", metavar="STAGE")
    parser.add_argument("reference", metavar="REFERENCE")
    add_call_options(parser)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
