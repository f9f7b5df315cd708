"""Who represented somebody before: they may be mandated again without a code (design.md section 4)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.errors import NotFound, Refused
from chalicelib.mandates.model.cases import CaseId
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.model.requests import Blocked
from chalicelib.mandates.register.hiding import number_in
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.people.actor import Cause
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import PersonId
from chalicelib.people.vault import Vault


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who represented a person, by all that they were given and that began; newest first, one at least."""

    representative: PersonId
    mandates: tuple[Mandate, ...]
    suspended: bool = False
    """Whether they are mandated no more for now: something between the two is looked into."""

    @property
    def case_id(self) -> CaseId:
        """By which pages name them: no address holds a pseudonym."""
        return self.mandates[0].case_id

    @property
    def level(self) -> int:
        """Highest level at which they were known to be who they are when they took one on."""
        return max(mandate.activated_level for mandate in self.mandates)

    def bsn(self, vault: Vault) -> Bsn:
        return number_in(self.case_id, self.mandates[0].representative_bsn, vault)


def began(mandate: Mandate, now: datetime) -> bool:
    """Whether somebody really represented somebody by it, if only for a moment."""
    return mandate.period.has_begun(min(now, mandate.ended_at or now))


def suspended_between(given: Iterable[Mandate], representative: PersonId, now: datetime) -> bool:
    """Whether operators suspended something that was given to somebody, and did not decide on it yet.

    Ended while it was suspended by anybody but them, it still counts until its last day: else that were the way round.
    """
    return any(
        one.representative == representative
        and one.suspended_at is not None
        and not one.period.has_ended(now)
        and one.cause is not Cause.OPERATOR
        for one in given
    )


def known_to(represented: PersonId, *, store: MandateStore, now: datetime) -> list[Known]:
    """Return who represented someone before, and is not blocked by them; last seen first."""
    return known_by(store.given(represented), store.blocked(represented), now)


def known_by(given: Sequence[Mandate], blocked: Iterable[Blocked], now: datetime) -> list[Known]:
    """Return the same, by what was given, newest first, and who is blocked."""
    by_person: dict[PersonId, list[Mandate]] = {}
    for mandate in given:
        if began(mandate, now):
            by_person.setdefault(mandate.representative, []).append(mandate)
    unwanted = {block.requester for block in blocked}
    return [
        Known(one, tuple(mandates), suspended_between(given, one, now))
        for one, mandates in by_person.items()
        if one not in unwanted
    ]


def known_in(case_id: str, known: Iterable[Known]) -> Known:
    """Return who represented someone in a case. Raises `NotFound`, and `Refused("looked_into")`."""
    for one in known:
        if any(mandate.case_id == case_id for mandate in one.mandates):
            if one.suspended:
                raise Refused("looked_into")
            return one
    raise NotFound("mandate")
