"""The steps that asking for oneself and for somebody else share: choose services, each with its period.

What was chosen is kept in the draft of the visit (`site/visits.py`); the last step is `/request/confirm/{visit_id}`.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from chalicelib.catalogue.model import Service, search
from chalicelib.days import today
from chalicelib.errors import Refused
from chalicelib.mandates.direct.known import known_to
from chalicelib.mandates.model.period import Period
from chalicelib.mandates.rules.wanted import choose_period
from chalicelib.site.ports import SitePorts
from chalicelib.site.texts import ERRORS, REFUSALS
from chalicelib.site.visits import Chosen, VisitDraft, begun, drafted, keep, mandatable, remember
from chalicelib.typed_dates import typed_date
from chalicelib.web.forms import Form
from chalicelib.web.http import Caller, Routes, kept_form
from chalicelib.web.pages import page
from chalicelib.web.visit import Reply, Visit, redirect

routes = Routes[SitePorts](__name__, REFUSALS)

_PRESETS = {"month": 30, "year": 365}
"""Lengths in days that can be chosen with one click, where the service allows them."""

_FIELDS = ("start", "start_date", "end", "end_date")


@routes.get("/request", Caller.SIGNED_IN)
def choose_service(ports: SitePorts, visit: Visit) -> Reply:
    return _services_page(ports, visit, None)


@routes.get("/request/with/{visit_id}", Caller.SIGNED_IN)
def choose_next_service(ports: SitePorts, visit: Visit, visit_id: str) -> Reply:
    draft = drafted(ports, visit, visit_id)
    if len(draft.chosen) >= ports.services_per_visit:
        return redirect(f"/request/confirm/{visit_id}")
    return _services_page(ports, visit, draft)


@routes.get("/request/{service_id}", Caller.SIGNED_IN)
def choose_dates(ports: SitePorts, visit: Visit, service_id: str) -> Reply:
    service = mandatable(ports, visit, service_id)
    draft = begun(ports, visit, service_id)
    return _dates_page(visit, service, draft, _begin(ports, visit, draft, service_id), f"/request/{service_id}")


@routes.post("/request/{service_id}", Caller.SIGNED_IN)
def keep_dates(ports: SitePorts, visit: Visit, service_id: str) -> Reply:
    service = mandatable(ports, visit, service_id)
    draft = begun(ports, visit, service_id)
    reply = _keep(ports, visit, service, draft, f"/request/{service_id}")
    if reply.location is not None:
        # Kept for who comes back to change it.
        remember(ports, visit, draft, service_id)
    return reply


@routes.get("/request/with/{visit_id}/{service_id}", Caller.SIGNED_IN)
def choose_next_dates(ports: SitePorts, visit: Visit, visit_id: str, service_id: str) -> Reply:
    draft = drafted(ports, visit, visit_id)
    service = mandatable(ports, visit, service_id)
    form = _begin(ports, visit, draft, service_id)
    return _dates_page(visit, service, draft, form, f"/request/with/{visit_id}/{service_id}")


@routes.post("/request/with/{visit_id}/{service_id}", Caller.SIGNED_IN)
def keep_next_dates(ports: SitePorts, visit: Visit, visit_id: str, service_id: str) -> Reply:
    draft = drafted(ports, visit, visit_id)
    service = mandatable(ports, visit, service_id)
    return _keep(ports, visit, service, draft, f"/request/with/{visit_id}/{service_id}")


def _services_page(ports: SitePorts, visit: Visit, draft: VisitDraft | None) -> Reply:
    words = visit.asked("q").strip()[:100]
    services = [service for service in ports.catalogue.services() if service.may_be_mandated(visit.now)]
    found = search(services, words, visit.language)
    again = draft is None and bool(known_to(visit.signed_in.actor.person, store=ports.mandates, now=visit.now))
    return page(
        "choose_service.html",
        visit,
        words=words,
        found=found,
        draft=draft,
        other=draft and draft.other,
        known=draft and draft.known,
        again=again,
    )


def _begin(ports: SitePorts, visit: Visit, draft: VisitDraft, service_id: str) -> Form:
    """Return the form as it was left."""
    return _form({"start": "today", **draft.typed(service_id), **kept_form(visit, ports.sessions)})


def _keep(ports: SitePorts, visit: Visit, service: Service, draft: VisitDraft, path: str) -> Reply:
    """Add a service to the draft, and go on to what was chosen so far; or tell what is wrong with its period."""
    form = _form(visit.fields)
    if visit.switches_language:
        return _dates_page(visit, service, draft, form, path)
    period = _read_period(form, service, visit)
    if period is None:
        return _dates_page(visit, service, draft, form, path, status=422)
    typed = {name: form.value(name) for name in _FIELDS}
    new = draft.adding(Chosen(service.service_id, period, typed))
    # One more than fits was chosen in another window: the next page tells how many fit.
    if len(new.chosen) <= ports.services_per_visit:
        keep(ports, visit, new)
    return redirect(f"/request/confirm/{draft.visit_id}")


def _form(values: Mapping[str, str]) -> Form:
    """Return the form in which a date that was typed is chosen, whatever else is marked; unless the page showed that
    date already, as its choice: then who marks something else has left it.
    """
    read = dict(values)
    for name in ("start", "end"):
        typed = values.get(f"{name}_date", "").strip()
        left = typed == values.get(f"{name}_shown", "").strip() and values.get(name, "other") != "other"
        if typed:
            read |= {f"{name}_date": ""} if left else {name: "other"}
    return Form(read, ERRORS)


def _read_period(form: Form, service: Service, visit: Visit) -> Period | None:
    start = today(visit.now) if form.value("start") == "today" else _read_date(form, "start")
    chosen = form.value("end")
    end = _read_date(form, "end") if chosen != "max" and chosen not in _PRESETS else None
    if start is None or form.errors:
        return None
    try:
        if chosen in _PRESETS:
            # Checked first: from a start at the edge of the calendar nothing can be reckoned.
            choose_period(service, start, None, visit.now)
            end = start + timedelta(days=_PRESETS[chosen] - 1)
        return choose_period(service, start, end, visit.now)
    except Refused as error:
        name = "start" if error.reason.startswith("start") else "end"
        form.errors[f"{name}_date" if form.value(name) == "other" else name] = error.reason
        return None


def _read_date(form: Form, name: str) -> date | None:
    """Read a date from its own field, which belongs to the choice `other`."""
    if form.value(name) == "other":
        return form.read(f"{name}_date", typed_date)
    form.errors[name] = f"{name}_missing"
    return None


def _dates_page(visit: Visit, service: Service, draft: VisitDraft, form: Form, path: str, status: int = 200) -> Reply:
    first = today(visit.now)
    presets = {name: days for name, days in _PRESETS.items() if days < service.max_days}
    last = first + timedelta(days=service.max_days - 1)
    return page(
        "choose_dates.html",
        visit,
        status=status,
        service=service,
        draft=draft,
        other=draft.other,
        known=draft.known,
        form=form,
        path=path,
        first=first,
        last=last,
        presets=presets,
    )
