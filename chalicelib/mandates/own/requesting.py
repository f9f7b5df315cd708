"""A represented person asks for mandates, and withdraws what has not been activated."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from chalicelib.catalogue.model import ServiceId
from chalicelib.days import today
from chalicelib.errors import Conflict, DomainError, NotFound, Refused, TooManyLetters
from chalicelib.mandates.model.cases import Party, VisitId, case_of
from chalicelib.mandates.model.codes import Code, generate, grouped
from chalicelib.mandates.model.guesses import Guesses
from chalicelib.mandates.model.requests import CodeTerms, Request, RequestState
from chalicelib.mandates.model.validity import end_from_asking, outer_limit
from chalicelib.mandates.model.wishes import own_wishes
from chalicelib.mandates.own.handing import Handing, handings, receiver
from chalicelib.mandates.register.hiding import Secrets, sealed_number
from chalicelib.mandates.register.ports import LetterSender, MandateStore, Tries
from chalicelib.mandates.register.sending import send_letter
from chalicelib.mandates.register.transactions import Closing, Mailing, Opening, StoredCode
from chalicelib.mandates.rules.eligibility import check_age, check_level, check_welcome
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.mandates.writing.codes import Written, own_letter, telephone_letter
from chalicelib.observe import Metric, count, log
from chalicelib.people.actor import Citizen, Staff
from chalicelib.people.brp.person import Person, PopulationRegister
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import PersonId


@dataclass(frozen=True, slots=True)
class Wish:
    """What someone asks for in one visit. `visit_id` is made with the form: sent twice, it is asked once."""

    visit_id: VisitId
    by: Citizen
    bsn: Bsn
    """Theirs."""
    wanted: tuple[WantedService, ...]
    """No service twice. Request number n of the visit is for number n of these."""
    language: str
    site: str
    """Where our pages are, as the letter names it."""
    handing: Handing = Handing.LETTER
    staff: Staff | None = None
    """Who of the helpdesk writes it down for them, who called."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What came of a wish."""

    requests: tuple[Request, ...]
    code: Code | None = field(default=None, repr=False)
    """To be shown, where that was wished; only the first click that asks gets it."""


class Allowed(NamedTuple):
    """A wish with which nothing is wrong."""

    wish: Wish
    person: Person
    """Who asks, as the register has them."""
    void: tuple[Request, ...]
    """Open requests whose code is void: they give way."""


class AlreadyRequested(Refused):
    """Some of the services that somebody asks for, they asked for before: those requests wait still."""

    def __init__(self, services: Sequence[ServiceId]) -> None:
        super().__init__("already_requested")
        self.services = tuple(services)


def ask(
    wish: Wish,
    *,
    store: MandateStore,
    people: PopulationRegister,
    tries: Tries,
    letters: LetterSender,
    secrets: Secrets,
    pick: Callable[[int], int],
    now: datetime,
) -> Opened:
    """Ask for mandates with one code for all of them. A letter brings it to the represented person's home, or it is
    returned to be shown, or both.

    Raises `LevelTooLow`, `AlreadyRequested`, `Refused` (`opted_out`, `no_letter`, `handing_gone`, or what `check_age`
    says), `TooManyLetters` or `Unavailable`. The same wish again returns the requests that it made.
    """
    check_level(wish.by, (wanted.service for wanted in wish.wanted), now)
    if made := made_before(wish, store):
        return Opened(made)
    check_welcome(wish.by.person, store)
    void = giving_way(wish, store, tries, now)
    person = receiver(wish.bsn, people)
    _check_person(wish, person, now)
    allowed = Allowed(wish, person, void)
    return open_visit(allowed, store=store, tries=tries, letters=letters, secrets=secrets, pick=pick, now=now)


def open_visit(
    allowed: Allowed,
    *,
    store: MandateStore,
    tries: Tries,
    letters: LetterSender,
    secrets: Secrets,
    pick: Callable[[int], int],
    now: datetime,
) -> Opened:
    """Write down what somebody may ask, and send the letter.

    Raises `AlreadyRequested`, `Refused("opted_out")`, `TooManyLetters` or `Unavailable`.
    """
    wish, person, void = allowed
    code = generate(pick)
    letter_id = f"{wish.visit_id}{pick(16**4):04x}" if wish.handing.by_letter else None
    claim = secrets.pseudonyms.claim(wish.bsn, person.born)
    terms = CodeTerms(claim, case_of(wish.visit_id, 0), tries.total(claim))
    requests = _requests(wish, terms, letter_id, secrets, now)
    mailing = _mailing(wish, person, code, requests, secrets, store)
    try:
        store.open_requests(Opening(requests, _stored(code, terms, requests, secrets), mailing, void))
    except (Conflict, TooManyLetters) as refusal:
        return Opened(_made_meanwhile(wish, store, refusal))
    for request in requests:
        log().info("mandate_requested", case_id=request.case_id, letter_id=letter_id)
        count(Metric.MANDATE_REQUESTED)
    if letter_id is not None:
        send_letter(letter_id, letters, now)
    return Opened(requests, code if wish.handing.on_screen else None)


