"""The decision: may somebody act for another at a service now? (invariant 1)

Asked for the choice, once more at the moment an answer leaves, and by whatever asks later.
"""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from chalicelib.catalogue.model import Service
from chalicelib.mandates.model import Mandate, MandateState
from chalicelib.mandates.selection import Selection
from chalicelib.people.pseudonym import PersonId


class Denial(StrEnum):
    """Why somebody may not act for another: for logs. Nobody outside learns which it was (invariant 7)."""

    NOT_THEIRS = "no mandate of who signed in"
    NOT_MANDATABLE = "nobody may be mandated for the service"
    ANOTHER_SERVICE = "a mandate for another service"
    NOT_ACTIVE = "a mandate that is not active"
    LEVEL_TOO_LOW = "a mandate, or a sign-in, below the level of the service or of what was asked"


class Mandates(Protocol):
    """Where mandates are read, each time as they are then: consistently."""

    def mandate(self, case_id: str) -> Mandate | None: ...


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
    if mandate.state(now) is not MandateState.ACTIVE:
        return Denial.NOT_ACTIVE
    return Denial.LEVEL_TOO_LOW if min(mandate.level, level) < max(at.level_at(now), asked) else None


def may_act(
    case_id: str, by: PersonId, at: Service, level: int, *, asked: int = 0, mandates: Mandates, now: datetime
) -> Mandate | Denial:
    """Return the mandate of a case when it may be used now, or why not: from one consistent read."""
    mandate = mandates.mandate(case_id)
    return Denial.NOT_THEIRS if mandate is None else denial(mandate, by, at, level, now, asked=asked) or mandate


def usable(
    by: PersonId, at: Service, level: int, now: datetime, *, asked: int = 0, other: PersonId | None = None
) -> Selection:
    """Return which mandates someone may use now: of all, or of those that one `other` gave."""
    possible = level >= at.level_at(now) and at.may_be_mandated(now)

    def fits(mandate: Mandate) -> bool:
        return denial(mandate, by, at, level, now, asked=asked) is None

    return Selection(at.opened_by(now) if possible else (), other, now, fits)
