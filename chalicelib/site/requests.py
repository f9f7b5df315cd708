"""Pages of the represented person: choose a service and a period, confirm, and take a request back."""

from collections.abc import Mapping
from datetime import date, timedelta

from chalicelib.catalogue.model import Service, search
from chalicelib.days import today
from chalicelib.errors import LevelTooLow, NotFound, Refused
from chalicelib.mandates.ages import check_age
from chalicelib.mandates.model import CaseId, Party, RequestState
from chalicelib.mandates.period import Period
from chalicelib.mandates.progress import progress_of
from chalicelib.mandates.requesting import Wish, ask, choose_period, reachable, tried, withdraw
from chalicelib.site.clicks import once
from chalicelib.site.ports import SitePorts
from chalicelib.site.texts import ERRORS, REFUSALS
from chalicelib.typed_dates import typed_date
from chalicelib.web.forms import Form
from chalicelib.web.http import Caller, Routes, kept_form
from chalicelib.web.pages import page
from chalicelib.web.visit import Reply, Visit, redirect

routes = Routes[SitePorts](__name__, REFUSALS)

_PRESETS = {"month": 30, "year": 365}
"""Lengths in days that can be chosen with one click, where the service allows them."""

_LETTER_TAKES = timedelta(days=7)
"""Five working days."""


@routes.get("/request", Caller.SIGNED_IN)
def choose_service(ports: SitePorts, visit: Visit) -> Reply:
    words = visit.asked("q").strip()[:100]
    services = [service for service in ports.catalogue.services() if service.may_be_mandated(visit.now)]
    found = search(services, words, visit.language)
    return page("choose_service.html", visit, words=words, found=found)


@routes.get("/request/{service_id}", Caller.SIGNED_IN)
def choose_dates(ports: SitePorts, visit: Visit, service_id: str) -> Reply:
    service = _service(ports, visit, service_id)
    chosen = ports.sessions.draft(visit.signed_in.actor.person, _chosen(service_id), visit.now) or {}
    return _dates_page(visit, service, _form({"start": "today", **chosen, **kept_form(visit, ports.sessions)}))


@routes.post("/request/{service_id}", Caller.SIGNED_IN)
def keep_dates(ports: SitePorts, visit: Visit, service_id: str) -> Reply:
    service = _service(ports, visit, service_id)
    form = _form(visit.fields)
    if visit.switches_language:
        return _dates_page(visit, service, form)
    period = _read_period(form, service, visit)
    if period is None:
        return _dates_page(visit, service, form, status=422)
    case_id = ports.new_id()
    draft = {"service_id": service_id, "start": period.start.isoformat(), "end": period.end.isoformat()}
    ports.sessions.save_draft(visit.signed_in.actor.person, _reviewed(case_id), draft, visit.now)
    # Kept for who comes back to change it.
    typed = {name: form.value(name) for name in ("start", "start_date", "end", "end_date")}
    ports.sessions.save_draft(visit.signed_in.actor.person, _chosen(service_id), typed, visit.now)
    return redirect(f"/request/confirm/{case_id}")


