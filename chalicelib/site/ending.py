"""Ending several mandates at once, for either side: each is named before, and each ends by itself."""

from collections.abc import Iterable
from urllib.parse import urlencode

from chalicelib.errors import NotFound
from chalicelib.mandates.living.revoking import revoke_each
from chalicelib.mandates.model.mandates import LIVING, Mandate
from chalicelib.mandates.rules.parties import names_of_others
from chalicelib.mandates.rules.sides import mandate_of
from chalicelib.site.ports import SitePorts
from chalicelib.site.services import every_service
from chalicelib.site.texts import REFUSALS
from chalicelib.web.http import Caller, Routes, kept_form
from chalicelib.web.pages import page
from chalicelib.web.visit import Reply, Visit, redirect

routes = Routes[SitePorts](__name__, REFUSALS)

_MOST = 50
"""Mandates that end in one go: more than a page of a list has."""


@routes.get("/mandates/end", Caller.SIGNED_IN)
def review_ends(ports: SitePorts, visit: Visit) -> Reply:
    kept = kept_form(visit, ports.sessions)
    mandates = _theirs(ports, visit, visit.asked_each("case") or kept.get("cases", "").split())
    living = [mandate for mandate in mandates if mandate.state(visit.now) in LIVING]
    return _cases_page(ports, "end.html", visit, living)


@routes.post("/mandates/end", Caller.SIGNED_IN)
def end_mandates(ports: SitePorts, visit: Visit) -> Reply:
    case_ids = visit.field("cases").split()[:_MOST]
    asked = _query(case_ids)
    if visit.switches_language:
        return redirect(f"/mandates/end?{asked}")
    revoke_each(visit.signed_in.actor, case_ids, store=ports.mandates, now=visit.now)
    return redirect(f"/mandates/end/done?{asked}")


@routes.get("/mandates/end/done", Caller.SIGNED_IN)
def show_ends(ports: SitePorts, visit: Visit) -> Reply:
    """Say of each mandate how it is now, which is what counts, whatever came of ending it."""
    return _cases_page(ports, "ended.html", visit, _theirs(ports, visit, visit.asked_each("case")))


def _query(case_ids: Iterable[str]) -> str:
    return urlencode([("case", case_id) for case_id in case_ids])


def _theirs(ports: SitePorts, visit: Visit, case_ids: Iterable[str]) -> list[Mandate]:
    """Return the mandates of which somebody is a side, among those that are named."""
    found: list[Mandate] = []
    for case_id in list(dict.fromkeys(case_ids))[:_MOST]:
        try:
            found.append(mandate_of(visit.signed_in.actor.person, case_id, store=ports.mandates)[0])
        except NotFound:
            continue
    return found


def _cases_page(ports: SitePorts, template: str, visit: Visit, mandates: list[Mandate]) -> Reply:
    person = visit.signed_in.actor.person
    return page(
        template,
        visit,
        person=person,
        mandates=mandates,
        asked=_query(mandate.case_id for mandate in mandates),
        living=[mandate for mandate in mandates if mandate.state(visit.now) in LIVING],
        names=names_of_others(person, mandates, vault=ports.vault, people=ports.people) if mandates else {},
        services=every_service(ports.catalogue) if mandates else {},
    )
