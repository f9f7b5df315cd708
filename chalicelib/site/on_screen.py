"""The code on the screen of who asked for it, to write down, to print, and to keep as PDF: for a quarter of an hour.

Until then it lies sealed in a draft of theirs, and nowhere else in clear (design.md, invariant 5): in no address, no
log, and no cache.
"""

from datetime import datetime, timedelta
from typing import Any

from chalicelib.days import today
from chalicelib.errors import LevelTooLow, NotFound
from chalicelib.mandates.model.cases import VisitId, visit_of
from chalicelib.mandates.model.codes import Code, grouped
from chalicelib.mandates.model.requests import Request, RequestState
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.mandates.writing.codes import Written, sheet
from chalicelib.site.ports import SitePorts
from chalicelib.site.services import Services, services_of
from chalicelib.site.texts import REFUSALS
from chalicelib.web.http import Caller, Routes
from chalicelib.web.pages import page
from chalicelib.web.visit import Reply, Visit, redirect

routes = Routes[SitePorts](__name__, REFUSALS)

SHOWN_FOR = timedelta(minutes=15)


def keep_code(ports: SitePorts, visit: Visit, visit_id: VisitId, code: Code) -> None:
    """Keep the code of a visit for its page."""
    values = {"code": grouped(code), "until": (visit.now + SHOWN_FOR).isoformat()}
    ports.sessions.save_draft(visit.signed_in.actor.person, _draft(visit_id), values, visit.now, SHOWN_FOR)


def code_kept(ports: SitePorts, visit: Visit, request: Request) -> datetime | None:
    """Return until when the code of a request is shown; None when it is not, or not any more."""
    if request.state(visit.now) is not RequestState.WAITING or visit.now >= request.requested_at + SHOWN_FOR:
        return None
    kept = _kept(ports, visit, request.case_id)
    return datetime.fromisoformat(kept["until"]) if kept else None


@routes.get("/requests/{case_id}/code", Caller.SIGNED_IN)
def show_code(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    requests, services = _waiting(ports, visit, case_id)
    kept = _seen(ports, visit, requests)
    if kept is None:
        # Nothing is shown that does not work any more.
        return redirect(f"/requests/{case_id}")
    return page(
        "code.html",
        visit,
        case_id=case_id,
        code=kept["code"],
        until=datetime.fromisoformat(kept["until"]),
        asked=[(one, services[one.service_id]) for one in requests],
        last_day=max(one.safe_day for one in requests),
        letter=requests[0].letter_id is not None,
        site=ports.site,
    )


@routes.get("/requests/{case_id}/code.pdf", Caller.SIGNED_IN)
def save_code(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    requests, services = _waiting(ports, visit, case_id)
    kept = _seen(ports, visit, requests)
    if kept is None:
        return redirect(f"/requests/{case_id}")
    wanted = [WantedService(services[one.service_id], one.period) for one in requests]
    last_day, on = max(one.safe_day for one in requests), today(visit.now)
    paper = sheet(Written(visit_of(case_id), wanted, kept["code"], last_day, on, ports.site), visit.language)
    name = {"nl": "machtigingscode.pdf", "en": "mandate-code.pdf"}[visit.language]
    return Reply(ports.papers.pdf(paper), content_type="application/pdf", filename=name)


@routes.post("/requests/{case_id}/code", Caller.SIGNED_IN)
def forget_code(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    if visit.switches_language:
        return redirect(f"/requests/{case_id}/code")
    ports.sessions.drop_draft(visit.signed_in.actor.person, _draft(visit_of(case_id)))
    return redirect(f"/requests/{case_id}")


def _waiting(ports: SitePorts, visit: Visit, case_id: str) -> tuple[list[Request], Services]:
    """Return what somebody asked for themselves in a visit and waits, with the services that are still there."""
    asked = ports.mandates.requests(visit.signed_in.actor.person, visit_of(case_id))
    mine = sorted((one for one in asked if one.is_own), key=lambda one: one.case_id)
    if not mine:
        raise NotFound("request")
    services = services_of(mine, ports.catalogue)
    waiting = [one for one in mine if one.state(visit.now) is RequestState.WAITING and one.service_id in services]
    return waiting, services


def _seen(ports: SitePorts, visit: Visit, requests: list[Request]) -> dict[str, Any] | None:
    """Return the code of requests that wait. Raises `LevelTooLow` for a sign-in below the one at which they were made:
    that a service shows its code, it says of that level (design.md section 4).
    """
    kept = _kept(ports, visit, requests[0].case_id) if requests else None
    level = requests[0].level if requests else None
    if kept is not None and level is not None and visit.signed_in.actor.level < level:
        raise LevelTooLow(level)
    return kept


def _kept(ports: SitePorts, visit: Visit, case_id: str) -> dict[str, Any] | None:
    return ports.sessions.draft(visit.signed_in.actor.person, _draft(visit_of(case_id)), visit.now)


def _draft(visit_id: VisitId) -> str:
    return f"code:{visit_id}"
