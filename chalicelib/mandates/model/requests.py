"""Requests, and what who asks for another knows of theirs: frozen facts, whose state is asked with an instant."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from chalicelib.catalogue.model import ServiceId
from chalicelib.days import day_before
from chalicelib.mandates.model.cases import CaseId, Party, VisitId, visit_of
from chalicelib.mandates.model.guesses import Guesses
from chalicelib.mandates.model.period import Period
from chalicelib.mandates.model.validity import end_from_posting, last_safe_day
from chalicelib.people.actor import Citizen, Staff
from chalicelib.people.pseudonym import ClaimId, PersonId


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
    """Its letter came back or cannot be printed, so its code is void. Or somebody else asked, and it was not for the
    represented to decide on. Who asked for another never hears of it."""


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
    """Until its letter is posted, the outer limit (`model/validity.py`)."""
    level: int | None
    """Level of assurance at which the represented consents so far: by asking; None while they have not."""
    requester_bsn: bytes | None = field(default=None, repr=False)
    """None where the represented asks."""
    staff: Staff | None = None
    """Who of the helpdesk wrote it down, where the represented asked by telephone."""
    checked_at: datetime | None = None
    """When the population register was asked about what somebody else asks."""
    code: CodeTerms | None = None
    letter_id: str | None = None
    valid_days: int | None = None
    """For how long it is open once its letter is posted, as the catalogue said when it was asked; None where that does
    not change `expires_at`: no letter is sent, or it was posted."""
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
        """Whether the represented asks, also by telephone."""
        return self.requester.person == self.represented

    @property
    def written_by(self) -> Citizen | Staff:
        """Who does the asking here: the requester, or the helpdesk for who called."""
        return self.staff or self.requester

    @property
    def is_theirs_to_hand_over(self) -> bool:
        """Whether the represented may give its code to anybody: they asked, signed in, or by telephone, where only the
        letter to their home has it.
        """
        return self.is_own and (self.level is not None or self.staff is not None)

    @property
    def visit(self) -> VisitId:
        return visit_of(self.case_id)

    @property
    def last_day(self) -> date:
        """Day until whose end it can be granted."""
        return day_before(self.expires_at)

    @property
    def safe_day(self) -> date:
        """Day until whose end it can be granted for certain, whenever its letter is posted: that which it prints."""
        if self.valid_days is None:
            return self.last_day
        return last_safe_day(self.written_at, self.valid_days, self.expires_at)

    @property
    def written_at(self) -> datetime:
        """When its letter was written, if there is one: nobody posts it before."""
        return self.checked_at or self.requested_at

    def posted(self, at: datetime) -> "Request":
        """Return it as it is once its letter was posted."""
        if self.valid_days is None:
            return self
        ends = end_from_posting(max(at, self.written_at), self.valid_days, self.expires_at)
        return replace(self, expires_at=ends, valid_days=None)

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
class Blocked:
    """That somebody wants no requests of somebody else any more."""

    requester: PersonId
    requester_bsn: bytes = field(repr=False)
    since: datetime


@dataclass(frozen=True, slots=True)
class OptOut:
    """That nobody can ask for mandates of a person, themselves neither (machtigen.md 3.5)."""

    since: datetime
