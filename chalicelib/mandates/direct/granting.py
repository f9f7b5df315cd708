"""The represented mandates at once, without a code, somebody who represented them before; or lets a mandate go on.

The other was known to be who they are when they took the earlier one on: that level is their part of this one's.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.errors import Conflict, NotFound, RateLimited, Refused
from chalicelib.mandates.direct.known import Known, known_by, known_in
from chalicelib.mandates.model.cases import CaseId, Party, VisitId, case_of, visit_of
from chalicelib.mandates.model.mandates import LIVING, Consent, Mandate, Way
from chalicelib.mandates.model.wishes import UNSTATED, own_wishes
from chalicelib.mandates.register.hiding import Secrets, sealed_number
from chalicelib.mandates.register.ports import LetterSender, MandateStore, Tries
from chalicelib.mandates.register.retrying import retried
from chalicelib.mandates.register.sending import send_letter
from chalicelib.mandates.register.transactions import Making
from chalicelib.mandates.register.tries import LIMITS
from chalicelib.mandates.rules.eligibility import check_level, check_welcome
from chalicelib.mandates.rules.parties import parties
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.mandates.writing.notices import IDS, WishesOfBoth, notices
from chalicelib.observe import Metric, count, log
from chalicelib.people.actor import Citizen
from chalicelib.people.brp.person import PopulationRegister
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import PersonId

_WAYS = (Way.KNOWN, Way.RENEWED)


@dataclass(frozen=True, slots=True)
class Grant:
    """What somebody lets another do at once. `visit_id` is made with the form: sent twice, it is one."""

    visit_id: VisitId
    by: Citizen
    bsn: Bsn
    """Theirs."""
    earlier: CaseId
    """A mandate by which the other represented them."""
    wanted: tuple[WantedService, ...]
    language: str
    site: str
    """Where our pages are, as the letters name it."""
    continues: bool = False
    """Whether it lets the earlier mandate go on."""


def grant(
    asked: Grant,
    *,
    store: MandateStore,
    people: PopulationRegister,
    tries: Tries,
    letters: LetterSender,
    secrets: Secrets,
    pick: Callable[[int], int],
    now: datetime,
) -> tuple[Mandate, ...]:
    """Make mandates; a notice goes to the home of either side that has one.

    Raises `NotFound` where the other did not represent them in that case, or is blocked, or nobody can be mandated for
    a service; `LevelTooLow`; `Refused` (`opted_out`, `looked_into`, `too_many_grants`, `already_mandated`, or what
    `parties` says); or `Unavailable`. The same again returns the mandates that it made.
    """

    def attempt() -> Making:
        # Read first: who grants meanwhile takes it, also where what they gave was not there yet to be seen.
        turn, given = store.turn(asked.by.person), store.given(asked.by.person)
        if made := granted(given, asked.visit_id):
            return Making(made)
        known = known_in(asked.earlier, known_by(given, store.blocked(asked.by.person), now))
        _check(asked, known, given, store, now)
        other, services = known.bsn(secrets.vault), [wanted.service for wanted in asked.wanted]
        both = parties(other, asked.bsn, *services, people=people, now=now, by=Party.REPRESENTED)
        mandates = tuple(_mandate(asked, number, known, other, secrets, now) for number in range(len(services)))
        look = _look(asked, known, store)
        posted = notices(mandates[0], asked.wanted, both, wishes=look, site=asked.site, number=pick(IDS))
        making = Making(mandates, notices=posted, turn=turn)
        _make(making, asked.by, store, tries, now)
        return making

    making = retried(attempt)
    for letter in making.notices:
        send_letter(letter.letter_id, letters, now)
    return making.mandates


def _look(asked: Grant, known: Known, store: MandateStore) -> WishesOfBoth:
    """Return how the letters look; the represented made theirs come from a page in a language."""
    theirs = store.stated(known.representative) or UNSTATED
    return WishesOfBoth(own_wishes(store.stated(asked.by.person), asked.language), theirs)


def _make(making: Making, by: Citizen, store: MandateStore, tries: Tries, now: datetime) -> None:
    counted = _count(by, tries, now)
    try:
        store.make(making, by)
    except Conflict:
        tries.refund(counted)
        raise
    for mandate in making.mandates:
        log().info("mandate_granted", case_id=mandate.case_id)
        count(Metric.MANDATE_GRANTED)


def _count(by: Citizen, tries: Tries, now: datetime) -> str:
    """Count before it is done, so that many at once are no more. Raises `Refused("too_many_grants")`."""
    subject = f"grant:{by.person}"
    try:
        tries.spend(subject, now)
    except RateLimited:
        raise Refused("too_many_grants", number=LIMITS["grant"].tries) from None
    return subject


def granted(given: Iterable[Mandate], visit_id: VisitId) -> tuple[Mandate, ...]:
    """Return the mandates that were made in a visit."""
    made = [one for one in given if visit_of(one.case_id) == visit_id and one.consent.way in _WAYS]
    return tuple(sorted(made, key=lambda mandate: mandate.case_id))


def check_wanted(wanted: WantedService, by: Citizen, other: PersonId, given: Iterable[Mandate], now: datetime) -> None:
    """Raise `NotFound`, `LevelTooLow` or `Refused("already_mandated")` for what cannot be given to somebody."""
    if not wanted.service.may_be_mandated(now):
        raise NotFound("service")
    check_level(by, [wanted.service], now)
    if in_the_way(wanted, other, given, now) is not None:
        raise Refused("already_mandated")


def in_the_way(wanted: WantedService, other: PersonId, given: Iterable[Mandate], now: datetime) -> Mandate | None:
    """Return the mandate of somebody for a service, for a day on which it is wanted."""
    service_id, asked = wanted.service.service_id, wanted.period
    theirs = (one for one in given if one.representative == other and one.service_id == service_id)
    overlapping = (one for one in theirs if one.period.start <= asked.end and asked.start <= one.period.end)
    return next((one for one in overlapping if one.state(now) in LIVING), None)


def _check(asked: Grant, known: Known, given: Sequence[Mandate], store: MandateStore, now: datetime) -> None:
    check_welcome(asked.by.person, store)
    for wanted in asked.wanted:
        check_wanted(wanted, asked.by, known.representative, given, now)


def _mandate(asked: Grant, number: int, known: Known, other: Bsn, secrets: Secrets, now: datetime) -> Mandate:
    case_id, wanted = case_of(asked.visit_id, number), asked.wanted[number]
    earlier = next(one for one in known.mandates if one.case_id == asked.earlier)
    return Mandate(
        case_id=case_id,
        represented=asked.by.person,
        representative=known.representative,
        represented_bsn=sealed_number(asked.bsn, case_id, secrets.vault),
        representative_bsn=sealed_number(other, case_id, secrets.vault),
        service_id=wanted.service.service_id,
        period=wanted.period,
        level=min(asked.by.level, known.level),
        activated_at=now,
        consent=Consent(Way.RENEWED if asked.continues else Way.KNOWN, asked.by.level),
        activated_level=known.level,
        # What goes on is what it was: services that somebody took out of it do not come back unseen.
        without=earlier.without if asked.continues else (),
        previous=earlier.case_id if asked.continues else None,
        version=1,
    )
