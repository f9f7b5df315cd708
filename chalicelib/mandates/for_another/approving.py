"""What others ask of somebody, and that they approve it, in the place of the letter's code (design.md section 4)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from chalicelib.catalogue.model import Service, ServiceId
from chalicelib.errors import Conflict, NotFound, Refused
from chalicelib.mandates.model.cases import Party, VisitId
from chalicelib.mandates.model.mandates import Consent, Mandate, Way
from chalicelib.mandates.model.requests import Request, RequestState
from chalicelib.mandates.register.hiding import number_in
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.mandates.register.transactions import Making
from chalicelib.mandates.rules.eligibility import check_level
from chalicelib.mandates.rules.parties import parties
from chalicelib.observe import Metric, count, log
from chalicelib.people.actor import Citizen
from chalicelib.people.brp.person import PopulationRegister
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import PersonId
from chalicelib.people.vault import Vault


@dataclass(frozen=True, slots=True)
class AskedOfMe:
    """What somebody asks of another in one visit, as far as the check passed it on: one request for each service."""

    requests: tuple[Request, ...]

    @property
    def visit_id(self) -> VisitId:
        return self.requests[0].visit

    @property
    def asker(self) -> PersonId:
        return self.requests[0].requester.person

    @property
    def asked_at(self) -> datetime:
        return self.requests[0].requested_at

    def waiting(self, now: datetime) -> tuple[Request, ...]:
        """Return what can be decided on. Whether wrong codes made the letter's code void is no matter here."""
        return tuple(one for one in self.requests if one.state(now) is RequestState.WAITING)


def asked_of_me(requests: Iterable[Request]) -> list[AskedOfMe]:
    """Return what others ask, of all requests of a person, newest first. What did not pass its check is not shown."""
    passed_on = [one for one in requests if not one.is_own and one.checked_at is not None]
    by_visit = groupby(sorted(passed_on, key=lambda one: one.case_id), key=lambda one: one.visit)
    return sorted((AskedOfMe(tuple(group)) for _, group in by_visit), key=lambda one: one.asked_at, reverse=True)


def asked_in(represented: PersonId, visit_id: str, *, store: MandateStore) -> AskedOfMe:
    """Return what was asked of somebody in a visit. Raises `NotFound` also when it was of somebody else."""
    found = asked_of_me(store.requests(represented, VisitId(visit_id)))
    one = next((one for one in found if one.visit_id == visit_id), None)
    if one is None:
        raise NotFound("visit")
    return one


def asker_number(request: Request, vault: Vault) -> Bsn:
    """Return the number of who asks for another. Raises `ValueError` where the represented asks."""
    if request.requester_bsn is None:
        raise ValueError("the represented asks")
    return number_in(request.case_id, request.requester_bsn, vault)


@dataclass(frozen=True, slots=True)
class Approval:
    """What the represented says yes to."""

    by: Citizen
    bsn: Bsn
    """Theirs."""
    visit_id: str
    chosen: frozenset[str]
    """Cases of the visit, as they saw them."""


def approve(
    approval: Approval,
    *,
    store: MandateStore,
    service: Callable[[ServiceId], Service],
    people: PopulationRegister,
    vault: Vault,
    now: datetime,
) -> None:
    """Make the mandates that are approved; the code of the letter dies with its last request. Sent twice it is once.

    Raises `NotFound`, `LevelTooLow`, what `parties` does for who may not give or be given it, and
    `Refused("decided_already")` when one of these requests ended otherwise before.
    """
    by, asked = approval.by, asked_in(approval.by.person, approval.visit_id, store=store)
    chosen = [one for one in asked.requests if one.case_id in approval.chosen]
    if not chosen:
        raise NotFound("request")
    if _has_been_approved(chosen):
        return
    if not set(chosen) <= set(asked.waiting(now)):
        raise Refused("decided_already")
    services = _services(chosen, service)
    check_level(by, services, now)
    asker = asker_number(chosen[0], vault)
    parties(asker, approval.bsn, *services, people=people, now=now, by=Party.REPRESENTED)
    try:
        store.make(Making(tuple(_approved(one, by, now) for one in chosen), tuple(chosen)), by)
    except Conflict:
        _look_again(approval, store, now)
        return
    log().info("request_approved", case_id=approval.visit_id)
    count(Metric.REQUEST_APPROVED)


def _services(requests: Sequence[Request], service: Callable[[ServiceId], Service]) -> list[Service]:
    try:
        return [service(one.service_id) for one in requests]
    except NotFound:
        raise Refused("not_with_them") from None


def _look_again(approval: Approval, store: MandateStore, now: datetime) -> None:
    """Tell who was first: another click of the same person, somebody else, or their own wish not to be asked."""
    asked = asked_in(approval.by.person, approval.visit_id, store=store)
    chosen = [one for one in asked.requests if one.case_id in approval.chosen]
    if _has_been_approved(chosen):
        return
    raise Refused("not_with_them" if set(chosen) <= set(asked.waiting(now)) else "decided_already")


def _has_been_approved(requests: Sequence[Request]) -> bool:
    return all(one.ended is RequestState.APPROVED for one in requests)


def _approved(request: Request, by: Citizen, now: datetime) -> Mandate:
    if request.requester_bsn is None:
        raise ValueError("the represented asks")
    asker = request.requester
    return Mandate(
        case_id=request.case_id,
        represented=request.represented,
        representative=asker.person,
        represented_bsn=request.represented_bsn,
        representative_bsn=request.requester_bsn,
        service_id=request.service_id,
        period=request.period,
        level=min(by.level, asker.level),
        activated_at=now,
        consent=Consent(Way.APPROVED, by.level),
        activated_level=asker.level,
        version=request.version + 1,
    )
