"""A representative activates a mandate: first the code is recognised, then, with both names seen, confirmed."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib.catalogue.model import Service
from chalicelib.errors import Conflict, LevelTooLow, RateLimited, Refused
from chalicelib.mandates.codes import Code
from chalicelib.mandates.model import WEARING, CaseId, Consent, Mandate, Request, RequestState, Way
from chalicelib.mandates.networks import network_of
from chalicelib.mandates.ports import Making, MandateStore, StoredCode, Tried, Tries
from chalicelib.mandates.requesting import Secrets
from chalicelib.observe import Metric, count, log
from chalicelib.people.actor import Citizen
from chalicelib.people.birth_date import BirthDate
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import PersonId


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
    """The one answer for a wrong code, number or birth date, and for a code that is expired, used or blocked."""

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
    if not usable:
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


def waiting(represented: PersonId, case_id: str, *, store: MandateStore, now: datetime) -> Request:
    """Return the request behind a recognised code. Raises `Refused("code_gone")` if it does not wait any more."""
    request = store.request(represented, case_id)
    if request is None or request.state(now) is not RequestState.WAITING:
        raise Refused("code_gone")
    return request


def activate(
    represented: PersonId,
    case_id: CaseId,
    *,
    by: Citizen,
    bsn: Bsn,
    service: Service,
    store: MandateStore,
    secrets: Secrets,
    now: datetime,
) -> Mandate:
    """Make the mandate of a recognised code. Sent twice by the same representative, whose `bsn` it is, it is one.

    Raises `LevelTooLow`, or `Refused("code_gone")` when someone was first or the request ended.
    """
    if by.level < service.level_at(now):
        raise LevelTooLow(service.level_at(now))
    if (made := _made(case_id, by.person, store)) is not None:
        return made
    try:
        request = waiting(represented, case_id, store=store, now=now)
        sealed = secrets.vault.seal(bsn.digits, f"case:{case_id}")
        mandate = _mandate(request, by, sealed, now)
        store.make(Making((mandate,), (request,)), by)
    except (Refused, Conflict):
        # Another click of the same person may have been first.
        if (made := _made(case_id, by.person, store)) is None:
            raise Refused("code_gone") from None
        return made
    log().info("mandate_activated", case_id=case_id)
    count(Metric.MANDATE_ACTIVATED)
    return mandate


def _mandate(request: Request, by: Citizen, bsn: bytes, now: datetime) -> Mandate:
    """Raise `Refused("code_gone")` for a request to which the represented has not consented by asking."""
    if request.level is None:
        raise Refused("code_gone")
    consent = Consent(Way.ASKED, request.level)
    return Mandate(
        case_id=request.case_id,
        represented=request.represented,
        representative=by.person,
        represented_bsn=request.represented_bsn,
        representative_bsn=bsn,
        service_id=request.service_id,
        period=request.period,
        level=min(consent.level, by.level),
        activated_at=now,
        consent=consent,
        activated_level=by.level,
        version=request.version + 1,
    )


def _made(case_id: CaseId, representative: PersonId, store: MandateStore) -> Mandate | None:
    """Return the mandate that this representative has made of a case already."""
    made = store.mandate(case_id)
    return made if made is not None and made.representative == representative else None
