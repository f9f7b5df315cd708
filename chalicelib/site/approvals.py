"""Pages on which somebody decides what others ask of them, and whose requests they want no more."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.errors import Refused
from chalicelib.letters.life import Journey
from chalicelib.mandates.for_another.approving import Approval, AskedOfMe, approve, asked_in, asker_number
from chalicelib.mandates.for_another.refusing import Refusal, blocked_number, refuse
from chalicelib.mandates.model.requests import Blocked, Request, RequestState
from chalicelib.mandates.own.requesting import tried
from chalicelib.mandates.rules.parties import known_names
from chalicelib.mandates.seeing.progress import progress_of
from chalicelib.people.pseudonym import PersonId
from chalicelib.site.ports import SitePorts
from chalicelib.site.services import Services, services_of
from chalicelib.site.texts import ERRORS, REFUSALS
from chalicelib.web.forms import Form
from chalicelib.web.http import Caller, Routes, kept_form
from chalicelib.web.pages import page
from chalicelib.web.visit import Reply, Visit, redirect

routes = Routes[SitePorts](__name__, REFUSALS)

_CASE = "case_"
"""How the names of the fields begin that choose a request."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What pages show of a visit. Names are those of the population register now; empty where it does not tell."""

    asked: AskedOfMe
    waiting: Sequence[Request]
    services: Services
    asker: str = field(repr=False)
    you: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class BlockedPerson:
    """Somebody whom the visitor blocked, as a page shows them."""

    name: str
    since: datetime
    handle: str
    """By which the page says whom it means, without a pseudonym."""


@routes.get("/approvals/{visit_id}", Caller.SIGNED_IN)
def show_asked_of_me(ports: SitePorts, visit: Visit, visit_id: str) -> Reply:
    return _asked_page(ports, visit, visit_id, Form(kept_form(visit, ports.sessions), ERRORS))


@routes.post("/approvals/{visit_id}", Caller.SIGNED_IN)
def approve_asked(ports: SitePorts, visit: Visit, visit_id: str) -> Reply:
    if visit.switches_language:
        return redirect(f"/approvals/{visit_id}")
    chosen = frozenset(name.removeprefix(_CASE) for name in visit.fields if name.startswith(_CASE))
    if not chosen:
        nothing = Form(visit.fields, ERRORS, {"services": "services_missing"})
        return _asked_page(ports, visit, visit_id, nothing, status=422)
    session = visit.signed_in
    try:
        approve(
            Approval(session.actor, session.bsn, visit_id, chosen),
            store=ports.mandates,
            service=ports.catalogue.service,
            people=ports.people,
            vault=ports.vault,
            now=visit.now,
        )
    except Refused as refused:
        return _as_it_is_now(refused, visit_id)
    return redirect(f"/approvals/{visit_id}?done=approved")


@routes.get("/approvals/{visit_id}/refuse", Caller.SIGNED_IN)
def review_refusal(ports: SitePorts, visit: Visit, visit_id: str) -> Reply:
    form = Form(kept_form(visit, ports.sessions), ERRORS)
    return page("decline.html", visit, shown=_shown(ports, visit, visit_id), form=form)


@routes.post("/approvals/{visit_id}/refuse", Caller.SIGNED_IN)
def refuse_asked(ports: SitePorts, visit: Visit, visit_id: str) -> Reply:
    if visit.switches_language:
        return redirect(f"/approvals/{visit_id}/refuse")
    told, block = bool(visit.field("tell")), bool(visit.field("block"))
    refusal = Refusal(visit.signed_in.actor, visit_id, told=told, block=block)
    try:
        refuse(refusal, store=ports.mandates, vault=ports.vault, now=visit.now)
    except Refused as refused:
        return _as_it_is_now(refused, visit_id)
    return redirect(f"/approvals/{visit_id}?done=refused")


@routes.get("/blocked", Caller.SIGNED_IN)
def show_blocked(ports: SitePorts, visit: Visit) -> Reply:
    me = visit.signed_in.actor.person
    blocks = ports.mandates.blocked(me)
    numbers = {block.requester: blocked_number(block, me, ports.vault) for block in blocks}
    names = known_names(numbers.values(), ports.people)
    people = [
        BlockedPerson(names.get(numbers[block.requester], ""), block.since, _handle(me, block)) for block in blocks
    ]
    return page("blocked.html", visit, people=people, unblocked=bool(visit.asked("unblocked")))


@routes.post("/blocked", Caller.SIGNED_IN)
def unblock_asker(ports: SitePorts, visit: Visit) -> Reply:
    if visit.switches_language:
        return redirect("/blocked")
    me = visit.signed_in.actor.person
    for block in ports.mandates.blocked(me):
        if _handle(me, block) == visit.field("who"):
            ports.mandates.unblock(me, block.requester)
    return redirect("/blocked?unblocked=1")


def _as_it_is_now(refused: Refused, visit_id: str) -> Reply:
    if refused.reason != "decided_already":
        raise refused
    return redirect(f"/approvals/{visit_id}?done=changed")


def _asked_page(ports: SitePorts, visit: Visit, visit_id: str, form: Form, status: int = 200) -> Reply:
    me, shown = visit.signed_in.actor, _shown(ports, visit, visit_id)
    levels = [service.level_at(visit.now) for one in shown.waiting if (service := shown.services.get(one.service_id))]
    ends, done = {one.ended for one in shown.asked.requests}, visit.asked("done")
    first = (shown.waiting or shown.asked.requests)[0]
    letter = ports.letter_journey(first.letter_id) if first.letter_id else Journey()
    return page(
        "approval.html",
        visit,
        status=status,
        shown=shown,
        form=form,
        states={one.case_id: one.state(visit.now) for one in shown.asked.requests},
        blocked=any(block.requester == shown.asked.asker for block in ports.mandates.blocked(me.person)),
        last_day=min((one.safe_day for one in shown.waiting), default=None),
        at_least=any(one.safe_day < one.last_day for one in shown.waiting),
        higher=max((level for level in levels if level > me.level), default=None),
        approved=done == "approved" and RequestState.APPROVED in ends,
        refused=done == "refused" and RequestState.REFUSED in ends and not shown.waiting,
        changed=done == "changed",
        steps=progress_of(first, tried(first, ports.tries), letter, visit.now),
    )


def _shown(ports: SitePorts, visit: Visit, visit_id: str) -> Shown:
    asked = asked_in(visit.signed_in.actor.person, visit_id, store=ports.mandates)
    asker, you = asker_number(asked.requests[0], ports.vault), visit.signed_in.bsn
    names = known_names([asker, you], ports.people)
    return Shown(
        asked,
        asked.waiting(visit.now),
        services_of(asked.requests, ports.catalogue),
        names.get(asker, ""),
        names.get(you, ""),
    )


def _handle(represented: PersonId, block: Blocked) -> str:
    return hashlib.sha256(f"{represented}:{block.requester}".encode()).hexdigest()[:16]