def withdraw(represented: PersonId, case_id: str, *, by: Citizen, store: MandateStore, now: datetime) -> None:
    """Take a request back, as only who asked may; its code stops working. Withdrawn twice is withdrawn.

    Raises `NotFound`, or `Refused("request_ended")` when it was activated or expired in the meantime.
    """
    request = store.request(represented, case_id)
    if request is None or request.requester.person != by.person:
        raise NotFound("request")
    if request.ended is RequestState.WITHDRAWN:
        return
    try:
        store.close(Closing((request,), RequestState.WITHDRAWN, by, now))
    except Conflict:
        ended = store.request(represented, case_id)
        if ended is not None and ended.ended is RequestState.WITHDRAWN:
            return
        raise Refused("request_ended") from None
    log().info("request_withdrawn", case_id=request.case_id)


def tried(request: Request, tries: Tries) -> Guesses | None:
    """Return what was tried for the represented of a request so far; None for one without a code."""
    return tries.total(request.code.claim) if request.code else None


def _check_person(wish: Wish, person: Person, now: datetime) -> None:
    services = [wanted.service for wanted in wish.wanted]
    if wish.handing not in handings(person, services, wish.by.level, now):
        raise Refused("handing_gone")
    for service in services:
        check_age(Party.REPRESENTED, person.born, service, now)


def made_before(wish: Wish, store: MandateStore) -> tuple[Request, ...]:
    """Return the requests of a visit that were made already."""
    return tuple(sorted(store.requests(wish.by.person, wish.visit_id), key=lambda request: request.case_id))


def giving_way(wish: Wish, store: MandateStore, tries: Tries, now: datetime) -> tuple[Request, ...]:
    """Return the open requests for the same services whose code is void: they give way.

    Raises `AlreadyRequested` for those that still wait.
    """
    open_now = [store.open_for(wish.by.person, wanted.service.service_id, wish.by.person) for wanted in wish.wanted]
    states = [(one, one.state(now, tried(one, tries))) for one in open_now if one is not None]
    if waiting := [one.service_id for one, state in states if state is RequestState.WAITING]:
        raise AlreadyRequested(waiting)
    return tuple(one for one, state in states if state is RequestState.BLOCKED)


def _requests(
    wish: Wish, terms: CodeTerms, letter_id: str | None, secrets: Secrets, now: datetime
) -> tuple[Request, ...]:
    days = min(wanted.service.request_days for wanted in wish.wanted)
    end = end_from_asking if letter_id is None else outer_limit
    made = []
    for number, wanted in enumerate(wish.wanted):
        case_id = case_of(wish.visit_id, number)
        made.append(
            Request(
                case_id=case_id,
                represented=wish.by.person,
                represented_bsn=sealed_number(wish.bsn, case_id, secrets.vault),
                service_id=wanted.service.service_id,
                period=wanted.period,
                requester=wish.by,
                requested_at=now,
                expires_at=end(now, days, wanted.period),
                level=None if wish.staff else wish.by.level,
                code=terms,
                letter_id=letter_id,
                staff=wish.staff,
                valid_days=None if letter_id is None else days,
            )
        )
    return tuple(made)


def _last(requests: Sequence[Request]) -> Request:
    """Return the request that is open longest, as long as which their code works."""
    return max(requests, key=lambda request: request.expires_at)


def _stored(code: Code, terms: CodeTerms, requests: Sequence[Request], secrets: Secrets) -> StoredCode:
    return StoredCode(
        claim=terms.claim,
        code_id=terms.code_id,
        represented=requests[0].represented,
        fingerprint=secrets.peppers.fingerprint(code, terms.claim),
        guesses_before=terms.guesses_before,
        expires_at=_last(requests).expires_at,
    )


def _mailing(
    wish: Wish, person: Person, code: Code, requests: Sequence[Request], secrets: Secrets, store: MandateStore
) -> Mailing | None:
    letter_id = requests[0].letter_id
    if letter_id is None:
        return None
    last_day, on = max(one.safe_day for one in requests), today(requests[0].requested_at)
    written = Written(letter_id, wish.wanted, grouped(code), last_day, on, wish.site)
    look = own_wishes(store.stated(wish.by.person), wish.language)
    letter = (telephone_letter if wish.staff else own_letter)(written, person, look)
    return Mailing(letter, secrets.pseudonyms.address(person.address))


def _made_meanwhile(wish: Wish, store: MandateStore, refusal: DomainError) -> tuple[Request, ...]:
    """Tell a repeat of the same wish from another wish for a service that is already asked for."""
    if made := made_before(wish, store):
        return made
    if not isinstance(refusal, Conflict):
        raise refusal
    check_welcome(wish.by.person, store)
    raise AlreadyRequested([wanted.service.service_id for wanted in wish.wanted])
