"""Requests and mandates: frozen facts, whose state at an instant is asked with that instant."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from chalicelib.catalogue.model import ServiceId
from chalicelib.days import day_before
from chalicelib.mandates.period import Period
from chalicelib.people.actor import Cause, Citizen
from chalicelib.people.pseudonym import ClaimId, PersonId

CaseId = NewType("CaseId", str)
"""One matter from request to its end: the request and the mandate that comes of it share it."""

VisitId = NewType("VisitId", str)
"""What somebody asks for in one visit: the case id of its first request."""

_NUMBER = 2
"""Hexadecimal digits of a case id that tell the requests of one visit apart."""


def case_of(visit_id: VisitId, number: int) -> CaseId:
    """Return the case id of a request of a visit, which has the first 256."""
    return CaseId(f"{visit_id[:-_NUMBER]}{number:0{_NUMBER}x}")


def visit_of(case_id: str) -> VisitId:
    return VisitId(case_of(VisitId(case_id), 0))


def asked_with(case_id: str) -> str:
    """Return how all case ids of a visit begin."""
    return case_id[:-_NUMBER]


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
        """Return what came after; a count that was forgotten in between began anew."""
        if self.made < before.made:
            return self
        return Guesses(self.made - before.made, self.wearing - before.wearing)

    @property
    def void(self) -> bool:
        """Whether a code does not survive them."""
        return self.wearing >= PER_CODE


class RequestState(StrEnum):
    CHECKING = "checking"
    """Somebody else asked, and the population register was not asked yet."""
    WAITING = "waiting"
    ACTIVATED = "activated"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    BLOCKED = "blocked"
    """Too many wrong codes were tried, so its code is void."""
    UNDELIVERABLE = "undeliverable"
    """Somebody else asked, and it was not for the represented to decide on: whoever asked never hears of it."""


OPEN = (RequestState.CHECKING, RequestState.WAITING)

REQUEST_MOVES: Mapping[RequestState, frozenset[RequestState]] = {
    RequestState.WAITING: frozenset({RequestState.CHECKING}),
    RequestState.ACTIVATED: frozenset({RequestState.WAITING}),
    RequestState.APPROVED: frozenset({RequestState.WAITING}),
    RequestState.REFUSED: frozenset({RequestState.WAITING}),
    RequestState.WITHDRAWN: frozenset(OPEN),
    RequestState.BLOCKED: frozenset({RequestState.WAITING}),
    RequestState.UNDELIVERABLE: frozenset(OPEN),
}
"""From which states each state may be reached, by a write; the clock alone makes a request expired."""


class MandateState(StrEnum):
    FUTURE = "future"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    REVOKED = "revoked"
    """Ended by one of its sides."""
    ENDED = "ended"
    """Ended for another reason, which its `cause` is."""


LIVING = (MandateState.FUTURE, MandateState.ACTIVE, MandateState.SUSPENDED)


class Way(StrEnum):
    """How the represented consents (design.md section 4)."""

    ASKED = "asked"
    """They asked, and handed the code over."""
    LETTER = "letter"
    """Somebody else asked, and they handed over the code of the letter."""
    APPROVED = "approved"
    """Somebody else asked, and they signed in and said yes."""
    KNOWN = "known"
    """They chose somebody who represented them before."""
    RENEWED = "renewed"
    """They let a mandate go on with a new one."""


@dataclass(frozen=True, slots=True)
class Consent:
    """How the represented consents, and at which level of assurance."""

    way: Way
    level: int


@dataclass(frozen=True, slots=True)
class CodeTerms:
    """What a request says of its code."""

    claim: ClaimId
    """Under which the code is kept,"""
    code_id: CaseId
    """and by which: the first request of the visit, whose requests share it."""
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
    requester_bsn: bytes | None = field(default=None, repr=False)
    """None where the represented asks."""
    checked_at: datetime | None = None
    """When the population register was asked about what somebody else asks."""
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
    def visit(self) -> VisitId:
        return visit_of(self.case_id)

    @property
    def last_day(self) -> date:
        """Day until whose end it can be granted."""
        return day_before(self.expires_at)

    def state(self, now: datetime, guesses: Guesses | None = None) -> RequestState:
        """Return how it is now; who knows what was tried for this person so far, sees too whether its code is void."""
        if self.ended is not None:
            return self.ended
        if now >= self.expires_at:
            return RequestState.EXPIRED
        if self.checked_at is None and not self.is_own:
            return RequestState.CHECKING
        void = guesses is not None and self.code is not None and self.code.tried(guesses).void
        return RequestState.BLOCKED if void else RequestState.WAITING


@dataclass(frozen=True, slots=True)
class Asking:
    """All that somebody who asked for another is ever told of it: what they asked, and what they may know of its end.

    So nothing that they are shown can depend on anything else (invariant 7).
    """

    case_id: CaseId
    requester: PersonId
    represented: PersonId
    represented_bsn: bytes = field(repr=False)
    """As they filled it in."""
    service_id: ServiceId
    period: Period
    requested_at: datetime
    expires_at: datetime
    ended: RequestState | None = None
    """Activated or approved when the mandate is theirs, withdrawn by them, or refused where they may be told."""
    ended_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether it is open as far as they know."""
        return self.ended is None and now < self.expires_at


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
    """The lower of the levels of consent and activation (machtigen.md 5.3)."""
    activated_at: datetime
    consent: Consent
    activated_level: int
    """Level of assurance at which the representative was known when they took it on."""
    without: tuple[ServiceId, ...] = ()
    """Services behind its portal or set that it does not open any more."""
    previous: CaseId | None = None
    """The mandate that it continues."""
    suspended_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: Party | None = None
    cause: Cause | None = None
    """Why it ended, where neither side ended it."""
    version: int = 2

    def state(self, now: datetime) -> MandateState:
        if self.ended_at is not None:
            return MandateState.ENDED if self.ended_by is None else MandateState.REVOKED
        if self.period.has_ended(now):
            return MandateState.EXPIRED
        if self.suspended_at is not None:
            return MandateState.SUSPENDED
        return MandateState.ACTIVE if self.period.has_begun(now) else MandateState.FUTURE

    @property
    def sides(self) -> dict[str, PersonId]:
        return {Party.REPRESENTED: self.represented, Party.REPRESENTATIVE: self.representative}

    def party(self, person: PersonId) -> Party | None:
        """Return which side a person is on, or None for a stranger."""
        if person == self.represented:
            return Party.REPRESENTED
        return Party.REPRESENTATIVE if person == self.representative else None


@dataclass(frozen=True, slots=True)
class Blocked:
    """That somebody wants no requests of somebody else any more."""

    requester: PersonId
    requester_bsn: bytes = field(repr=False)
    since: datetime


@dataclass(frozen=True, slots=True)
class OptOut:
    """That nobody can ask for mandates of a person, themselves neither (machtigen.md 3.5)."""

    since: datetime
