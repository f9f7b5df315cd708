"""The represented asks by telephone, also without DigiD: the helpdesk writes it down, and a letter brings the code.

What is asked is theirs, as if they had asked signed in: they see it and withdraw it there. That they are who they say
is for the letter to show, which comes to their home: staff never see its code, nor where it goes (machtigen.md 2c).
Until then it may be anybody who knows number and birth date: its letters count apart from those of who signs in.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.errors import NotFound, Refused
from chalicelib.mandates.model.cases import Party, VisitId
from chalicelib.mandates.model.requests import Request
from chalicelib.mandates.own.requesting import Allowed, Wish, giving_way, made_before, open_visit
from chalicelib.mandates.register.hiding import Secrets
from chalicelib.mandates.register.ports import LetterSender, MandateStore, Tries
from chalicelib.mandates.rules.eligibility import check_age, check_welcome
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.people.actor import Citizen, Staff
from chalicelib.people.birth_date import BirthDate
from chalicelib.people.brp.person import Person, PopulationRegister
from chalicelib.people.bsn import Bsn

_NOT_SIGNED_IN = 0
"""Level of who called."""


@dataclass(frozen=True, slots=True)
class Call:
    """What somebody asks who called. `visit_id` is made once for it: sent twice, it is asked once."""

    visit_id: VisitId
    by: Staff
    represented: Bsn
    """The number of who called,"""
    born: BirthDate = field(repr=False)
    """and their birth date, as they say it."""
    wanted: tuple[WantedService, ...]
    """No service twice."""
    language: str
    """Of the letter."""
    site: str


def ask_by_telephone(
    call: Call,
    *,
    store: MandateStore,
    people: PopulationRegister,
    tries: Tries,
    letters: LetterSender,
    secrets: Secrets,
    pick: Callable[[int], int],
    now: datetime,
) -> tuple[Request, ...]:
    """Ask for mandates for who called, with one code for all of them, which only the letter has.

    Raises what `check_call` does, or `TooManyLetters`. The same call again returns the requests that it made.
    """
    person, wish = _caller(call, store, people, secrets, now), _wish(call, secrets)
    if made := made_before(wish, store):
        return made
    allowed = Allowed(wish, person, giving_way(wish, store, tries, now))
    return open_visit(allowed, store=store, tries=tries, letters=letters, secrets=secrets, pick=pick, now=now).requests


def check_call(
    call: Call, *, store: MandateStore, people: PopulationRegister, tries: Tries, secrets: Secrets, now: datetime
) -> None:
    """Check whether who called may ask this by telephone; only whether a letter may go to them again is not looked at.

    Raises `NotFound` for a service that nobody can be mandated for, `Refused` (`letter_not_enough` where it wants more
    than a letter's code counts as, `not_known` for a number and birth date that are not somebody's, then `opted_out`,
    `no_letter`, or what `check_age` says), `AlreadyRequested`, or `Unavailable`. Of whom staff have not the birth date
    they learn no more than that.
    """
    _caller(call, store, people, secrets, now)
    giving_way(_wish(call, secrets), store, tries, now)


def _caller(call: Call, store: MandateStore, people: PopulationRegister, secrets: Secrets, now: datetime) -> Person:
    """Return who called, as the register has them."""
    services = [one.service for one in call.wanted]
    if not all(service.may_be_mandated(now) for service in services):
        raise NotFound("service")
    if not all(service.letter_suffices(now) for service in services):
        raise Refused("letter_not_enough")
    person = people.find([call.represented]).get(call.represented)
    if person is None or person.born != call.born:
        raise Refused("not_known")
    check_welcome(secrets.pseudonyms.person(call.represented), store)
    if not (person.gets_letters and person.may_act):
        raise Refused("no_letter")
    for service in services:
        check_age(Party.REPRESENTED, person.born, service, now)
    return person


def _wish(call: Call, secrets: Secrets) -> Wish:
    caller = Citizen(secrets.pseudonyms.person(call.represented), _NOT_SIGNED_IN)
    return Wish(call.visit_id, caller, call.represented, call.wanted, call.language, call.site, staff=call.by)
