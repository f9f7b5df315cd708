"""A representative activates mandates: first the code is recognised, then, with both names seen, confirmed.

A code is for all requests of its visit that wait (ADR 28). Of a visit of the represented anybody may activate them who
has the code; what somebody else asked, only who asked it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib.catalogue.model import Service, ServiceId
from chalicelib.errors import Conflict, RateLimited, Refused
from chalicelib.mandates.model.cases import CaseId, visit_of
from chalicelib.mandates.model.codes import Code
from chalicelib.mandates.model.guesses import WEARING
from chalicelib.mandates.model.mandates import Consent, Mandate, Way
from chalicelib.mandates.model.requests import Request, RequestState
from chalicelib.mandates.register.hiding import Secrets, sealed_number
from chalicelib.mandates.register.ports import MandateStore, Tried, Tries
from chalicelib.mandates.register.transactions import Making, StoredCode
from chalicelib.mandates.rules.eligibility import check_level
from chalicelib.mandates.rules.networks import network_of
from chalicelib.observe import Metric, count, log
from chalicelib.people.actor import Citizen
from chalicelib.people.birth_date import BirthDate
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import PersonId

_NO_CASE = CaseId("0" * 32)
"""Looked for where no code was found, so that what is found takes no longer."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What a representative filled in."""

    by: Citizen
    represented: Bsn
    born: BirthDate = field(repr=False)
    code: Code = field(repr=False)
    address: str = field(repr=False)
    """Where the guess comes from."""


class WrongCombination(Refused):
    """The one answer for a wrong code, number or birth date, and for a code that is expired, used, blocked or bound to
    somebody else.
    """

    def __init__(self, tries_left: int) -> None:
        super().__init__("wrong_combination")
        self.tries_left = tries_left


def recognise(guess: Guess, *, store: MandateStore, tries: Tries, secrets: Secrets, now: datetime) -> StoredCode:
    """Return the code that was guessed, once it is certain that the guess was counted first.

    The same work is done whether or not there is anything to find. Raises `Refused("own_bsn")`, `RateLimited` or
    `WrongCombination`.
    """
    represented = secrets.pseudonyms.person(guess.represented)
    if represented == guess.by.person:
        raise Refused("own_bsn")
    pair = f"pair:{guess.by.person}:{represented}"
    tried = _spend(pair, guess.address, tries, now)
    claim = secrets.pseudonyms.claim(guess.represented, guess.born)
    wears = tried.in_all <= WEARING
    guesses = tries.add(claim, now, wears=wears)
    before = replace(guesses, wearing=guesses.wearing - wears)
    matches = secrets.peppers.recognise(guess.code, claim)
    found = [code for code in store.codes(claim) if matches(code.fingerprint)]
    usable = [code for code in found if not before.since(code.guesses_before).void and now < code.expires_at]
    code_id = usable[0].code_id if usable else _NO_CASE
    if not _for(code_id, store.requests(represented, visit_of(code_id)), guess.by.person, now) or not usable:
        log().info("code_not_recognised")
        count(Metric.CODE_REFUSED)
        raise WrongCombination(tried.left)
    tries.refund(pair)
    tries.forgive(claim, wears=wears)
    return usable[0]


def _spend(pair: str, address: str, tries: Tries, now: datetime) -> Tried:
    """Take a try of this representative for this person, and one of the network. Raises `RateLimited`."""
    tried = tries.spend(pair, now)
    try:
        tries.spend(f"network:{network_of(address)}", now)
    except RateLimited:
        tries.refund(pair)
        raise
    return tried


def waiting(
    represented: PersonId, code_id: CaseId, *, by: PersonId, store: MandateStore, now: datetime
) -> tuple[Request, ...]:
    """Return the requests that a recognised code is for, in order. Raises `Refused("code_gone")` if none waits."""
    requests = _for(code_id, store.requests(represented, visit_of(code_id)), by, now)
    if not requests:
        raise Refused("code_gone")
    return requests


def activate(
    represented: PersonId,
    code_id: CaseId,
    *,
    by: Citizen,
    bsn: Bsn,
    services: Mapping[ServiceId, Service],
    store: MandateStore,
    secrets: Secrets,
    now: datetime,
) -> tuple[Mandate, ...]:
    """Make the mandates of a recognised code, for these services: all or none. `bsn` is the representative's.

    Raises `LevelTooLow`, or `Refused("code_gone")` when someone was first or the requests ended. Sent twice by the same
    representative it returns what was made.
    """
    asked = store.requests(represented, visit_of(code_id))
    requests = [one for one in _for(code_id, asked, by.person, now) if one.service_id in services]
    if not requests:
        return _made_before(asked, by.person, store)
    check_level(by, (services[one.service_id] for one in requests), now)
    mandates = tuple(_mandate(one, by, bsn, services[one.service_id], secrets, now) for one in requests)
    try:
        store.make(Making(mandates, tuple(requests)), by)
    except Conflict:
        return _made_before(asked, by.person, store)
    for mandate in mandates:
        log().info("mandate_activated", case_id=mandate.case_id)
        count(Metric.MANDATE_ACTIVATED)
    return mandates


def _made_before(asked: Sequence[Request], representative: PersonId, store: MandateStore) -> tuple[Mandate, ...]:
    """Return what another click of the same person has made. Raises `Refused("code_gone")` if there is nothing."""
    made = [store.mandate(one.case_id) for one in sorted(asked, key=lambda one: one.case_id)]
    mine = tuple(one for one in made if one is not None and one.representative == representative)
    if not mine:
        raise Refused("code_gone")
    return mine


def _for(code_id: CaseId, requests: Sequence[Request], by: PersonId, now: datetime) -> tuple[Request, ...]:
    """Return which requests of a visit a representative can activate with its code."""
    found = [
        one
        for one in requests
        if one.code is not None
        and one.code.code_id == code_id
        and one.state(now) is RequestState.WAITING
        and (one.is_theirs_to_hand_over if one.is_own else one.requester.person == by)
    ]
    return tuple(sorted(found, key=lambda one: one.case_id))


def _mandate(request: Request, by: Citizen, bsn: Bsn, service: Service, secrets: Secrets, now: datetime) -> Mandate:
    consent = _consent(request, service)
    return Mandate(
        case_id=request.case_id,
        represented=request.represented,
        representative=by.person,
        represented_bsn=request.represented_bsn,
        representative_bsn=sealed_number(bsn, request.case_id, secrets.vault),
        service_id=request.service_id,
        period=request.period,
        level=min(consent.level, by.level),
        activated_at=now,
        consent=consent,
        activated_level=by.level,
        version=request.version + 1,
    )


def _consent(request: Request, service: Service) -> Consent:
    """Return how the represented consents by handing the code over: to what they asked, or what their letter says."""
    if request.is_own and request.level is not None:
        return Consent(Way.ASKED, request.level)
    return Consent(Way.TELEPHONE if request.staff else Way.LETTER, service.letter_level)
