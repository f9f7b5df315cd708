"""Leaving less of a mandate, for either side: an earlier end, fewer services of a portal or set; both shown before."""

from collections.abc import Mapping
from datetime import date

from chalicelib.catalogue.model import ServiceId
from chalicelib.errors import Refused
from chalicelib.mandates.living.changing import Less, lessened, restrict
from chalicelib.mandates.model.mandates import LIVING, Mandate
from chalicelib.mandates.model.period import Period
from chalicelib.mandates.rules.sides import mandate_of
from chalicelib.mandates.rules.standing import behind
from chalicelib.site.one_mandate import about
from chalicelib.site.ports import SitePorts
from chalicelib.site.services import known_service
from chalicelib.site.texts import ERRORS, REFUSALS
from chalicelib.typed_dates import typed_date
from chalicelib.web.forms import Form
from chalicelib.web.http import Caller, Routes, kept_form
from chalicelib.web.pages import page
from chalicelib.web.visit import Reply, Visit, redirect

routes = Routes[SitePorts](__name__, REFUSALS)

_SERVICE = "service-"
"""Begins the name of a service's tick: each has its own, so that a form that is kept keeps them."""


@routes.get("/mandates/{case_id}/restrict", Caller.SIGNED_IN)
def choose_less(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    chosen = ports.sessions.draft(visit.signed_in.actor.person, _draft(case_id), visit.now) or {}
    form = Form({**chosen, **kept_form(visit, ports.sessions)}, ERRORS)
    return _less_page(ports, visit, _mandate(ports, visit, case_id), form)


@routes.post("/mandates/{case_id}/restrict", Caller.SIGNED_IN)
def keep_less(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    mandate, form = _mandate(ports, visit, case_id), Form(visit.fields, ERRORS)
    if visit.switches_language:
        return _less_page(ports, visit, mandate, form)
    _read_less(ports, visit, mandate, form)
    if form.errors:
        return _less_page(ports, visit, mandate, form, status=422)
    ports.sessions.save_draft(visit.signed_in.actor.person, _draft(case_id), visit.fields, visit.now)
    return redirect(f"/mandates/{case_id}/restrict/confirm")


@routes.get("/mandates/{case_id}/restrict/confirm", Caller.SIGNED_IN)
def review_less(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    mandate, less = _mandate(ports, visit, case_id), _chosen(ports, visit, case_id)
    services = ports.catalogue.services()
    opened = behind(mandate, services, visit.now)
    return page(
        "confirm_restriction.html",
        visit,
        **about(ports, visit, mandate, known_service(mandate.service_id, ports.catalogue)),
        period=Period(mandate.period.start, less.end or mandate.period.end),
        gone=[one for one in opened if one.service_id in less.without],
        kept=[one for one in opened if one.service_id not in less.without],
    )


@routes.post("/mandates/{case_id}/restrict/confirm", Caller.SIGNED_IN)
def restrict_mandate(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    if visit.switches_language:
        return redirect(f"/mandates/{case_id}/restrict/confirm")
    _mandate(ports, visit, case_id)
    less, actor = _chosen(ports, visit, case_id), visit.signed_in.actor
    try:
        restrict(actor, case_id, less, services=ports.catalogue.services(), store=ports.mandates, now=visit.now)
    except Refused as error:
        return _changed_meanwhile(ports, visit, case_id, error)
    # The draft stays its hour: a second click finds it, and changes nothing.
    return redirect(f"/mandates/{case_id}")


def _changed_meanwhile(ports: SitePorts, visit: Visit, case_id: str, error: Refused) -> Reply:
    """Say beside the field what is not possible any more, since the other side, we or a new day changed something."""
    if error.reason not in ERRORS:
        raise error
    chosen = ports.sessions.draft(visit.signed_in.actor.person, _draft(case_id), visit.now) or {}
    form = Form(chosen, ERRORS, _beside(error))
    return _less_page(ports, visit, _mandate(ports, visit, case_id), form, status=422)


def _beside(error: Refused) -> dict[str, str]:
    return {"services" if error.reason == "nothing_left" else "end_date": error.reason}


def _mandate(ports: SitePorts, visit: Visit, case_id: str) -> Mandate:
    """Return a mandate of which something is left. Raises `NotFound` or `Refused`."""
    mandate, _ = mandate_of(visit.signed_in.actor.person, case_id, store=ports.mandates)
    if mandate.state(visit.now) not in LIVING:
        raise Refused("mandate_ended")
    return mandate


def _draft(case_id: str) -> str:
    return f"less:{case_id}"


def _chosen(ports: SitePorts, visit: Visit, case_id: str) -> Less:
    """Return what somebody chose. Raises `Refused("draft_gone")`."""
    draft = ports.sessions.draft(visit.signed_in.actor.person, _draft(case_id), visit.now)
    if draft is None:
        raise Refused("draft_gone")
    return _less(draft, typed_date(typed) if (typed := str(draft.get("end_date", "")).strip()) else None)


def _less(values: Mapping[str, str], end: date | None) -> Less:
    ticked = (name.removeprefix(_SERVICE) for name, value in values.items() if name.startswith(_SERVICE) and value)
    return Less(end, frozenset(map(ServiceId, ticked)))


def _read_less(ports: SitePorts, visit: Visit, mandate: Mandate, form: Form) -> None:
    """Find what is wrong with what was filled in."""
    end = form.read("end_date", typed_date) if form.value("end_date") else None
    if form.errors:
        return
    services, less = ports.catalogue.services(), _less(form.values, end)
    if less == Less():
        form.errors["end_date"] = "less_missing" if behind(mandate, services, visit.now) else "less_end_missing"
        return
    try:
        lessened(mandate, less, services, visit.now)
    except Refused as error:
        form.errors |= _beside(error)


def _less_page(ports: SitePorts, visit: Visit, mandate: Mandate, form: Form, status: int = 200) -> Reply:
    opened = behind(mandate, ports.catalogue.services(), visit.now)
    shown = about(ports, visit, mandate, known_service(mandate.service_id, ports.catalogue))
    return page("restrict.html", visit, status=status, form=form, opened=opened, tick=_SERVICE, **shown)
