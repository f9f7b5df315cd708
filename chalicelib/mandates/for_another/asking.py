"""Somebody asks for another, by number and birth date: one answer, whatever is true of the other (invariant 7).

All that is refused here is refused for what is true of who asks. Of the other nothing is looked up: the check of that
is written down with what was asked, and made by a function of its own (`checking.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count as count_from

from chalicelib.catalogue.model import ServiceId
from chalicelib.errors import Conflict, NotFound, RateLimited, Refused, TooManyRequests
from chalicelib.mandates.model.cases import CaseId, Party, VisitId, case_of, visit_of
from chalicelib.mandates.model.requests import Asking, Request, RequestState
from chalicelib.mandates.model.validity import outer_limit
from chalicelib.mandates.register.checks import Check
from chalicelib.mandates.register.hiding import Secrets, sealed_number
from chalicelib.mandates.register.ports import CheckSender, MandateStore, Tries
from chalicelib.mandates.register.retrying import retried
from chalicelib.mandates.register.sending import send_check
from chalicelib.mandates.register.transactions import Opening
from chalicelib.mandates.rules.eligibility import check_age, check_level
from chalicelib.mandates.rules.networks import network_of
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.observe import Metric, count, log
from chalicelib.people.actor import Citizen
from chalicelib.people.birth_date import BirthDate
from chalicelib.people.brp.person import PopulationRegister
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import PersonId


@dataclass(frozen=True, slots=True)
class Plea:
    """What somebody asks for another in one visit. `visit_id` is made with the form: sent twice, it is one visit."""

    visit_id: VisitId
    by: Citizen
    bsn: Bsn
    """Theirs."""
    represented: Bsn
    born: BirthDate = field(repr=False)
    """Of the other, as they fill it in."""
    wanted: tuple[WantedService, ...]
    address: str = field(repr=False)
    """Where it comes from."""


def ask_for(
    plea: Plea,
    *,
    store: MandateStore,
    people: PopulationRegister,
    tries: Tries,
    checks: CheckSender,
    secrets: Secrets,
    now: datetime,
) -> tuple[CaseId, ...]:
    """Ask for another; return the case of each service, which for what they ask already is the case of before.

    Raises `Refused` (`own_bsn`, `may_not_act`, or what `check_age` says of them), `NotFound` for a service that
    nobody can be mandated for, `LevelTooLow`, `TooManyRequests` or `Unavailable`.
    """
    other = secrets.pseudonyms.person(plea.represented)
    check_asker(plea, other, people, now)

    def asked() -> tuple[CaseId, ...]:
        known = _known(plea, other, store.askings(plea.by.person), now)
        requests = _requests(plea, other, known, secrets, now)
        if requests:
            check = _open(plea, requests, store, tries, secrets, now)
            send_check(check.check_id, checks, now)
            known |= {one.service_id: one.case_id for one in requests}
        return tuple(known[one.service.service_id] for one in plea.wanted)

    # A click of theirs may be first.
    return retried(asked)


def check_asker(plea: Plea, other: PersonId, people: PopulationRegister, now: datetime) -> None:
    """Raise what `ask_for` raises for who asks, whoever they ask for."""
    if other == plea.by.person:
        raise Refused("own_bsn")
    if not all(one.service.may_be_mandated(now) for one in plea.wanted):
        raise NotFound("service")
    check_level(plea.by, (one.service for one in plea.wanted), now)
    person = people.find([plea.bsn]).get(plea.bsn)
    if person is None or not person.may_act:
        raise Refused("may_not_act")
    for one in plea.wanted:
        check_age(Party.REPRESENTATIVE, person.born, one.service, now)


def _known(plea: Plea, other: PersonId, asked: Sequence[Asking], now: datetime) -> dict[ServiceId, CaseId]:
    """Return the case of each service that they ask for already, as far as they know, or asked for with this form."""
    before = {one.service_id: one.case_id for one in asked if one.represented == other and one.is_open(now)}
    return before | {one.service_id: one.case_id for one in asked if visit_of(one.case_id) == plea.visit_id}


def _requests(
    plea: Plea, other: PersonId, known: Mapping[ServiceId, CaseId], secrets: Secrets, now: datetime
) -> tuple[Request, ...]:
    """Return what is asked for that was not before, with the numbers of the visit that are free."""
    free = (case_id for number in count_from() if (case_id := case_of(plea.visit_id, number)) not in known.values())
    # They share a letter, and with it one day until which its code works. Whether one is posted, and when, who asks
    # must not see: they know the outer limit, and that never changes (invariant 7).
    days = min(one.service.request_days for one in plea.wanted)
    new = [(next(free), one) for one in plea.wanted if one.service.service_id not in known]
    return tuple(
        Request(
            case_id=case_id,
            represented=other,
            represented_bsn=sealed_number(plea.represented, case_id, secrets.vault),
            service_id=one.service.service_id,
            period=one.period,
            requester=plea.by,
            requester_bsn=sealed_number(plea.bsn, case_id, secrets.vault),
            requested_at=now,
            expires_at=outer_limit(now, days, one.period),
            level=None,
            valid_days=days,
        )
        for case_id, one in new
    )


def _open(
    plea: Plea, requests: tuple[Request, ...], store: MandateStore, tries: Tries, secrets: Secrets, now: datetime
) -> Check:
    """Write requests down with the check of them. Of the network they take a try, unless nothing came of it."""
    check = Check(
        check_id=requests[0].case_id,
        represented=requests[0].represented,
        visit_id=plea.visit_id,
        claim=secrets.pseudonyms.claim(plea.represented, plea.born),
    )
    network = f"asking:{network_of(plea.address)}"
    try:
        tries.spend(network, now)
    except RateLimited as limited:
        raise TooManyRequests(limited.until) from None
    try:
        store.open_requests(Opening(requests, check=check))
    except (Conflict, TooManyRequests):
        tries.refund(network)
        raise
    log().info("asked_for_another", case_id=check.check_id)
    count(Metric.ASKED_FOR_ANOTHER)
    return check


def withdraw_asked(by: Citizen, case_id: str, *, store: MandateStore, now: datetime) -> None:
    """Take back what somebody asked for another, whatever has become of it. Withdrawn twice is withdrawn.

    Raises `NotFound`, `Refused("request_ended")` for what has ended as far as they know, or `Unavailable`.
    """

    def withdrawn() -> None:
        asking = store.asking(by.person, case_id)
        if asking is None:
            raise NotFound("asking")
        if asking.ended is RequestState.WITHDRAWN:
            return
        if not asking.is_open(now):
            raise Refused("request_ended")
        store.take_back(asking, by, now)
        log().info("asking_withdrawn", case_id=asking.case_id)

    # A check, or the represented, may be first: of that nothing may show.
    retried(withdrawn)
