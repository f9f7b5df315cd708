"""Pages for who has a letter about what somebody asked, and refuses it with its code: nobody signs in for that."""

from typing import Any

from chalicelib.errors import Refused
from chalicelib.mandates.for_another.approving import AskedOfMe, asked_in
from chalicelib.mandates.for_another.refusing import WrongRefusalCode, recognise_refusal, refuse_by_letter
from chalicelib.mandates.model.refusals import typed_refusal
from chalicelib.mandates.model.requests import RequestState
from chalicelib.people.pseudonym import PersonId
from chalicelib.site.ports import SitePorts
from chalicelib.site.services import services_of
from chalicelib.site.texts import ERRORS, REFUSALS
from chalicelib.web.forms import Form
from chalicelib.web.http import Caller, Routes
from chalicelib.web.pages import page
from chalicelib.web.visit import Reply, Visit, redirect

routes = Routes[SitePorts](__name__, REFUSALS)

_LETTER = "letter"
"""Name of the draft that says which letter's code a visitor knows."""


@routes.get("/weigeren", Caller.VISITOR)
def lead_from_letter(_: SitePorts, __: Visit) -> Reply:
    """Lead on who typed what a letter in Dutch names."""
    return redirect("/refuse")


@routes.get("/refuse", Caller.VISITOR)
def fill_in_refusal(_: SitePorts, visit: Visit) -> Reply:
    return page("refuse.html", visit, form=Form({}, ERRORS), left=None)


@routes.post("/refuse", Caller.VISITOR)
def check_refusal(ports: SitePorts, visit: Visit) -> Reply:
    form = Form(visit.fields, ERRORS)
    if visit.switches_language:
        return page("refuse.html", visit, form=form, left=None)
    code = form.read("refusal", typed_refusal)
    if code is None:
        return page("refuse.html", visit, form=form, left=None, status=422)
    peppers = ports.secrets.peppers
    try:
        asked = recognise_refusal(
            code, visit.address, store=ports.mandates, tries=ports.tries, peppers=peppers, now=visit.now
        )
    except WrongRefusalCode as error:
        return page("refuse.html", visit, form=form, left=error.tries_left, status=422)
    known = {"represented": asked.requests[0].represented, "visit_id": asked.visit_id}
    ports.sessions.save_draft(visit.unnamed.person, _LETTER, known, visit.now)
    return redirect("/refuse/letter")


@routes.get("/refuse/letter", Caller.VISITOR)
def review_letter(ports: SitePorts, visit: Visit) -> Reply:
    if (asked := _asked(ports, visit)) is None:
        return redirect("/refuse")
    ends = {one.ended for one in asked.requests}
    return page(
        "refuse_by_letter.html",
        visit,
        waiting=asked.waiting(visit.now),
        refused=RequestState.REFUSED in ends and not ends & {RequestState.ACTIVATED, RequestState.APPROVED},
        services=services_of(asked.requests, ports.catalogue),
    )


@routes.post("/refuse/letter", Caller.VISITOR)
def confirm_letter(ports: SitePorts, visit: Visit) -> Reply:
    if not visit.switches_language:
        if (asked := _asked(ports, visit)) is None:
            raise Refused("letter_gone")
        try:
            refuse_by_letter(asked.requests[0].represented, asked.visit_id, store=ports.mandates, now=visit.now)
        except Refused as refused:
            if refused.reason != "decided_already":
                raise
    # That page says how things are now, whoever was first.
    return redirect("/refuse/letter")


def _asked(ports: SitePorts, visit: Visit) -> AskedOfMe | None:
    """Return what the letter is about whose code this visitor has shown to know within the hour."""
    known: dict[str, Any] | None = ports.sessions.draft(visit.unnamed.person, _LETTER, visit.now)
    if known is None:
        return None
    return asked_in(PersonId(known["represented"]), known["visit_id"], store=ports.mandates)
