"""Letters that tell both sides of mandates that these began without a code. They carry none, and are not counted."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.days import today
from chalicelib.letters.contract.letter import Letter, LetterKind
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.model.wishes import LetterWishes
from chalicelib.mandates.rules.parties import Parties
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.mandates.writing.telling import Tidings, telling_letter

IDS = 16**4
"""How many letters a case can have, by the last four hexadecimal digits of their ids."""


@dataclass(frozen=True, slots=True)
class WishesOfBoth:
    """How letters to either side look."""

    represented: LetterWishes
    representative: LetterWishes


def notices(
    first: Mandate, wanted: Sequence[WantedService], both: Parties, *, wishes: WishesOfBoth, site: str, number: int
) -> tuple[Letter, ...]:
    """Return a letter for each side of mandates that began together, but for who gets none by the register.

    Neither says where the other lives. `number` tells their ids from those of other letters of the case.
    """
    level = level_to_confirm(first, wanted)
    sides = (
        (LetterKind.GIVEN, wishes.represented, both.represented, both.representative, None),
        (LetterKind.HELD, wishes.representative, both.representative, both.represented, level),
    )
    on = today(first.activated_at)
    return tuple(
        telling_letter(
            kind,
            Tidings(f"{first.case_id}{(number + place) % IDS:04x}", wanted, on, site),
            person,
            wish,
            other=other.name,
            confirm_level=asked,
        )
        for place, (kind, wish, person, other, asked) in enumerate(sides)
        if person.gets_letters
    )


def level_to_confirm(first: Mandate, wanted: Sequence[WantedService]) -> int | None:
    """Return the level at which the representative has to confirm their part, for all of it to count for enough."""
    needed = max(one.service.level_at(first.activated_at) for one in wanted)
    return needed if needed > first.activated_level else None
