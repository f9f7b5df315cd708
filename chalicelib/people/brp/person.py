"""A person as the population register knows them, as far as it matters here. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from chalicelib.errors import Unavailable
from chalicelib.people.birth_date import BirthDate
from chalicelib.people.bsn import Bsn


class Standing(StrEnum):
    """What the register says of a person, as far as it decides about letters and mandates (brp.md section 8)."""

    CURRENT = "current"
    NO_ADDRESS = "no address"
    """Abroad, not resident, unknown address, or one that is doubted: no letter can be sent."""
    SUSPENDED = "suspended"
    """For a reason that is unknown: no letter, and nobody acts by it."""
    DECEASED = "deceased"


@dataclass(frozen=True, slots=True)
class Person:
    """A person as read just now. Not kept longer than the page or letter needs it."""

    name: str
    """As the person is called on a page: given names and own surname. Empty for who has no name."""
    addressee: str
    """As the person is called on an envelope: initials and surname, or else the name."""
    salutation: str
    """First line of a Dutch letter, without its comma."""
    born: BirthDate
    address: tuple[str, ...]
    """Lines for an envelope, without the name; empty unless the standing is `CURRENT`."""
    standing: Standing
    form_of_address: str = ""
    """The line above the name for who has a title: `De hoogwelgeboren heer`. Mostly empty."""

    @property
    def gets_letters(self) -> bool:
        return self.standing is Standing.CURRENT and bool(self.addressee)

    @property
    def may_act(self) -> bool:
        """Whether a mandate of or by this person can begin: alive, known, and with a name for the other to see."""
        return self.standing in (Standing.CURRENT, Standing.NO_ADDRESS) and bool(self.name)

    def salutation_in(self, language: str) -> str:
        """Return the first line of a letter in a language: an English one by the name on the envelope."""
        return self.salutation if language == "nl" else f"Dear {self.addressee}"

    def __repr__(self) -> str:
        return f"Person(standing={self.standing})"


@dataclass(frozen=True, slots=True)
class Found:
    """An answer of the register. Who is in neither is unknown there."""

    people: Mapping[Bsn, Person] = field(default_factory=dict)
    unreadable: frozenset[Bsn] = frozenset()
    """Who was asked for and cannot be told now: an odd record, or one question of many without an answer."""

    def get(self, bsn: Bsn) -> Person | None:
        """Return someone, or `None` if unknown. Raises `Unavailable` for someone who cannot be read now."""
        if bsn in self.unreadable:
            raise Unavailable("brp")
        return self.people.get(bsn)

    def __or__(self, other: "Found") -> "Found":
        return Found({**self.people, **other.people}, self.unreadable | other.unreadable)


class PopulationRegister(Protocol):
    def find(self, numbers: Iterable[Bsn]) -> Found:
        """Raise `Unavailable` when the register tells nothing about anybody: no answer, or nonsense."""
        ...

    def check(self) -> None:
        """Raise `Unavailable` unless a question about people would be answered."""
        ...