@routes.get("/request/confirm/{case_id}", Caller.SIGNED_IN)
def review_request(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    if _asked(ports, visit, case_id):
        return redirect(f"/requests/{case_id}")
    wish = _wish(ports, visit, case_id)
    person = reachable(wish.bsn, ports.people)
    check_age(Party.REPRESENTED, person.born, wish.service, visit.now)
    tight = wish.period.end < today(visit.now) + _LETTER_TAKES
    return page("confirm_request.html", visit, wish=wish, person=person, case_id=case_id, tight=tight)


@routes.post("/request/confirm/{case_id}", Caller.SIGNED_IN)
def send_request(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    if visit.switches_language:
        return redirect(f"/request/confirm/{case_id}")
    once(lambda: _ask(ports, visit, case_id), done=lambda: _asked(ports, visit, case_id))
    return redirect(f"/requests/{case_id}?sent=1")


def _asked(ports: SitePorts, visit: Visit, case_id: str) -> bool:
    return ports.mandates.request(visit.signed_in.actor.person, case_id) is not None


def _ask(ports: SitePorts, visit: Visit, case_id: str) -> None:
    wish = _wish(ports, visit, case_id)
    ask(
        wish,
        store=ports.mandates,
        people=ports.people,
        tries=ports.tries,
        letters=ports.letters,
        secrets=ports.secrets,
        pick=ports.pick,
        now=visit.now,
    )
    ports.sessions.drop_draft(visit.signed_in.actor.person, _reviewed(case_id))
    ports.sessions.drop_draft(visit.signed_in.actor.person, _chosen(wish.service.service_id))


@routes.get("/requests/{case_id}", Caller.SIGNED_IN)
def show_request(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    return _request_page(ports, "request.html", visit, case_id, sent=bool(visit.asked("sent")))


@routes.get("/requests/{case_id}/withdraw", Caller.SIGNED_IN)
def review_withdrawal(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    return _request_page(ports, "withdraw.html", visit, case_id)


@routes.post("/requests/{case_id}/withdraw", Caller.SIGNED_IN)
def withdraw_request(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    if visit.switches_language:
        return redirect(f"/requests/{case_id}/withdraw")
    withdraw(visit.signed_in.actor.person, case_id, by=visit.signed_in.actor, store=ports.mandates, now=visit.now)
    return redirect(f"/requests/{case_id}")


def _service(ports: SitePorts, visit: Visit, service_id: str) -> Service:
    service = ports.catalogue.service(service_id)
    if not service.may_be_mandated(visit.now):
        raise NotFound("service")
    if visit.signed_in.actor.level < (level := service.level_at(visit.now)):
        raise LevelTooLow(level)
    return service


def _wish(ports: SitePorts, visit: Visit, case_id: str) -> Wish:
    session = visit.signed_in
    draft = ports.sessions.draft(session.actor.person, _reviewed(case_id), visit.now)
    if draft is None:
        raise Refused("draft_gone")
    service = _service(ports, visit, draft["service_id"])
    start, end = date.fromisoformat(draft["start"]), date.fromisoformat(draft["end"])
    if start < today(visit.now):
        # The form was left open past midnight.
        raise Refused("draft_gone")
    period = Period(start, end)
    return Wish(CaseId(case_id), session.actor, session.bsn, service, period, visit.language, ports.site)


def _reviewed(case_id: str) -> str:
    """Name of the draft of a request that is to be confirmed; never that of another kind, whatever an address says."""
    return f"request:{case_id}"


def _chosen(service_id: str) -> str:
    """Name of the draft in which it is kept what was chosen for a service."""
    return f"dates:{service_id}"


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


def _dates_page(visit: Visit, service: Service, form: Form, status: int = 200) -> Reply:
    first = today(visit.now)
    presets = {name: days for name, days in _PRESETS.items() if days < service.max_days}
    last = first + timedelta(days=service.max_days - 1)
    return page(
        "choose_dates.html", visit, status=status, service=service, form=form, first=first, last=last, presets=presets
    )


def _request_page(ports: SitePorts, template: str, visit: Visit, case_id: str, *, sent: bool = False) -> Reply:
    request = ports.mandates.request(visit.signed_in.actor.person, case_id)
    if request is None:
        raise NotFound("request")
    if not request.is_own:
        return redirect(f"/approvals/{request.visit}")
    if request.ended is RequestState.ACTIVATED:
        return redirect(f"/mandates/{case_id}")
    guesses = tried(request, ports.tries)
    letter = ports.letter_progress(request.letter_id) if request.letter_id else {}
    return page(
        template,
        visit,
        request=request,
        state=request.state(visit.now, guesses),
        steps=progress_of(request, guesses, letter, visit.now),
        service=ports.catalogue.service(request.service_id),
        letter=letter,
        sent=sent,
    )
