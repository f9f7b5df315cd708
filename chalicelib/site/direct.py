"""Pages on which somebody mandates at once, without a code, a person who represented them before.

Services and periods are chosen on the pages of asking (`site/choosing.py`); here are the first step and the last.
"""

from collections.abc import Iterable, Mapping

from chalicelib.catalogue.model import Service
from chalicelib.days import today
from chalicelib.errors import NotFound, Unavailable
from chalicelib.mandates.direct.granting import Grant, grant, granted, in_the_way
from chalicelib.mandates.direct.known import Known, known_in, known_to
from chalicelib.mandates.model.cases import Party, VisitId
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.rules.eligibility import check_welcome
from chalicelib.mandates.rules.parties import Parties, names_of_others, parties
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.site.clicks import once
from chalicelib.site.one_mandate import name_of_other
from chalicelib.site.ports import SitePorts
from chalicelib.site.services import Services, services_of
from chalicelib.site.texts import ERRORS, REFUSALS
from chalicelib.site.visits import Acquaintance, VisitDraft, drafted, forget, keep, new_visit, wanted
from chalicelib.web.forms import Form
from chalicelib.web.http import Caller, Routes
from chalicelib.web.pages import page
from chalicelib.web.visit import Reply, Visit, redirect

routes = Routes[SitePorts](__name__, REFUSALS)


@routes.get("/direct", Caller.SIGNED_IN)
def choose_known(ports: SitePorts, visit: Visit) -> Reply:
    check_welcome(visit.signed_in.actor.person, ports.mandates)
    return _known_page(ports, visit, Form({}, ERRORS))


@routes.post("/direct", Caller.SIGNED_IN)
def take_known(ports: SitePorts, visit: Visit) -> Reply:
    form = Form(visit.fields, ERRORS)
    if visit.switches_language:
        return _known_page(ports, visit, form)
    case_id = form.read("person", str)
    if case_id is None:
        return _known_page(ports, visit, form, status=422)
    known = known_in(case_id, _known(ports, visit))
    names = _names(ports, visit, [known])
    if known.case_id not in names:
        # Nobody is mandated whose name cannot be shown.
        raise Unavailable("brp")
    draft = new_visit(ports, known=Acquaintance(known.case_id, names[known.case_id]))
    keep(ports, visit, draft)
    return redirect(f"/request/with/{draft.visit_id}")


@routes.get("/direct/confirm/{visit_id}", Caller.SIGNED_IN)
def review_grant(ports: SitePorts, visit: Visit, visit_id: str) -> Reply:
    if _granted(ports, visit, visit_id):
        return redirect(f"/direct/done/{visit_id}")
    return _review(ports, visit, drafted(ports, visit, visit_id))


@routes.post("/direct/confirm/{visit_id}", Caller.SIGNED_IN)
def take_grant(ports: SitePorts, visit: Visit, visit_id: str) -> Reply:
    if visit.switches_language:
        return redirect(f"/direct/confirm/{visit_id}")
    once(lambda: _grant(ports, visit, visit_id), done=lambda: bool(_granted(ports, visit, visit_id)))
    return redirect(f"/direct/done/{visit_id}")


@routes.get("/direct/done/{visit_id}", Caller.SIGNED_IN)
def show_granted(ports: SitePorts, visit: Visit, visit_id: str) -> Reply:
    """Show what was made at once, in a visit or by renewing."""
    made = _granted(ports, visit, visit_id)
    if not made:
        raise NotFound("visit")
    services = services_of(made, ports.catalogue)
    return page(
        "granted.html",
        visit,
        made=made,
        today=today(visit.now),
        name=name_of_other(ports, visit, made[0]),
        services=services,
        too_low=[one.case_id for one in made if _too_low(one, services.get(one.service_id), visit)],
    )


def _known_page(ports: SitePorts, visit: Visit, form: Form, status: int = 200) -> Reply:
    known = _known(ports, visit)
    services = services_of((mandate for one in known for mandate in one.mandates), ports.catalogue)
    return page(
        "choose_known.html",
        visit,
        status=status,
        form=form,
        known=known,
        names=_names(ports, visit, known),
        services={one.case_id: _did(one, services) for one in known},
    )


def _names(ports: SitePorts, visit: Visit, known: Iterable[Known]) -> Mapping[str, str]:
    latest = [one.mandates[0] for one in known]
    return names_of_others(visit.signed_in.actor.person, latest, vault=ports.vault, people=ports.people)


def _did(known: Known, services: Services) -> list[Service]:
    """Return for what somebody acted, each service once."""
    done = dict.fromkeys(one.service_id for one in known.mandates if one.service_id in services)
    return [services[one] for one in done]


def _known(ports: SitePorts, visit: Visit) -> list[Known]:
    return known_to(visit.signed_in.actor.person, store=ports.mandates, now=visit.now)


def _granted(ports: SitePorts, visit: Visit, visit_id: str) -> tuple[Mandate, ...]:
    return granted(ports.mandates.given(visit.signed_in.actor.person), VisitId(visit_id))


def _review(ports: SitePorts, visit: Visit, draft: VisitDraft) -> Reply:
    known, chosen = _who(ports, visit, draft), wanted(ports, visit, draft)
    both = _both(ports, visit, known, chosen)
    level = min(visit.signed_in.actor.level, known.level)
    return page(
        "confirm_grant.html",
        visit,
        visit_id=draft.visit_id,
        names={"represented": both.represented.name, "representative": both.representative.name},
        wanted=chosen,
        already=_already(ports, visit, known, chosen),
        room=len(chosen) < ports.services_per_visit,
        too_low=any(level < one.service.level_at(visit.now) for one in chosen),
    )


def _already(ports: SitePorts, visit: Visit, known: Known, chosen: Iterable[WantedService]) -> dict[str, Mandate]:
    """Return the mandates that stand in the way, by service."""
    given = ports.mandates.given(visit.signed_in.actor.person)
    found = {one.service.service_id: in_the_way(one, known.representative, given, visit.now) for one in chosen}
    return {service_id: mandate for service_id, mandate in found.items() if mandate is not None}


def _grant(ports: SitePorts, visit: Visit, visit_id: str) -> None:
    session, draft = visit.signed_in, drafted(ports, visit, visit_id)
    known = _who(ports, visit, draft)
    asked = Grant(
        VisitId(visit_id),
        session.actor,
        session.bsn,
        known.case_id,
        wanted(ports, visit, draft),
        visit.language,
        ports.site,
    )
    grant(
        asked,
        store=ports.mandates,
        people=ports.people,
        tries=ports.tries,
        letters=ports.letters,
        secrets=ports.secrets,
        pick=ports.pick,
        now=visit.now,
    )
    forget(ports, visit, draft)


def _who(ports: SitePorts, visit: Visit, draft: VisitDraft) -> Known:
    """Return whom a draft is for. Raises `NotFound`, also for one that is for a letter."""
    check_welcome(visit.signed_in.actor.person, ports.mandates)
    return known_in(draft.known.case_id if draft.known else "", _known(ports, visit))


def _both(ports: SitePorts, visit: Visit, known: Known, chosen: Iterable[WantedService]) -> Parties:
    services = [one.service for one in chosen]
    other = known.bsn(ports.vault)
    return parties(other, visit.signed_in.bsn, *services, people=ports.people, now=visit.now, by=Party.REPRESENTED)


def _too_low(mandate: Mandate, service: Service | None, visit: Visit) -> bool:
    return service is not None and mandate.level < service.level_at(visit.now)
