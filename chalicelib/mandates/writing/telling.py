"""Letters that tell what happened: somebody asks, a code was used or not yet, a request was approved, a mandate ended.

None has a code, and none is counted. None says where the other side lives. Each raises `ValueError` for a letter to
somebody without an address: ask `Person.gets_letters` first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from chalicelib.letters.contract.letter import EndReason, Letter, LetterKind, Reader
from chalicelib.mandates.model.cases import Party
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.model.wishes import LetterWishes
from chalicelib.mandates.rules.parties import Parties
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.mandates.writing.wording import addressed, lines, reference_of
from chalicelib.people.actor import Cause
from chalicelib.people.brp.person import Person


@dataclass(frozen=True, slots=True)
class Tidings:
    """What every letter says that only tells something."""

    letter_id: str
    wanted: Sequence[WantedService]
    on: date
    """Day on which it is written."""
    site: str


def asked_notice(tidings: Tidings, both: Parties, last_day: date, wishes: LetterWishes) -> Letter:
    """Return the letter to whom somebody asks, and who can sign in to decide until the end of a day."""
    return telling_letter(
        LetterKind.ASKED_NOTICE, tidings, both.represented, wishes, asker=both.representative.name, use_before=last_day
    )


def activated_notice(tidings: Tidings, both: Parties, activated_on: date, wishes: LetterWishes) -> Letter:
    """Return the letter to the represented that the other used their code."""
    return telling_letter(
        LetterKind.ACTIVATED,
        tidings,
        both.represented,
        wishes,
        other=both.representative.name,
        happened_on=activated_on,
    )


def approved_notice(
    tidings: Tidings, both: Parties, approved_on: date, wishes: LetterWishes, *, confirm_level: int | None = None
) -> Letter:
    """Return the letter to the representative that what they asked was approved, and at which level of DigiD they have
    to confirm it first (`notices.level_to_confirm`).
    """
    return telling_letter(
        LetterKind.APPROVED,
        tidings,
        both.representative,
        wishes,
        other=both.represented.name,
        happened_on=approved_on,
        confirm_level=confirm_level,
    )


def ended_notice(
    tidings: Tidings, both: Parties, to: Party, reason: EndReason, ended_on: date, wishes: LetterWishes
) -> Letter:
    """Return the letter to one side of mandates that ended together."""
    sides = {Party.REPRESENTED: both.represented, Party.REPRESENTATIVE: both.representative}
    person = sides.pop(to)
    (other,) = sides.values()
    return telling_letter(
        LetterKind.ENDED,
        tidings,
        person,
        wishes,
        other=other.name,
        happened_on=ended_on,
        reader=Reader(to.value),
        reason=reason,
    )


def reminder(tidings: Tidings, to: Person, letter_of: date, last_day: date, wishes: LetterWishes) -> Letter:
    """Return the letter to who asked for a code and did not have it used: it says of which day that code's letter is.

    Only for what somebody asked for themselves: to whom another asks something, silence is an answer.
    """
    return telling_letter(LetterKind.REMINDER, tidings, to, wishes, happened_on=letter_of, use_before=last_day)


def end_reason(mandate: Mandate, to: Party) -> EndReason:
    """Return why a mandate ended, as far as one of its sides may know. One that nobody ended has had its last day."""
    if mandate.ended_by is not None:
        return EndReason.REVOKED_BY_READER if mandate.ended_by == to else EndReason.REVOKED_BY_OTHER
    match mandate.cause:
        case Cause.DEATH | Cause.REGISTER:
            return EndReason.REGISTER
        case Cause.OPT_OUT if to is Party.REPRESENTED:
            return EndReason.OPT_OUT
        case None:
            return EndReason.PERIOD
        case _:
            return EndReason.OPERATOR


def telling_letter(kind: LetterKind, tidings: Tidings, to: Person, wishes: LetterWishes, **said: object) -> Letter:
    """Return a letter of a kind that only tells; `said` is what its kind says besides."""
    facts: dict[str, object] = {
        "letter_id": tidings.letter_id,
        "kind": kind,
        "reference": reference_of(tidings.letter_id),
        "language": wishes.language,
        "large_print": wishes.large_print,
        **addressed(to, wishes.language),
        "written_on": tidings.on,
        "services": lines(tidings.wanted, wishes.language),
        "site": tidings.site,
    }
    return Letter(**{**facts, **said})  # type: ignore[arg-type]
