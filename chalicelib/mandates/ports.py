"""What the use cases need from the outside. Each adapter has a fake that passes the same tests."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chalicelib.audit.trail import Event, Sides
from chalicelib.catalogue.model import ServiceId
from chalicelib.days import today
from chalicelib.letters.contract import Letter
from chalicelib.letters.limits import Asker, Sent
from chalicelib.mandates.codes import Fingerprint
from chalicelib.mandates.model import CaseId, Guesses, Mandate, Request
from chalicelib.people.actor import Citizen
from chalicelib.people.pseudonym import AddressId, ClaimId, PersonId


@dataclass(frozen=True, slots=True)
class StoredCode:
    """A code that waits to be used, found only by someone who knows BSN and birth date."""

    claim: ClaimId
    case_id: CaseId
    represented: PersonId
    fingerprint: Fingerprint
    guesses_before: Guesses
    """What had been tried at this claim when the code was issued; it does not count against it."""
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Mailing:
    """A letter, and where it goes."""

    letter: Letter
    address: AddressId


@dataclass(frozen=True, slots=True)
class Opening:
    """A request, and what is written down with it."""

    request: Request
    code: StoredCode | None = None
    mailing: Mailing | None = None
    instead_of: Request | None = None
    """An open request whose code is void. It gives way, and its letter is not counted any more."""

    def sent(self, letter: Letter) -> Sent:
        """Say how its letter counts."""
        request, by = self.request, Asker.OWNER if self.request.is_own else Asker.OTHER
        return Sent(letter.letter_id, today(request.requested_at), request.service_id, by)

    @property
    def without(self) -> str:
        """Id of the letter that does not count."""
        return (self.instead_of and self.instead_of.letter_id) or ""


class MandateStore(Protocol):
    """The register. Every change is one transaction, with its event (invariant 2)."""

    def open_request(self, opening: Opening) -> None:
        """Write request, code, letter, its count and event, what there is of these, and end the one that gives way.

        Raise `Conflict` if this case exists, or an open request of the same requester does, and `TooManyLetters`.
        """
        ...

    def request(self, represented: PersonId, case_id: str) -> Request | None: ...

    def requests(self, represented: PersonId) -> list[Request]:
        """Return all requests of a person, newest first."""
        ...

    def open_for(self, represented: PersonId, service_id: ServiceId, requester: PersonId) -> Request | None:
        """Return the request of a requester that is marked as open; whether it still is, its state tells."""
        ...

    def codes(self, claim: ClaimId) -> list[StoredCode]: ...

    def activate(self, request: Request, mandate: Mandate, by: Citizen) -> None:
        """Turn a waiting request into a mandate. Raise `Conflict` if it does not wait any more at `activated_at`."""
        ...

    def withdraw(self, request: Request, by: Citizen, now: datetime) -> None:
        """End a waiting request. Raise `Conflict` if it does not wait any more."""
        ...

    def revoke(self, mandate: Mandate, by: Citizen, now: datetime) -> None:
        """End a mandate under both people, by one of them. Raise `Conflict` if it was revoked or changed before."""
        ...

    def mandate(self, case_id: str) -> Mandate | None: ...

    def given(self, represented: PersonId) -> list[Mandate]: ...

    def held(self, representative: PersonId, service_id: ServiceId | None = None) -> list[Mandate]:
        """Return the mandates someone holds, all or for one service: one consistent Query."""
        ...

    def record_use(self, case_id: CaseId, use_id: str, event: Event) -> None: ...

    def history(self, case_id: CaseId, sides: Sides) -> list[Event]:
        """Return what happened in a case, newest first; older events name only sides."""
        ...


@dataclass(frozen=True, slots=True)
class Tried:
    """One try of a subject, this one included."""

    left: int
    """Tries that remain in this window."""
    in_all: int
    """Tries that were made since long before any code that works today."""


class Tries(Protocol):
    """Counts guesses before they are checked. Fails closed: no counter, no check."""

    def spend(self, subject: str, now: datetime) -> Tried:
        """Take one try of a subject (`pair:<representative>:<represented>`, `network:<network>`).

        Raises `RateLimited` when none is left in this window.
        """
        ...

    def refund(self, subject: str) -> None:
        """Give back the try of a guess that was right, or that was not checked."""
        ...

    def add(self, claim: ClaimId, now: datetime, *, wears: bool) -> Guesses:
        """Count a guess at a claim, which wears its codes out or not, and return all with it: each guess its own."""
        ...

    def total(self, claim: ClaimId) -> Guesses: ...

    def forgive(self, claim: ClaimId, *, wears: bool) -> None:
        """Take back the count of a guess that was right."""
        ...


class LetterSender(Protocol):
    def send(self, letter_id: str, now: datetime) -> None: ...
