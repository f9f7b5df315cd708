"""Requests and mandates: frozen facts, whose state at an instant is asked with that instant."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from chalicelib.catalogue.model import ServiceId
from chalicelib.days import day_before
from chalicelib.mandates.period import Period
from chalicelib.people.actor import Citizen
from chalicelib.people.pseudonym import ClaimId, PersonId

CaseId = NewType("CaseId", str)
"""One matter from request to revocation: the request and the mandate that comes of it share it."""


class Party(StrEnum):
    """The sides of a case."""

    REPRESENTED = "represented"
    REPRESENTATIVE = "representative"


PER_CODE = 50
"""Wrong codes that one code survives in its life (design.md section 4)."""

WEARING = 5
"""Of each representative only the first five wrong codes wear a code out: nobody alone can make it void."""


@dataclass(frozen=True, slots=True)
class Guesses:
    """Wrong codes that were tried for one person, with the right number and birth date."""

    made: int = 0
    wearing: int = 0

    def since(self, before: "Guesses") -> "Guesses":
        return Guesses(self.made - before.made, self.wearing - before.wearing)

    @property
    def void(self) -> bool:
        """Whether a code does not survive them."""
        return self.wearing >= PER_CODE


class RequestState(StrEnum):
    WAITING = "waiting"
    ACTIVATED = "activated"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    BLOCKED = "blocked"
    """Too many wrong codes were tried, so its code is void."""


class MandateState(StrEnum):
    FUTURE = "future"
    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class CodeTerms:
    """What a request says of its code."""

    claim: ClaimId
    """Under which the code is kept."""
    guesses_before: Guesses
    """What had been tried when it was made; it does not count against it."""

    def tried(self, guesses: Guesses) -> Guesses:
        """Return how many of all wrong codes count against it."""
        return guesses.since(self.guesses_before)


@dataclass(frozen=True, slots=True)
class Request:
    """A wish that one person may act for another, until it is granted or its time is up. Sealed fields hold BSNs."""

    case_id: CaseId
    represented: PersonId
    represented_bsn: bytes = field(repr=False)
    service_id: ServiceId
    period: Period
    requester: Citizen
    """Who asks: the represented, or somebody else."""
    requested_at: datetime
    expires_at: datetime
    level: int | None
    """Level of assurance at which the represented consents so far: by asking; None while they have not."""
    code: CodeTerms | None = None
    letter_id: str | None = None
    ended: RequestState | None = None
    ended_at: datetime | None = None
    version: int = 1

    @property
    def sides(self) -> dict[str, PersonId]:
        """Who asks for somebody else wants to represent them."""
        sides: dict[str, PersonId] = {Party.REPRESENTED: self.represented}
        return sides if self.is_own else {**sides, Party.REPRESENTATIVE: self.requester.person}

    @property
    def is_own(self) -> bool:
        """Whether the represented asks."""
        return self.requester.person == self.represented

    @property
    def last_day(self) -> date:
        """Day until whose end its code works."""
        return day_before(self.expires_at)

    def state(self, now: datetime, guesses: Guesses | None = None) -> RequestState:
        """Return how it is now; who knows what was tried for this person so far, sees too whether its code is void."""
        if self.ended is not None:
            return self.ended
        if now >= self.expires_at:
            return RequestState.EXPIRED
        void = guesses is not None and self.code is not None and self.code.tried(guesses).void
        return RequestState.BLOCKED if void else RequestState.WAITING


@dataclass(frozen=True, slots=True)
class Mandate:
    """What lets one person act for another. Written under both people, always in one transaction."""

    case_id: CaseId
    represented: PersonId
    representative: PersonId
    represented_bsn: bytes = field(repr=False)
    representative_bsn: bytes = field(repr=False)
    service_id: ServiceId
    period: Period
    level: int
    """The lower of the levels at which it was asked for and activated (machtigen.md 5.3)."""
    activated_at: datetime
    revoked_at: datetime | None = None
    revoked_by: Party | None = None
    version: int = 2

    def state(self, now: datetime) -> MandateState:
        if self.revoked_at is not None:
            return MandateState.REVOKED
        if self.period.has_ended(now):
            return MandateState.EXPIRED
        return MandateState.ACTIVE if self.period.has_begun(now) else MandateState.FUTURE

    @property
    def sides(self) -> dict[str, PersonId]:
        return {Party.REPRESENTED: self.represented, Party.REPRESENTATIVE: self.representative}

    def party(self, person: PersonId) -> Party | None:
        """Return which side a person is on, or None for a stranger."""
        if person == self.represented:
            return Party.REPRESENTED
        return Party.REPRESENTATIVE if person == self.representative else None
