"""`python -m operate.telephone STAGE SERVICE… --staff ID`: ask for mandates for somebody who calls, also without DigiD.

The letter with the code goes to their home, as the population register has it; neither is shown here. SERVICE is the id
of a service in the catalogue; all that are asked together have one letter and one code. ID is by what your organisation
knows you: it is kept with what was asked.

Number (BSN) and birth date of who calls are asked for, or stand on two lines of the file that --who names; - is
standard input. Without --apply it is only shown whether they may ask this. What to ask them first: docs/operations.md.
"""

import argparse
import re
import secrets
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from chalicelib.days import today
from chalicelib.errors import DomainError, NotFound, Refused, TooManyLetters, Unavailable
from chalicelib.mandates.model.cases import VisitId
from chalicelib.mandates.model.requests import Request, RequestState
from chalicelib.mandates.own.requesting import AlreadyRequested, tried
from chalicelib.mandates.own.telephoning import Call, ask_by_telephone, check_call
from chalicelib.mandates.rules.wanted import WantedService, choose_period
from chalicelib.mandates.writing.wording import reference_of
from chalicelib.outage import cause
from chalicelib.wiring import Wiring
from operate.calls import Said, add_call_options, matching, said_by, staff_of, wiring_of
from operate.instants import calendar_day
from provisioning.command import CannotGoOn, command

REASONS: Mapping[str, str] = {
    "not_known": (
        "The population register has nobody with this number and this birth date. Ask for both once more. Say nothing "
        "of what the register has."
    ),
    "letter_not_enough": (
        "For one of these services the code of a letter does not count for enough: they have to sign in with DigiD."
    ),
    "opted_out": (
        "They are on the list of people who want no mandates. Do they want one after all? Take them off it first: "
        "python -m operate.optout."
    ),
    "no_letter": (
        "No letter can be sent to them: the register has no current home address in the Netherlands, or no name, or "
        "what it says lets them give no mandate. Is something wrong there? Their municipality can help."
    ),
    "too_young_to_give": "They are younger than a service asks: {years}.",
    "age_uncertain": "Of their birth date a part is unknown, so nobody can tell whether they are {years}.",
    "start_in_past": "--start is in the past.",
    "start_too_far": "--start is more than a year away.",
    "end_before_start": "--end is before the start.",
    "period_too_long": "--end is later than a service allows.",
}
"""What staff are told of what a use case refuses, until the desk has pages of its own."""

_CALL_ID = re.compile(r"[0-9a-f]{30}00")


@command
def main(arguments: Sequence[str], wired: Wiring | None = None) -> int:
    """Return 0, or 1 when it was not asked, or could not be, with the reason."""
    asked = _asked(arguments)
    said = said_by(asked.who)
    there = wired or wiring_of(asked)
    try:
        call = _call(asked, said, there)
        if asked.apply:
            return _ask(call, there)
        check_call(
            call,
            store=there.mandates,
            people=there.people,
            tries=there.tries,
            secrets=there.secrets,
            now=there.clock(),
        )
    except DomainError as error:
        print(_reason(error), file=sys.stderr)
        return 1
    for one in call.wanted:
        print(f"{one.service.name['en']}, {one.service.provider}: {one.period.start} to {one.period.end}")
    print("They may ask this. Nothing was asked; add --apply to ask it, and have the letter sent.")
    return 0


def _ask(call: Call, there: Wiring) -> int:
    # Where nobody knows whether it was done, the same call is not asked twice.
    again = f"Is it not clear whether this was done? Run the same again with --call {call.visit_id}"
    print(again, flush=True)
    now = there.clock()
    made = ask_by_telephone(
        call,
        store=there.mandates,
        people=there.people,
        tries=there.tries,
        letters=there.letters,
        secrets=there.secrets,
        pick=there.pick,
        now=now,
    )
    for one in made:
        print(f"{one.case_id}: asked, from {one.period.start} to {one.period.end}; {_became(one, there, now)}")
    print(f"Reference {reference_of(made[0].case_id)}. A letter with a code comes within five working days of asking.")
    return 0


def _became(request: Request, there: Wiring, now: datetime) -> str:
    """Say how a request is, which a call that is sent again may have made long ago."""
    state = request.state(now, tried(request, there.tries))
    return f"the code works until {request.last_day}" if state is RequestState.WAITING else f"it is {state}"


def _call(asked: argparse.Namespace, said: Said, there: Wiring) -> Call:
    """Return what is asked. Raises `Refused` for a period that cannot be, and `CannotGoOn`."""
    services, most = list(dict.fromkeys(asked.services)), there.services_per_visit
    if len(services) > most:
        raise CannotGoOn(f"{len(services)} services do not go into one letter: {most} at most. Make another call.")
    now = there.clock()
    start = asked.start or today(now)
    return Call(
        visit_id=VisitId(asked.call),
        by=staff_of(asked),
        represented=said.bsn,
        born=said.born,
        wanted=tuple(_wanted(one, start, asked.end, there, now) for one in services),
        language=asked.language,
        site=there.site,
    )


def _wanted(service_id: str, start: date, end: date | None, there: Wiring, now: datetime) -> WantedService:
    try:
        service = there.catalogue.service(service_id)
    except NotFound:
        raise CannotGoOn(f"{service_id}: the catalogue has no such service") from None
    return WantedService(service, choose_period(service, start, end, now))


def _reason(error: DomainError) -> str:
    match error:
        case AlreadyRequested():
            return f"They asked for this already, and it waits still: {', '.join(error.services)}. Nothing was asked."
        case TooManyLetters():
            return f"They got as many letters as anybody may. Another is possible from {today(error.until)} on."
        case Refused():
            return REASONS[error.reason].format(**error.values)
        case NotFound():
            return "Nobody can be mandated for one of these services now."
        case Unavailable():
            why = cause(error)
            return f"{error.dependency} does not answer{why and f' ({why})'}. Try again in a few minutes."
        case _:
            raise error


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m operate.telephone", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("stage", metavar="STAGE")
    parser.add_argument("services", metavar="SERVICE", nargs="+")
    parser.add_argument("--start", type=calendar_day, metavar="DAY", help="first day, such as 2026-12-01: or today")
    parser.add_argument("--end", type=calendar_day, metavar="DAY", help="last day; or as long as a service allows")
    parser.add_argument("--language", choices=("nl", "en"), default="nl", help="of the letter")
    parser.add_argument(
        "--call",
        type=matching(_CALL_ID),
        metavar="CALL",
        default=f"{secrets.token_hex(15)}00",
        help="what was printed when this was perhaps asked: then it is asked once",
    )
    add_call_options(parser)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
