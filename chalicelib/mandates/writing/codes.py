"""Letters that bring a code, and the page to take along where it was shown on screen."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from chalicelib.letters.contract.letter import Letter, LetterKind
from chalicelib.mandates.model.wishes import LetterWishes
from chalicelib.mandates.rules.parties import Parties
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.mandates.writing.wording import addressed, lines, reference_of
from chalicelib.people.brp.person import Person


@dataclass(frozen=True, slots=True)
class Written:
    """What every letter with a code says."""

    letter_id: str
    wanted: Sequence[WantedService]
    code: str = field(repr=False)
    """As printed: `XXXX-XXXX-XXXX`."""
    use_before: date
    """Last day on which the code works. What ends earlier does so with its period, which stands beside it."""
    on: date
    site: str


def sheet(written: Written, language: str) -> Letter:
    """Return the page to take along of a code that was shown on screen."""
    return Letter(
        letter_id=written.letter_id,
        kind=LetterKind.SCREEN,
        reference=reference_of(written.letter_id),
        language=language,
        written_on=written.on,
        services=lines(written.wanted, language),
        site=written.site,
        code=written.code,
        use_before=written.use_before,
    )


def own_letter(written: Written, to: Person, wishes: LetterWishes) -> Letter:
    """Return the letter to who asked for themselves."""
    return replace(sheet(written, wishes.language), kind=LetterKind.CODE, **_to(to, wishes))


def telephone_letter(written: Written, to: Person, wishes: LetterWishes) -> Letter:
    """Return the letter to who asked by telephone, on the day on which it is written."""
    return replace(own_letter(written, to, wishes), kind=LetterKind.TELEPHONE)


def asked_letter(written: Written, both: Parties, refusal_code: str, wishes: LetterWishes) -> Letter:
    """Return the letter to whom somebody else asked: it names who asks, and says how to refuse, with a code as printed:
    `XXXX-XXXX`.
    """
    return replace(
        sheet(written, wishes.language),
        kind=LetterKind.ASKED,
        **_to(both.represented, wishes),
        asker=both.representative.name,
        refusal_code=refusal_code,
    )


def _to(person: Person, wishes: LetterWishes) -> dict[str, Any]:
    return {**addressed(person, wishes.language), "large_print": wishes.large_print}
