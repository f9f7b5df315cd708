"""Pages of the representative: fill in number, birth date and code, see both names, confirm."""

from typing import Any

from chalicelib.catalogue.model import Service
from chalicelib.errors import Refused
from chalicelib.mandates.activating import Guess, WrongCombination, activate, recognise, waiting
from chalicelib.mandates.codes import typed_code
from chalicelib.mandates.model import CaseId, Request
from chalicelib.mandates.parties import Parties, parties
from chalicelib.people.birth_date import BirthDate
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import PersonId
from chalicelib.site.clicks import once
from chalicelib.site.ports import SitePorts
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
    recognised = {"represented": found.represented, "case_id": found.code_id}
    ports.sessions.save_draft(session.actor.person, _draft(found.code_id), recognised, visit.now)
    return redirect(f"/activate/{found.code_id}")


@routes.get("/activate/{case_id}", Caller.SIGNED_IN)
def review_activation(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    if _holds(ports, visit, case_id):
        return redirect(f"/mandates/{case_id}")
    request, service = _recognised(ports, visit, case_id)
    both = _parties(ports, visit, request, service)
    names = {"representative": both.representative.name, "represented": both.represented.name}
    return page("confirm_activation.html", visit, request=request, service=service, case_id=case_id, names=names)


@routes.post("/activate/{case_id}", Caller.SIGNED_IN)
def confirm_activation(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    if visit.switches_language:
        return redirect(f"/activate/{case_id}")
    once(lambda: _activate(ports, visit, case_id), done=lambda: _holds(ports, visit, case_id))
    return redirect(f"/mandates/{case_id}?activated=1")


def _holds(ports: SitePorts, visit: Visit, case_id: str) -> bool:
    made = ports.mandates.mandate(case_id)
    return made is not None and made.representative == visit.signed_in.actor.person


def _activate(ports: SitePorts, visit: Visit, case_id: str) -> None:
    session = visit.signed_in
    request, service = _recognised(ports, visit, case_id)
    _parties(ports, visit, request, service)
    activate(
        request.represented,
        request.case_id,
        by=session.actor,
        bsn=session.bsn,
        service=service,
        store=ports.mandates,
        secrets=ports.secrets,
        now=visit.now,
    )
    ports.sessions.drop_draft(session.actor.person, _draft(case_id))


def _recognised(ports: SitePorts, visit: Visit, case_id: str) -> tuple[Request, Service]:
    """Return the request whose code this person has shown to know."""
    draft: dict[str, Any] | None = ports.sessions.draft(visit.signed_in.actor.person, _draft(case_id), visit.now)
    if draft is None:
        raise Refused("draft_gone")
    request = waiting(PersonId(draft["represented"]), CaseId(case_id), store=ports.mandates, now=visit.now)
    return request, ports.catalogue.service(request.service_id)


def _parties(ports: SitePorts, visit: Visit, request: Request, service: Service) -> Parties:
    """Return both sides, from the population register: asked again when it counts, for much happens in an hour."""
    represented = Bsn(ports.vault.open(request.represented_bsn, f"case:{request.case_id}"))
    return parties(visit.signed_in.bsn, represented, service, people=ports.people, now=visit.now)


def _draft(case_id: str) -> str:
    return f"activation:{case_id}"
