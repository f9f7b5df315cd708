"""The lowest ages that a service has for giving and holding a mandate (machtigen.md sections 2 and 10)."""

from datetime import datetime

from chalicelib.catalogue.model import Service
from chalicelib.days import today
from chalicelib.errors import Refused
from chalicelib.mandates.model.cases import Party
from chalicelib.people.birth_date import BirthDate


def old_enough(party: Party, born: BirthDate, service: Service, now: datetime) -> bool | None:
    """Whether someone is old enough today to be on a side of a mandate; None when their birth date does not tell."""
    return born.at_least(_lowest(party, service), on=today(now))


def check_age(party: Party, born: BirthDate, service: Service, now: datetime) -> None:
    """Raise `Refused` for who is not old enough, on either side: `too_young_to_give` or `too_young_to_hold`.

    When that hangs on what the register does not know of a birth date it is `age_uncertain`: the helpdesk can find out.
    """
    enough, years = old_enough(party, born, service, now), _lowest(party, service)
    if enough is None:
        raise Refused("age_uncertain", years=years)
    if not enough:
        raise Refused("too_young_to_give" if party is Party.REPRESENTED else "too_young_to_hold", years=years)


def _lowest(party: Party, service: Service) -> int:
    represented = party is Party.REPRESENTED
    return service.minimum_age_represented if represented else service.minimum_age_representative
