"""Mandates, and how the represented consents: frozen facts, whose state is asked with an instant."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from chalicelib.catalogue.model import ServiceId
from chalicelib.mandates.model.cases import CaseId, Party
from chalicelib.mandates.model.period import Period
from chalicelib.people.actor import Cause
from chalicelib.people.pseudonym import PersonId


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
    TELEPHONE = "telephone"
    """They asked by telephone, and handed over the code of the letter."""
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

    @property
    def numbers(self) -> dict[Party, bytes]:
        """Citizen numbers, sealed for the case."""
        return {Party.REPRESENTED: self.represented_bsn, Party.REPRESENTATIVE: self.representative_bsn}

    def party(self, person: PersonId) -> Party | None:
        """Return which side a person is on, or None for a stranger."""
        if person == self.represented:
            return Party.REPRESENTED
        return Party.REPRESENTATIVE if person == self.representative else None
