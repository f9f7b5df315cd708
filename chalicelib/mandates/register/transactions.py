"""What the register writes in one transaction each: how requests open, wait and close, and how mandates begin."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.letters.contract.letter import Letter
from chalicelib.letters.contract.states import LetterState
from chalicelib.letters.contract.statuses import Mishap
from chalicelib.mandates.model.cases import CaseId, VisitId
from chalicelib.mandates.model.codes import Fingerprint
from chalicelib.mandates.model.guesses import Guesses
from chalicelib.mandates.model.mandates import Mandate, Way
from chalicelib.mandates.model.notices import Notice, of_beginning, of_posting
from chalicelib.mandates.model.refusals import RefusalId
from chalicelib.mandates.model.requests import Blocked, Request, RequestState
from chalicelib.mandates.register.checks import Check
from chalicelib.people.actor import Actor
from chalicelib.people.pseudonym import AddressId, ClaimId, PersonId


@dataclass(frozen=True, slots=True)
class StoredCode:
    """A code that waits to be used, found only by someone who knows BSN and birth date."""

    claim: ClaimId
    code_id: CaseId
    """The first request of the visit: the code is for all of its requests that wait."""
    represented: PersonId
    fingerprint: Fingerprint
    guesses_before: Guesses
    """What had been tried at this claim when the code was issued; it does not count against it."""
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class StoredRefusal:
    """That a letter's refusal code refuses what was asked in a visit."""

    refusal_id: RefusalId
    represented: PersonId
    visit_id: VisitId
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Mailing:
    """A letter, and where it goes."""

    letter: Letter
    address: AddressId


@dataclass(frozen=True, slots=True)
class Opening:
    """The requests of one visit, by one requester for one represented, and what is written down with them."""

    requests: tuple[Request, ...]
    code: StoredCode | None = None
    mailing: Mailing | None = None
    instead_of: tuple[Request, ...] = ()
    """Open requests whose code is void. They give way, and their letters are not counted any more."""
    check: Check | None = None
    """To be made where somebody else asks."""


@dataclass(frozen=True, slots=True)
class Admission:
    """Requests that wait for the represented from now on, as they are then, and what is written down with them."""

    requests: tuple[Request, ...]
    code: StoredCode | None = None
    mailing: Mailing | None = None
    refusal: StoredRefusal | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """How requests of one visit end, or one's own, without a mandate."""

    requests: tuple[Request, ...]
    how: RequestState
    by: Actor
    at: datetime
    told: bool = False
    """Whether somebody else who asked may know. Who withdraws does."""
    block: Blocked | None = None
    """Whose requests the represented wants no more."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A step of a letter, and what it makes of the requests of its visit that wait."""

    letter_id: str
    state: LetterState
    at: datetime
    """When it happened, at the vendor's or in the post."""
    now: datetime
    reason: Mishap | None = None
    batch: str = ""
    stopped: bool = False
    """Whether it is not to be printed any more: then its mark in the outbox stays, so that its vendor hears of it."""
    recalled: bool = False
    """Whether it is we who end it, before its vendor has it: then it is marked, so that they hear of it."""
    posted: tuple[Request, ...] = ()
    """As they are from now on: their end counts from the posting, and that of their code with them."""
    lost: tuple[Request, ...] = ()
    """They end, and their code is void."""

    @property
    def due(self) -> tuple[Notice, ...]:
        """What is told by letter later, if it is so still."""
        return of_posting(self.posted, self.at)


@dataclass(frozen=True, slots=True)
class Making:
    """Mandates that begin together, and the requests of the same cases that they come of."""

    mandates: tuple[Mandate, ...]
    requests: tuple[Request, ...] = ()
    notices: tuple[Letter, ...] = ()
    turn: int | None = None
    """Which `MandateStore.turn` it rests on, read before what the represented gave; None where it rests on none."""

    @property
    def how(self) -> RequestState:
        """How the requests end."""
        approved = self.mandates[0].consent.way is Way.APPROVED
        return RequestState.APPROVED if approved else RequestState.ACTIVATED

    @property
    def due(self) -> tuple[Notice, ...]:
        """What is told by letters that are written later."""
        return of_beginning(self.mandates)

    @property
    def unasked(self) -> set[PersonId]:
        """Whom the represented may have blocked: who asked for them, or without a request whom they know."""
        askers = {one.requester.person for one in self.requests if not one.is_own}
        return askers if self.requests else {one.representative for one in self.mandates}
