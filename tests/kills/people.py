"""Whoever asks in the proof: made up by a number, so that a process that starts again knows them as the one before."""

from dataclasses import dataclass
from functools import cache

from chalicelib.mandates.model.cases import CaseId, VisitId, case_of
from chalicelib.people.brp.person import Person
from chalicelib.people.bsn import Bsn
from tests.builders import VERA_BORN, a_person, some_bsns

_SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]

NAME, STREET = "Zwq", "Kwx"
"""How every name and every street begins: nothing else has these letters."""


@dataclass(frozen=True, slots=True)
class Caller:
    """One person, who asks for one mandate."""

    number: int
    bsn: Bsn

    @property
    def surname(self) -> str:
        return NAME + _word(self.number)

    @property
    def street(self) -> str:
        return STREET + _word(self.number)

    @property
    def person(self) -> Person:
        return a_person(
            name=f"Vera {self.surname}",
            addressee=f"V. {self.surname}",
            salutation=f"Geachte mevrouw {self.surname}",
            born=VERA_BORN,
            address=(f"{self.street} 12", "1234 AB  Voorbeeld"),
        )

    @property
    def visit_id(self) -> VisitId:
        return VisitId(f"{self.number:030x}00")

    @property
    def case_id(self) -> CaseId:
        return case_of(self.visit_id, 0)

    @property
    def telephones(self) -> bool:
        return self.number % 4 == 1

    @property
    def withdraws(self) -> bool:
        """Whether they take it back soon after, wherever its letter is by then."""
        return self.number % 10 == 7


@cache
def callers(count: int) -> tuple[Caller, ...]:
    return tuple(Caller(number, bsn) for number, bsn in enumerate(some_bsns(count)))


def _word(number: int) -> str:
    """Return a word of four syllables, another for each number."""
    size = len(_SYLLABLES)
    return "".join(_SYLLABLES[(number // size**place + 7 * place) % size] for place in range(4))
