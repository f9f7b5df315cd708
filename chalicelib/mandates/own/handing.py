"""How a code reaches who asks for themselves: by letter, on the screen, or both (design.md section 4)."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from chalicelib.catalogue.model import Service
from chalicelib.errors import LevelTooLow, Refused
from chalicelib.people.brp.person import Person, PopulationRegister
from chalicelib.people.bsn import Bsn


class Handing(StrEnum):
    """In which ways a code is handed to who asks."""

    LETTER = "letter"
    SCREEN = "screen"
    BOTH = "both"

    @property
    def by_letter(self) -> bool:
        return self is not Handing.SCREEN

    @property
    def on_screen(self) -> bool:
        return self is not Handing.LETTER


def receiver(bsn: Bsn, people: PopulationRegister) -> Person:
    """Return the register's record of who asks for themselves. Raises `Refused("no_letter")` for who is not in it."""
    person = people.find([bsn]).get(bsn)
    if person is None:
        raise Refused("no_letter")
    return person


def handings(person: Person, services: Sequence[Service], level: int, now: datetime) -> tuple[Handing, ...]:
    """Return how the one code for these services can be handed over, the usual way first; on screen where all allow it.

    Raises `Refused("no_letter")` for who gets none, and `LevelTooLow` where they could see it, signed in higher.
    """
    shown = all(service.shows_code(level, now) for service in services)
    if person.gets_letters:
        return (Handing.LETTER, Handing.SCREEN, Handing.BOTH) if shown else (Handing.LETTER,)
    if person.may_act and shown:
        return (Handing.SCREEN,)
    if person.may_act and (needed := screen_level(services, now)) is not None:
        raise LevelTooLow(needed)
    raise Refused("no_letter")


def screen_level(services: Sequence[Service], now: datetime) -> int | None:
    """Return the level from which their code can be seen on screen; None where one of them never shows it."""
    levels = [max(one.code_on_screen, one.level_at(now)) for one in services if one.code_on_screen is not None]
    return max(levels) if len(levels) == len(services) else None
