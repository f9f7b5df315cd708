"""What letters of every kind have in common."""

from collections.abc import Iterable
from typing import TypedDict

from chalicelib.letters.contract.letter import LetterService
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.people.brp.person import Person


class Addressed(TypedDict):
    """The head of a letter."""

    form_of_address: str
    addressee: str
    address: tuple[str, ...]
    salutation: str


def addressed(person: Person, language: str) -> Addressed:
    return {
        "form_of_address": person.form_of_address,
        "addressee": person.addressee,
        "address": person.address,
        "salutation": person.salutation_in(language),
    }


def lines(wanted: Iterable[WantedService], language: str) -> tuple[LetterService, ...]:
    """Return what letters and pages say of services and periods."""
    return tuple(
        LetterService(one.service.name[language], one.service.provider, one.period.start, one.period.end)
        for one in wanted
    )


def reference_of(case_id: str) -> str:
    """Return what people call a case by, or a visit, or a letter: its first twelve digits."""
    return case_id[:12].upper()
