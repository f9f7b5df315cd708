"""Pages on which a mandate goes on: the represented renews it, or the representative asks them to."""

from datetime import date
from typing import NamedTuple

from chalicelib.catalogue.model import Service
from chalicelib.errors import NotFound, Refused
from chalicelib.mandates.direct.known import suspended_between
from chalicelib.mandates.direct.renewing import Renewal, next_periods, renew_mandate, renewable, successor
from chalicelib.mandates.for_another.asking import Plea, ask_for
from chalicelib.mandates.model.cases import CaseId, Party, visit_of
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.model.period import Period
from chalicelib.mandates.register.hiding import number_in
from chalicelib.mandates.rules.eligibility import check_level
from chalicelib.mandates.rules.parties import parties
from chalicelib.mandates.rules.sides import mandate_of
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.people.birth_date import BirthDate
from chalicelib.site.one_mandate import about
from chalicelib.site.ports import SitePorts
from chalicelib.site.services import known_service, services_in
from chalicelib.site.texts import ERRORS, REFUSALS
from chalicelib.web.forms import Form
from chalicelib.web.http import Caller, Routes
from chalicelib.web.pages import page
from chalicelib.web.visit import Reply, Visit, redirect

routes = Routes[SitePorts](__name__, REFUSALS)


class RenewalShown(NamedTuple):
    """What either side is told of how a mandate goes on."""

    possible: bool = False
    by: CaseId | None = None
    """The mandate by which it goes on already."""


def renewal_shown(ports: SitePorts, mandate: Mandate, service: Service | None, visit: Visit) -> RenewalShown:
    if service is None or not renewable(mandate, service, visit.now):
        return RenewalShown()
    given = ports.mandates.given(mandate.represented)
    new = successor(mandate, given, visit.now)
    possible = new is None and not suspended_between(given, mandate.representative, visit.now)
    return RenewalShown(possible, new.case_id if new else None)


@routes.get("/mandates/{case_id}/renew", Caller.SIGNED_IN)
def review_renewal(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    mandate, next_one = _given(ports, visit, case_id)
    if next_one is not None:
        return redirect(f"/mandates/{next_one.case_id}")
    return _renewal_page(ports, visit, mandate, Form({}, ERRORS))


@routes.post("/mandates/{case_id}/renew", Caller.SIGNED_IN)
def take_renewal(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    mandate, next_one = _given(ports, visit, case_id)
    if next_one is not None:
        return redirect(_done(next_one))
    form = Form(visit.fields, ERRORS)
    period = None if visit.switches_language else form.read("period", _read_period)
    if period is None:
        return _renewal_page(ports, visit, mandate, form, status=200 if visit.switches_language else 422)
    session, service = visit.signed_in, _renewed(ports, visit, mandate)
    new = renew_mandate(
        Renewal(
            mandate.case_id, session.actor, session.bsn, WantedService(service, period), visit.language, ports.site
        ),
        store=ports.mandates,
        people=ports.people,
        tries=ports.tries,
        letters=ports.letters,
        secrets=ports.secrets,
        pick=ports.pick,
        now=visit.now,
    )
    return redirect(_done(new))


@routes.get("/mandates/{case_id}/ask-again", Caller.SIGNED_IN)
def review_asking_again(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    mandate, service = _held(ports, visit, case_id)
    new = successor(mandate, ports.mandates.given(mandate.represented), visit.now)
    if new is not None:
        return redirect(f"/mandates/{new.case_id}")
    period = next_periods(mandate, service, visit.now)[0]
    return page("ask_again.html", visit, **about(ports, visit, mandate, service), period=period)


@routes.post("/mandates/{case_id}/ask-again", Caller.SIGNED_IN)
def ask_again(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    """Ask for another once more, whose number and birth date this person does not have to know again."""
    if visit.switches_language:
        return redirect(f"/mandates/{case_id}/ask-again")
    mandate, service = _held(ports, visit, case_id)
    session, represented = visit.signed_in, number_in(mandate.case_id, mandate.represented_bsn, ports.vault)
    known = ports.people.find([represented]).get(represented)
    plea = Plea(
        visit_of(ports.new_id()),
        session.actor,
        session.bsn,
        represented,
        # Whom the register does not know has none that fits: the check ends it, and who asks hears nothing of that.
        known.born if known else BirthDate("0000-00-00"),
        (WantedService(service, next_periods(mandate, service, visit.now)[0]),),
        visit.address,
    )
    cases = ask_for(
        plea,
        store=ports.mandates,
        people=ports.people,
        tries=ports.tries,
        checks=ports.checks,
        secrets=ports.secrets,
        now=visit.now,
    )
    return redirect(f"/asked/{cases[0]}?sent=1")


def _held(ports: SitePorts, visit: Visit, case_id: str) -> tuple[Mandate, Service]:
    """Return a mandate that somebody holds and that may go on. Raises `NotFound` or `Refused("not_renewable")`."""
    mandate, party = mandate_of(visit.signed_in.actor.person, case_id, store=ports.mandates)
    if party is Party.REPRESENTED:
        raise NotFound("mandate")
    return mandate, _renewed(ports, visit, mandate)


def _done(new: Mandate) -> str:
    """Return where it is told that a mandate goes on."""
    return f"/direct/done/{visit_of(new.case_id)}" if new.previous else f"/mandates/{new.case_id}"


def _given(ports: SitePorts, visit: Visit, case_id: str) -> tuple[Mandate, Mandate | None]:
    """Return a mandate that somebody gave, and the one by which it goes on.

    Raises `NotFound`, and `Refused("looked_into")` where it does not go on yet.
    """
    given = ports.mandates.given(visit.signed_in.actor.person)
    mandate = next((one for one in given if one.case_id == case_id), None)
    if mandate is None:
        raise NotFound("mandate")
    new = successor(mandate, given, visit.now)
    if new is None and suspended_between(given, mandate.representative, visit.now):
        raise Refused("looked_into")
    return mandate, new


def _renewed(ports: SitePorts, visit: Visit, mandate: Mandate) -> Service:
    """Return the service for which a mandate can go on. Raises `LevelTooLow` or `Refused("not_renewable")`."""
    service = known_service(mandate.service_id, ports.catalogue)
    if service is None or not renewable(mandate, service, visit.now):
        raise Refused("not_renewable")
    check_level(visit.signed_in.actor, [service], visit.now)
    return service


def _renewal_page(ports: SitePorts, visit: Visit, mandate: Mandate, form: Form, status: int = 200) -> Reply:
    service = _renewed(ports, visit, mandate)
    other = number_in(mandate.case_id, mandate.representative_bsn, ports.vault)
    both = parties(other, visit.signed_in.bsn, service, people=ports.people, now=visit.now, by=Party.REPRESENTED)
    periods = next_periods(mandate, service, visit.now)
    values = {_written(period): period for period in periods}
    if form.value("period") not in values:
        form = Form({"period": _written(periods[0])}, ERRORS, form.errors)
    return page(
        "renew.html",
        visit,
        status=status,
        mandate=mandate,
        service=service,
        gone=services_in(mandate.without, ports.catalogue).values(),
        names={"represented": both.represented.name, "representative": both.representative.name},
        periods=values,
        form=form,
        too_low=min(visit.signed_in.actor.level, mandate.activated_level) < service.level_at(visit.now),
    )


def _written(period: Period) -> str:
    return f"{period.start.isoformat()}/{period.end.isoformat()}"


def _read_period(text: str) -> Period:
    """Read a period as this page writes it. Raises `ValueError`."""
    start, _, end = text.partition("/")
    return Period(date.fromisoformat(start), date.fromisoformat(end))
