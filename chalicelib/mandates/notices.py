"""Letters that tell both sides of mandates that these began without a code. They carry none, and are not counted."""

from collections.abc import Sequence

from chalicelib.catalogue.model import Service
from chalicelib.days import today
from chalicelib.letters.contract import Letter, LetterKind, LetterService
from chalicelib.mandates.model import Mandate
from chalicelib.mandates.parties import Parties
from chalicelib.people.brp.person import Person

IDS = 16**4
"""How many letters a case can have, by the last four hexadecimal digits of their ids."""


def notices(
    made: Sequence[tuple[Mandate, Service]], both: Parties, *, language: str, site: str, number: int
) -> tuple[Letter, ...]:
    """Return a letter for each side of mandates between the same two, but for who gets none by the register.

    Neither says where the other lives. `number` tells their ids from those of other letters of the case.
    """
    sides = (
        (LetterKind.GIVEN, both.represented, both.representative),
        (LetterKind.HELD, both.representative, both.represented),
    )
    first, _ = made[0]
    return tuple(
        _letter(kind, f"{first.case_id}{(number + place) % IDS:04x}", made, person, other.name, language, site)
        for place, (kind, person, other) in enumerate(sides)
        if person.gets_letters
    )


def _letter(
    kind: LetterKind,
    letter_id: str,
    made: Sequence[tuple[Mandate, Service]],
    person: Person,
    other: str,
    language: str,
    site: str,
) -> Letter:
    first, _ = made[0]
    return Letter(
        letter_id=letter_id,
        kind=kind,
        reference=first.case_id[:12].upper(),
        language=language,
        form_of_address=person.form_of_address,
        addressee=person.addressee,
        address=person.address,
        salutation=person.salutation if language == "nl" else f"Dear {person.addressee}",
        written_on=today(first.activated_at),
        services=tuple(
            LetterService(service.name[language], service.provider, mandate.period.start, mandate.period.end)
            for mandate, service in made
        ),
        site=site,
        other=other,
    )
