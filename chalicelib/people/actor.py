"""Who does something: sessions, events and changes name an actor (design.md section 4).

An item tells kinds of actors apart by their first field, so each has one of its own.
"""

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.people.pseudonym import PersonId


@dataclass(frozen=True, slots=True)
class Citizen:
    """Somebody who signed in with an identity of their own, or called and is known by number and birth date."""

    person: PersonId
    level: int
    """Level of assurance of that sign-in; 0 where they called, or an older event does not say."""


class StaffRole(StrEnum):
    """What a member of staff may do."""

    OPERATOR = "operator"
    """Runs the service, and does what there is no desk for yet."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody of the helpdesk, as the organisation knows them. Citizens are told that it was the helpdesk."""

    staff_id: str
    roles: tuple[StaffRole, ...]


@dataclass(frozen=True, slots=True)
class Provider:
    """A service provider, by the name of its organisation."""

    organisation: str


class Cause(StrEnum):
    """What makes the system act by itself."""

    GUESSES = "guesses"
    """More wrong codes than a code survives."""
    REGISTER = "register"
    """What the population register says of who is asked for."""
    LETTER = "letter"
    """Whoever has a letter, and with it the code by which its request is refused."""
    POST = "post"
    """What became of a letter, as the print vendor tells."""
    DEATH = "death"
    """Of the represented, or of the representative."""
    OPT_OUT = "opt-out"
    """A person is on the list of those who want no mandates."""
    OPERATOR = "operator"
    """Who runs the service, for the person concerned."""


@dataclass(frozen=True, slots=True)
class System:
    """No person: a rule, when its time has come."""

    cause: Cause


Actor = Citizen | Staff | Provider | System
