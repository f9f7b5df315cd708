"""What the use cases need from the outside. Each adapter has a fake that passes the same tests."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chalicelib.audit.trail import Event
from chalicelib.catalogue.model import ServiceId
from chalicelib.letters.model import Letter
from chalicelib.mandates.codes import Fingerprint
from chalicelib.mandates.model import CaseId, Mandate, Party, Request
from chalicelib.people.pseudonym import ClaimId, PersonId


@dataclass(frozen=True, slots=True)
class StoredCode:
    """A code that waits to be used, found only by someone who knows BSN and birth date."""

    claim: ClaimId
    case_id: CaseId
    represented: PersonId
    fingerprint: Fingerprint
    tries_before: int
    """Guesses that had been made at this claim when the code was issued; they do not count against it."""
    expires_at: datetime


class MandateStore(Protocol):
    """The register. Every change is one transaction, with its event (invariant 2)."""

    def open_request(self, request: Request, code: StoredCode, letter: Letter) -> None:
        """Write request, code, letter and event. Raise `Conflict` if this case exists, or an open request does."""
        ...

    def request(self, represented: PersonId, case_id: str) -> Request | None: ...

    def requests(self, represented: PersonId) -> list[Request]:
        """Return all requests of a person, newest first."""
        ...

    def codes(self, claim: ClaimId) -> list[StoredCode]: ...

    def activate(self, request: Request, mandate: Mandate) -> None:
        """Turn a waiting request into a mandate. Raise `Conflict` if it does not wait any more at `activated_at`."""
        ...

    def withdraw(self, request: Request, now: datetime) -> None:
        """End a waiting request. Raise `Conflict` if it does not wait any more."""
        ...

    def revoke(self, mandate: Mandate, by: Party, now: datetime) -> None:
        """End a mandate under both people. Raise `Conflict` if it was revoked or changed before."""
        ...

    def mandate(self, case_id: str) -> Mandate | None: ...

    def given(self, represented: PersonId) -> list[Mandate]: ...

    def held(self, representative: PersonId, service_id: ServiceId | None = None) -> list[Mandate]:
        """Return the mandates someone holds, all or for one service: one consistent Query."""
        ...

    def record_use(self, case_id: CaseId, use_id: str, event: Event) -> None: ...

    def history(self, case_id: CaseId) -> list[Event]:
        """Return what happened in a case, newest first."""
        ...


class Tries(Protocol):
    """Counts guesses before they are checked. Fails closed: no counter, no check."""

    def spend(self, subject: str, now: datetime) -> int:
        """Take one try of a subject (`representative:<id>`, `network:<address>`) and return how many are left.

        Raises `RateLimited` when none is left in this window.
        """
        ...

    def refund(self, subject: str) -> None:
        """Give back the try of a guess that was right."""
        ...

    def add(self, claim: ClaimId, now: datetime) -> int:
        """Count a guess at a claim and return the number that it has: each guess its own."""
        ...

    def total(self, claim: ClaimId) -> int: ...

    def forgive(self, claim: ClaimId) -> None:
        """Take back the count of a guess that was right."""
        ...


class LetterSender(Protocol):
    def send(self, letter_id: str, now: datetime) -> None: ...
