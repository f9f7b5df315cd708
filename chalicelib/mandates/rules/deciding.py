"""The decision: may somebody act for another at a service now? (invariant 1)

Asked for the choice, once more at the moment an answer leaves, and by whatever asks later.
"""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from chalicelib.catalogue.model import Service, ServiceId
from chalicelib.errors import NotFound
from chalicelib.mandates.model.mandates import Mandate, MandateState
from chalicelib.mandates.model.selection import Selection
from chalicelib.people.pseudonym import PersonId


class Denial(StrEnum):
    """Why somebody may not act for another: for logs. Nobody outside learns which it was (invariant 7)."""

    NOT_THEIRS = "no mandate of who signed in"
    NOT_MANDATABLE = "nobody may be mandated for the service"
    ANOTHER_SERVICE = "a mandate for another service"
    RESTRICTED = "a mandate that does not open the service any more"
    PARENT_ENDED = "a mandate for a portal or set that has ended"
    NOT_ACTIVE = "a mandate that is not active"
    LEVEL_TOO_LOW = "a mandate, or a sign-in, below the level of the service or of what was asked"


class Mandates(Protocol):
    """Where mandates are read, each time as they are then: consistently."""

    def mandate(self, case_id: str) -> Mandate | None: ...


class Services(Protocol):
    """Where services are read."""

    def service(self, service_id: str) -> Service:
        """Raise `NotFound`."""
        ...


def denial(mandate: Mandate, by: PersonId, at: Service, level: int, now: datetime, *, asked: int = 0) -> Denial | None:
    """Return why a mandate does not let someone, signed in at `level`, use a service; None when it does.

    It lets them when it is theirs and active, for the service itself or for what it is behind, and made at a
    sufficient level: that of the service, and the one that was `asked`, which may be higher (design.md section 4).
    """
    if mandate.representative != by:
        return Denial.NOT_THEIRS
    if not at.may_be_mandated(now):
        return Denial.NOT_MANDATABLE
    if mandate.service_id not in at.opened_by(now):
        return Denial.ANOTHER_SERVICE
    if at.service_id in mandate.without:
        return Denial.RESTRICTED
    if mandate.state(now) is not MandateState.ACTIVE:
        return Denial.NOT_ACTIVE
    return Denial.LEVEL_TOO_LOW if min(mandate.level, level) < max(at.level_at(now), asked) else None


def may_act(
    case_id: str,
    by: PersonId,
    at: Service,
    level: int,
    *,
    asked: int = 0,
    mandates: Mandates,
    services: Services,
    now: datetime,
) -> Mandate | Denial:
    """Return the mandate of a case when it may be used now, or why not: from one consistent read."""
    mandate = mandates.mandate(case_id)
    if mandate is None:
        return Denial.NOT_THEIRS
    if (denied := denial(mandate, by, at, level, now, asked=asked)) is not None:
        return denied
    return mandate if _lasts(mandate.service_id, at, services, now) else Denial.PARENT_ENDED


def usable(
    by: PersonId,
    at: Service,
    level: int,
    now: datetime,
    *,
    services: Services,
    asked: int = 0,
    other: PersonId | None = None,
    but_for: Denial | None = None,
) -> Selection:
    """Return which mandates someone may use now: of all, or of those that one `other` gave.

    With `but_for`, which they may not use, for that reason and no other.
    """
    possible = level >= at.level_at(now) and at.may_be_mandated(now)
    openers = at.opened_by(now) if possible else ()

    def fits(mandate: Mandate) -> bool:
        return denial(mandate, by, at, level, now, asked=asked) is but_for

    return Selection(tuple(one for one in openers if _lasts(one, at, services, now)), other, now, fits)


def _lasts(opener: ServiceId, at: Service, services: Services, now: datetime) -> bool:
    """Tell whether the portal or set whose mandate opens a service has not ended itself."""
    if opener == at.service_id:
        return True
    try:
        return services.service(opener).may_be_mandated(now)
    except NotFound:
        return False
