"""A represented person asks for a mandate, and withdraws what has not been activated."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from chalicelib.catalogue.model import Service
from chalicelib.days import midnight_after, today
from chalicelib.errors import Conflict, DomainError, LevelTooLow, NotFound, Refused, TooManyLetters, Unavailable
from chalicelib.letters.contract import Letter, LetterKind, LetterService
from chalicelib.mandates.ages import check_age
from chalicelib.mandates.codes import Code, Peppers, generate, grouped
from chalicelib.mandates.model import CaseId, CodeTerms, Guesses, Party, Request, RequestState
from chalicelib.mandates.period import Period
from chalicelib.mandates.ports import Closing, LetterSender, Mailing, MandateStore, Opening, StoredCode, Tries
from chalicelib.observe import Metric, count, log
from chalicelib.people.actor import Citizen
from chalicelib.people.brp.person import Person, PopulationRegister
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import PersonId, Pseudonyms
from chalicelib.people.vault import Vault

_FURTHEST_START = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class WantedService:
    """One service that somebody asks for, and for how long."""

    service: Service
    period: Period


@dataclass(frozen=True, slots=True)
class Wish:
    """What someone asks for. `case_id` is made with the form: sent twice, it is one request."""

    case_id: CaseId
    by: Citizen
    bsn: Bsn
    """Theirs."""
    service: Service
    period: Period
    language: str
    site: str
    """Where our pages are, as the letter names it."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """The means by which people and codes are hidden."""

    pseudonyms: Pseudonyms = field(repr=False)
    peppers: Peppers = field(repr=False)
    vault: Vault = field(repr=False)


def choose_period(service: Service, start: date, end: date | None, now: datetime) -> Period:
    """Return the period someone asks for; without an end it is the longest that the service allows.

    Raises `Refused` with `start_in_past`, `start_too_far`, `end_before_start` or `period_too_long`.
    """
    if start < today(now):
        raise Refused("start_in_past")
    if start > today(now) + _FURTHEST_START:
        raise Refused("start_too_far")
    last = start + timedelta(days=service.max_days - 1)
    if end is not None and end < start:
        raise Refused("end_before_start")
    if end is not None and end > last:
        raise Refused("period_too_long")
    return Period(start, end or last)


def reachable(bsn: Bsn, people: PopulationRegister) -> Person:
    """Return the register's record of someone who can receive a letter. Raises `Refused("no_letter")`."""
    person = people.find([bsn]).get(bsn)
    if person is None or not person.gets_letters:
        raise Refused("no_letter")
    return person


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
) -> Request:
    """Ask for a mandate; a letter with the code goes to the represented person's home.

    Raises `LevelTooLow`, `Refused` (`no_letter`, `already_requested`, or what `check_age` says), `TooManyLetters` or
    `Unavailable`. The same wish again returns the request that it made.
    """
    if wish.by.level < wish.service.level_at(now):
        raise LevelTooLow(wish.service.level_at(now))
    represented = wish.by.person
    if (made := store.request(represented, wish.case_id)) is not None:
        return made
    void = _void(store.open_for(represented, wish.service.service_id, wish.by.person), tries, now)
    person = reachable(wish.bsn, people)
    check_age(Party.REPRESENTED, person.born, wish.service, now)
    code = generate(pick)
    letter_id = f"{wish.case_id}{pick(16**4):04x}"
    claim = secrets.pseudonyms.claim(wish.bsn, person.born)
    terms = CodeTerms(claim, wish.case_id, tries.total(claim))
    request = _request(wish, terms, letter_id, secrets, now)
    mailing = Mailing(_letter(wish, person, code, request), secrets.pseudonyms.address(person.address))
    try:
        stored = _stored(code, terms, request, secrets)
        store.open_requests(Opening((request,), stored, mailing, (void,) if void else ()))
    except (Conflict, TooManyLetters) as refusal:
        return _already_made(request, store, refusal)
    log().info("mandate_requested", case_id=request.case_id, letter_id=letter_id)
    count(Metric.MANDATE_REQUESTED)
    _send(letter_id, letters, now)
    return request


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


def _request(wish: Wish, terms: CodeTerms, letter_id: str, secrets: Secrets, now: datetime) -> Request:
    return Request(
        case_id=wish.case_id,
        represented=wish.by.person,
        represented_bsn=secrets.vault.seal(wish.bsn.digits, f"case:{wish.case_id}"),
        service_id=wish.service.service_id,
        period=wish.period,
        requester=wish.by,
        requested_at=now,
        expires_at=midnight_after(_last_day(wish, now)),
        level=wish.by.level,
        code=terms,
        letter_id=letter_id,
    )


def tried(request: Request, tries: Tries) -> Guesses | None:
    """Return what was tried for the represented of a request so far; None for one without a code."""
    return tries.total(request.code.claim) if request.code else None


def _void(earlier: Request | None, tries: Tries, now: datetime) -> Request | None:
    """Return the open request for the same service if its code is void: it gives way.

    Raises `Refused("already_requested")` for one that still waits.
    """
    state = earlier.state(now, tried(earlier, tries)) if earlier else None
    if state is RequestState.WAITING:
        raise Refused("already_requested")
    return earlier if state is RequestState.BLOCKED else None


def _stored(code: Code, terms: CodeTerms, request: Request, secrets: Secrets) -> StoredCode:
    return StoredCode(
        claim=terms.claim,
        code_id=terms.code_id,
        represented=request.represented,
        fingerprint=secrets.peppers.fingerprint(code, terms.claim),
        guesses_before=terms.guesses_before,
        expires_at=request.expires_at,
    )


def _letter(wish: Wish, person: Person, code: Code, request: Request) -> Letter:
    service = LetterService(wish.service.name[wish.language], wish.service.provider, wish.period.start, wish.period.end)
    return Letter(
        letter_id=str(request.letter_id),
        kind=LetterKind.CODE,
        reference=wish.case_id[:12].upper(),
        language=wish.language,
        form_of_address=person.form_of_address,
        addressee=person.addressee,
        address=person.address,
        salutation=person.salutation if wish.language == "nl" else f"Dear {person.addressee}",
        written_on=today(request.requested_at),
        services=(service,),
        site=wish.site,
        code=grouped(code),
        use_before=request.last_day,
    )


def _last_day(wish: Wish, now: datetime) -> date:
    """Return the day until whose end a code works: what is over by then needs none."""
    return min(today(now) + timedelta(days=wish.service.request_days), wish.period.end)


def _already_made(request: Request, store: MandateStore, refusal: DomainError) -> Request:
    """Tell a repeat of the same wish from another wish for a service that is already asked for."""
    made = store.request(request.represented, request.case_id)
    if made is None:
        raise Refused("already_requested") if isinstance(refusal, Conflict) else refusal
    return made


def _send(letter_id: str, letters: LetterSender, now: datetime) -> None:
    """Try to send at once. What fails here is sent by the sweeper: the letter is already written down."""
    try:
        letters.send(letter_id, now)
    except Unavailable:
        log().warning("letter_left_for_sweeper", letter_id=letter_id)
