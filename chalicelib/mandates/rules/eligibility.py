"""Who may take part in a mandate: who wants any, is old enough, and is signed in high enough."""

from collections.abc import Iterable
from datetime import datetime

from chalicelib.catalogue.model import Service
from chalicelib.days import today
from chalicelib.errors import LevelTooLow, Refused
from chalicelib.mandates.model.cases import Party
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.people.actor import Citizen
from chalicelib.people.birth_date import BirthDate
from chalicelib.people.pseudonym import PersonId


def check_welcome(person: PersonId, store: MandateStore) -> None:
    """Raise `Refused("opted_out")` for who wants no mandates: the helpdesk can change that (machtigen.md 3.5)."""
    if store.opted_out(person) is not None:
        raise Refused("opted_out")


def check_level(by: Citizen, services: Iterable[Service], now: datetime) -> None:
    """Raise `LevelTooLow` for who asks for, gives or takes on a mandate, signed in too low for one of its services.

    It names the level that does for all of them (design.md section 4).
    """
    if by.level < (level := max(service.level_at(now) for service in services)):
        raise LevelTooLow(level)


def check_age(party: Party, born: BirthDate, service: Service, now: datetime) -> None:
    """Raise `Refused` for who is not old enough, on either side: `too_young_to_give` or `too_young_to_hold`.

    When that hangs on what the register does not know of a birth date it is `age_uncertain`: the helpdesk can find out.
    """
    enough, years = old_enough(party, born, service, now), _lowest_age(party, service)
    if enough is None:
        raise Refused("age_uncertain", years=years)
    if not enough:
        raise Refused("too_young_to_give" if party is Party.REPRESENTED else "too_young_to_hold", years=years)


def old_enough(party: Party, born: BirthDate, service: Service, now: datetime) -> bool | None:
    """Whether someone is old enough today to be on a side of a mandate (machtigen.md sections 2 and 10).

    None when their birth date does not tell.
    """
    return born.at_least(_lowest_age(party, service), on=today(now))


def _lowest_age(party: Party, service: Service) -> int:
    represented = party is Party.REPRESENTED
    return service.minimum_age_represented if represented else service.minimum_age_representative
