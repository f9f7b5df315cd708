"""What the use cases need from the outside. Each adapter has a fake that passes the same tests."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chalicelib.audit.trail import Event, Sides
from chalicelib.catalogue.model import ServiceId
from chalicelib.letters.contract.letter import Letter
from chalicelib.letters.life import LetterRow
from chalicelib.mandates.model.cases import CaseId, VisitId
from chalicelib.mandates.model.guesses import Guesses
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.model.notices import Notice
from chalicelib.mandates.model.refusals import RefusalId
from chalicelib.mandates.model.requests import Asking, Blocked, OptOut, Request
from chalicelib.mandates.model.selection import EVERY, Selection
from chalicelib.mandates.model.wishes import LetterWishes
from chalicelib.mandates.register.transactions import (
    Admission,
    Closing,
    Delivery,
    Making,
    Opening,
    StoredCode,
    StoredRefusal,
)
from chalicelib.paging import PER_PAGE, Page
from chalicelib.people.actor import Citizen
from chalicelib.people.pseudonym import ClaimId, PersonId


class Wishes(Protocol):
    """What people wish of letters to them. Both may raise `Unavailable`."""

    def stated(self, person: PersonId) -> LetterWishes | None:
        """Return what somebody stated last; None where they never did."""
        ...

    def state(self, person: PersonId, wishes: LetterWishes) -> None: ...


class MandateStore(Wishes, Protocol):
    """The register. Every change is one transaction, with its event (invariant 2). All may raise `Unavailable`."""

    def open_requests(self, opening: Opening) -> None:
        """Write requests, code, letter, its count and events, what there is of these, and end those that give way.

        Raise `Conflict` if a case exists, an open request of the same requester does, or the represented opted out
        and asks themselves; `TooManyLetters`; and `TooManyRequests` for who asks for others.
        """
        ...

    def admit(self, admission: Admission) -> None:
        """Let requests that were being checked wait, as they are given; at their `checked_at`.

        Raise `Conflict` if one is not being checked any more, or the represented opted out or blocked who asks, and
        `TooManyLetters`.
        """
        ...

    def close(self, closing: Closing) -> None:
        """End requests that are open. Raise `Conflict` if one is not any more, or may not end so."""
        ...

    def take_back(self, asked: Asking, by: Citizen, now: datetime) -> None:
        """Withdraw what somebody asked for another, whatever has become of it meanwhile.

        Raise `Conflict` if it is not open any more as far as they know.
        """
        ...

    def letter(self, letter_id: str) -> LetterRow | None:
        """Return where a letter is; None for one that nobody asked for."""
        ...

    def deliver(self, delivery: Delivery) -> None:
        """Move a letter, with the requests that wait for it.

        Raise `Conflict` if it is not in a state from which that is allowed, or a request does not wait any more.
        """
        ...

    def confirm_address(self, letter: LetterRow, now: datetime) -> None:
        """Write down that the register still says where a letter goes, and that it is to be sent.

        Raise `Conflict` if it is not as given any more.
        """
        ...

    def request(self, represented: PersonId, case_id: str) -> Request | None: ...

    def requests(self, represented: PersonId, visit_id: VisitId | None = None) -> list[Request]:
        """Return all requests of a person, or those of a visit, newest first."""
        ...

    def open_for(self, represented: PersonId, service_id: ServiceId, requester: PersonId) -> Request | None:
        """Return the request of a requester that is marked as open; whether it still is, its state tells.

        One that somebody made for another is marked for as long as it is open as far as they know.
        """
        ...

    def askings(self, requester: PersonId) -> list[Asking]:
        """Return what somebody asked for others, newest first."""
        ...

    def asking(self, requester: PersonId, case_id: str) -> Asking | None: ...

    def codes(self, claim: ClaimId) -> list[StoredCode]: ...

    def refusal(self, refusal_id: RefusalId) -> StoredRefusal | None: ...

    def make(self, making: Making, by: Citizen) -> None:
        """Begin mandates, at their `activated_at`, end the requests that they come of, and make notices of it due.

        Raise `Conflict` if one of these does not wait any more then, a case exists already, or the represented opted
        out or, but for what they asked themselves, blocked the other; or it is not their turn any more.
        """
        ...

    def change(self, mandate: Mandate, new: Mandate, event: Event, *due: Notice) -> None:
        """Put a mandate in the place of what it was, under both people, and make notices of it due.

        To suspend one takes a turn of who gave it.

        Raise `Conflict` if it was changed, or ended, before, or the turn was taken meanwhile.
        """
        ...

    def mandate(self, case_id: str) -> Mandate | None: ...

    def turn(self, represented: PersonId) -> int:
        """Return how often somebody mandated in turns lately, or what they gave was suspended."""
        ...

    def given(self, represented: PersonId) -> list[Mandate]: ...

    def held(self, representative: PersonId) -> list[Mandate]: ...

    def blocked(self, represented: PersonId) -> list[Blocked]:
        """Return whose requests somebody does not want, newest first."""
        ...

    def block(self, represented: PersonId, block: Blocked) -> None: ...

    def unblock(self, represented: PersonId, requester: PersonId) -> None: ...

    def opt_out(self, person: PersonId, out: OptOut | None) -> None:
        """Put a person on the list of those who want no mandates, or with None take them off it."""
        ...

    def opted_out(self, person: PersonId) -> OptOut | None: ...

    def held_page(
        self,
        representative: PersonId,
        place: str = "",
        limit: int | None = PER_PAGE,
        selection: Selection = EVERY,
    ) -> Page[Mandate]:
        """Return a page of what someone holds, by service. A place comes from such a page, or is the beginning."""
        ...

    def given_page(
        self,
        represented: PersonId,
        place: str = "",
        limit: int | None = PER_PAGE,
        selection: Selection = EVERY,
    ) -> Page[Mandate]:
        """Return a page of what someone gave, in no order that means anything."""
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


class Notices(Protocol):
    """Notices that are due. All may raise `Unavailable`."""

    def due(self, notice_id: str, now: datetime) -> Notice | None:
        """Return a notice that is to be told still; None for one that was, or whose time is over."""
        ...

    def tell(self, notice: Notice, letter: Letter | None, now: datetime) -> bool:
        """Write a notice's letter down, or that there is nobody to write to; False where that was done before."""
        ...


class LetterSender(Protocol):
    def send(self, letter_id: str, now: datetime) -> None: ...


class CheckSender(Protocol):
    def send(self, check_id: str, now: datetime) -> None: ...
