"""Pages of the representative: fill in number, birth date and code, see both names, confirm."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from chalicelib.catalogue.model import Service, ServiceId
from chalicelib.errors import NotFound, Refused
from chalicelib.mandates.model.cases import CaseId, Party, case_of, visit_of
from chalicelib.mandates.model.codes import typed_code
from chalicelib.mandates.model.mandates import LIVING, Mandate
from chalicelib.mandates.model.requests import Request
from chalicelib.mandates.own.activating import Guess, WrongCombination, activate, recognise, waiting
from chalicelib.mandates.register.hiding import number_in
from chalicelib.mandates.rules.parties import Parties, parties
from chalicelib.mandates.rules.sides import mandate_of
from chalicelib.people.birth_date import BirthDate
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import PersonId
from chalicelib.site.one_mandate import name_of_other
from chalicelib.site.ports import SitePorts
from chalicelib.site.services import services_of
from chalicelib.site.texts import ERRORS, REFUSALS
from chalicelib.web.forms import Form
from chalicelib.web.http import Caller, Routes, kept_form
from chalicelib.web.pages import page
from chalicelib.web.visit import Reply, Visit, redirect

routes = Routes[SitePorts](__name__, REFUSALS)


@routes.get("/activate", Caller.SIGNED_IN)
def fill_in_code(ports: SitePorts, visit: Visit) -> Reply:
    return page("activate.html", visit, form=Form(kept_form(visit, ports.sessions), ERRORS), left=None)


@routes.post("/activate", Caller.SIGNED_IN)
def check_code(ports: SitePorts, visit: Visit) -> Reply:
    form = Form(visit.fields, ERRORS)
    if visit.switches_language:
        return page("activate.html", visit, form=form, left=None)
    bsn, born, code = form.read("bsn", Bsn.parse), form.read("born", BirthDate.parse), form.read("code", typed_code)
    if bsn is None or born is None or code is None:
        return page("activate.html", visit, form=form, left=None, status=422)
    session = visit.signed_in
    guess = Guess(session.actor, bsn, born, code, visit.address)
    try:
        found = recognise(guess, store=ports.mandates, tries=ports.tries, secrets=ports.secrets, now=visit.now)
    except WrongCombination as error:
        return page("activate.html", visit, form=form, left=error.tries_left, status=422)
    except Refused as error:
        form.errors["bsn"] = error.reason
        return page("activate.html", visit, form=form, left=None, status=422)
    recognised = {"represented": found.represented}
    ports.sessions.save_draft(session.actor.person, _draft(found.code_id), recognised, visit.now)
    return redirect(f"/activate/{found.code_id}")


class Offer(NamedTuple):
    """What a recognised code is for: requests that wait, of services that take part now."""

    requests: tuple[Request, ...]
    services: dict[ServiceId, Service]


@routes.get("/activate/{code_id}", Caller.SIGNED_IN)
def review_activation(ports: SitePorts, visit: Visit, code_id: str) -> Reply:
    try:
        offer = _offer(ports, visit, code_id)
    except Refused:
        if made := _before(ports, visit, code_id):
            return _done(made)
        raise
    both = _parties(ports, visit, offer)
    level = max(service.level_at(visit.now) for service in offer.services.values())
    return page(
        "confirm_activation.html",
        visit,
        offered=[(one, offer.services[one.service_id]) for one in offer.requests],
        level=level if visit.signed_in.actor.level < level else None,
        code_id=code_id,
        names={"representative": both.representative.name, "represented": both.represented.name},
    )


@routes.post("/activate/{code_id}", Caller.SIGNED_IN)
def confirm_activation(ports: SitePorts, visit: Visit, code_id: str) -> Reply:
    if visit.switches_language:
        return redirect(f"/activate/{code_id}")
    made: Sequence[Mandate]
    try:
        made = _activate(ports, visit, code_id)
    except Refused:
        if not (made := _before(ports, visit, code_id)):
            raise
    return _done(made)


@routes.get("/activated/{case_id}", Caller.SIGNED_IN)
def show_activated(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    """Show what was activated together with a case."""
    person = visit.signed_in.actor.person
    mandate, party = mandate_of(person, case_id, store=ports.mandates)
    if party is not Party.REPRESENTATIVE:
        raise NotFound("activated")
    asked = ports.mandates.requests(mandate.represented, visit_of(case_id))
    together = _held(ports, visit, [one.case_id for one in asked]) or [mandate]
    services = services_of(together, ports.catalogue)
    return page(
        "activated.html",
        visit,
        mandates=[(one, one.state(visit.now), services.get(one.service_id)) for one in together],
        living=all(one.state(visit.now) in LIVING for one in together),
        name=name_of_other(ports, visit, mandate),
    )


def _done(made: Sequence[Mandate]) -> Reply:
    first = made[0].case_id
    return redirect(f"/mandates/{first}?activated=1" if len(made) == 1 else f"/activated/{first}")


def _before(ports: SitePorts, visit: Visit, code_id: str) -> list[Mandate]:
    """Return what this person activated with a code before, in order."""
    cases = (case_of(visit_of(code_id), number) for number in range(ports.services_per_visit))
    return _held(ports, visit, {code_id, *cases})


def _held(ports: SitePorts, visit: Visit, cases: Iterable[str]) -> list[Mandate]:
    found = (ports.mandates.mandate(case_id) for case_id in sorted(cases))
    return [one for one in found if one is not None and one.representative == visit.signed_in.actor.person]


def _activate(ports: SitePorts, visit: Visit, code_id: str) -> tuple[Mandate, ...]:
    session, offer = visit.signed_in, _offer(ports, visit, code_id)
    _parties(ports, visit, offer)
    made = activate(
        offer.requests[0].represented,
        CaseId(code_id),
        by=session.actor,
        bsn=session.bsn,
        services=offer.services,
        store=ports.mandates,
        secrets=ports.secrets,
        now=visit.now,
    )
    ports.sessions.drop_draft(session.actor.person, _draft(code_id))
    return made


def _offer(ports: SitePorts, visit: Visit, code_id: str) -> Offer:
    """Return what the code is for that this person has shown to know."""
    person = visit.signed_in.actor.person
    draft = ports.sessions.draft(person, _draft(code_id), visit.now)
    if draft is None:
        raise Refused("draft_gone")
    found = waiting(PersonId(draft["represented"]), CaseId(code_id), by=person, store=ports.mandates, now=visit.now)
    known = services_of(found, ports.catalogue)
    open_now = [one for one in found if one.service_id in known and known[one.service_id].may_be_mandated(visit.now)]
    if not open_now:
        raise Refused("code_gone")
    return Offer(tuple(open_now), {one.service_id: known[one.service_id] for one in open_now})


def _parties(ports: SitePorts, visit: Visit, offer: Offer) -> Parties:
    """Return both sides, from the population register: asked again when it counts, for much happens in an hour."""
    first = offer.requests[0]
    represented = number_in(first.case_id, first.represented_bsn, ports.vault)
    services = offer.services.values()
    return parties(visit.signed_in.bsn, represented, *services, people=ports.people, now=visit.now)


def _draft(code_id: str) -> str:
    return f"activation:{code_id}"
