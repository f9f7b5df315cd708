"""Pages of who asks for somebody else: fill in whose number, and see what was asked. All are made of what they did.

What they ask for, and when, they choose on the pages of `site/choosing.py`; `site/requests.py` sends it from here.
"""

from dataclasses import replace

from chalicelib.errors import NotFound
from chalicelib.mandates.for_another.asking import Plea, ask_for, check_asker, withdraw_asked
from chalicelib.mandates.model.cases import visit_of
from chalicelib.mandates.model.requests import Asking, RequestState
from chalicelib.mandates.register.hiding import number_in
from chalicelib.mandates.seeing.progress import progress_for_asker
from chalicelib.people.birth_date import BirthDate
from chalicelib.people.bsn import Bsn
from chalicelib.site.ports import SitePorts
from chalicelib.site.services import services_of
from chalicelib.site.texts import ERRORS, REFUSALS
from chalicelib.site.visits import Other, VisitDraft, drafted, keep, new_visit, wanted
from chalicelib.web.forms import Form
from chalicelib.web.http import Caller, Routes, kept_form
from chalicelib.web.pages import page
from chalicelib.web.visit import Reply, Visit, redirect

routes = Routes[SitePorts](__name__, REFUSALS)

_MINE = (RequestState.ACTIVATED, RequestState.APPROVED)


@routes.get("/ask", Caller.SIGNED_IN)
def fill_in_other(ports: SitePorts, visit: Visit) -> Reply:
    return _other_page(visit, Form(kept_form(visit, ports.sessions), ERRORS), "/ask")


@routes.post("/ask", Caller.SIGNED_IN)
def keep_other(ports: SitePorts, visit: Visit) -> Reply:
    return _keep_other(ports, visit, new_visit(ports), "/ask")


@routes.get("/ask/{visit_id}", Caller.SIGNED_IN)
def fill_in_another(ports: SitePorts, visit: Visit, visit_id: str) -> Reply:
    draft = _of_another(ports, visit, visit_id)
    typed = {"bsn": draft.other.bsn.digits, "born": _typed(draft.other.born)} if draft.other else {}
    return _other_page(visit, Form({**typed, **kept_form(visit, ports.sessions)}, ERRORS), f"/ask/{visit_id}")


@routes.post("/ask/{visit_id}", Caller.SIGNED_IN)
def keep_another(ports: SitePorts, visit: Visit, visit_id: str) -> Reply:
    return _keep_other(ports, visit, _of_another(ports, visit, visit_id), f"/ask/{visit_id}")


@routes.get("/asked/{case_id}", Caller.SIGNED_IN)
def show_asked(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    asking = _asking(ports, visit, case_id)
    if asking.ended in _MINE:
        return redirect(f"/mandates/{case_id}")
    return _asked_page(ports, "asked.html", visit, asking, sent=bool(visit.asked("sent")))


@routes.get("/asked/{case_id}/withdraw", Caller.SIGNED_IN)
def review_taking_back(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    asking = _asking(ports, visit, case_id)
    if not asking.is_open(visit.now):
        return redirect(f"/asked/{case_id}")
    return _asked_page(ports, "withdraw_asked.html", visit, asking)


@routes.post("/asked/{case_id}/withdraw", Caller.SIGNED_IN)
def take_asked_back(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    if visit.switches_language:
        return redirect(f"/asked/{case_id}/withdraw")
    withdraw_asked(visit.signed_in.actor, case_id, store=ports.mandates, now=visit.now)
    return redirect(f"/asked/{case_id}")


def check_who_asks(ports: SitePorts, visit: Visit, draft: VisitDraft) -> None:
    """Raise what stands in the way of who asks, before they send it: what `check_asker` does."""
    plea = _plea(ports, visit, draft)
    check_asker(plea, ports.secrets.pseudonyms.person(plea.represented), ports.people, visit.now)


def send_asked(ports: SitePorts, visit: Visit, draft: VisitDraft) -> Reply:
    """Ask, and lead on to what was asked. The draft stays for its hour: sent again, it has the same answer."""
    cases = ask_for(
        _plea(ports, visit, draft),
        store=ports.mandates,
        people=ports.people,
        tries=ports.tries,
        checks=ports.checks,
        secrets=ports.secrets,
        now=visit.now,
    )
    return redirect(f"/asked/{cases[0]}?sent=1")


def sent_before(ports: SitePorts, visit: Visit, visit_id: str) -> str | None:
    """Return where what was asked for another in a visit stands; None if nothing was."""
    asked = ports.mandates.askings(visit.signed_in.actor.person)
    cases = sorted(one.case_id for one in asked if visit_of(one.case_id) == visit_id)
    return f"/asked/{cases[0]}" if cases else None


def _of_another(ports: SitePorts, visit: Visit, visit_id: str) -> VisitDraft:
    draft = drafted(ports, visit, visit_id)
    if draft.other is None:
        raise NotFound("asking for another")
    return draft


def _keep_other(ports: SitePorts, visit: Visit, draft: VisitDraft, path: str) -> Reply:
    form = Form(visit.fields, ERRORS)
    if visit.switches_language:
        return _other_page(visit, form, path)
    bsn = form.read("bsn", Bsn.parse)
    if bsn == visit.signed_in.bsn:
        form.errors["bsn"] = "own_bsn"
    born = form.read("born", BirthDate.parse)
    if bsn is None or born is None or form.errors:
        return _other_page(visit, form, path, status=422)
    keep(ports, visit, replace(draft, other=Other(bsn, born)))
    return redirect(f"/request/{'confirm' if draft.chosen else 'with'}/{draft.visit_id}")


def _other_page(visit: Visit, form: Form, path: str, status: int = 200) -> Reply:
    return page("ask.html", visit, form=form, path=path, other=True, status=status)


def _typed(born: BirthDate) -> str:
    return "-".join(reversed(born.iso.split("-")))


def _plea(ports: SitePorts, visit: Visit, draft: VisitDraft) -> Plea:
    if draft.other is None:
        raise NotFound("asking for another")
    session, other = visit.signed_in, draft.other
    return Plea(
        draft.visit_id,
        session.actor,
        session.bsn,
        other.bsn,
        other.born,
        wanted(ports, visit, draft),
        visit.address,
    )


def _asking(ports: SitePorts, visit: Visit, case_id: str) -> Asking:
    asking = ports.mandates.asking(visit.signed_in.actor.person, case_id)
    if asking is None:
        raise NotFound("asking")
    return asking


def _asked_page(ports: SitePorts, template: str, visit: Visit, asking: Asking, *, sent: bool = False) -> Reply:
    asked = ports.mandates.askings(visit.signed_in.actor.person)
    together = [one for one in asked if visit_of(one.case_id) == visit_of(asking.case_id) and one != asking]
    services = services_of([asking, *together], ports.catalogue)
    return page(
        template,
        visit,
        asking=asking,
        other=number_in(asking.case_id, asking.represented_bsn, ports.vault).digits,
        steps=progress_for_asker(asking, visit.now),
        is_open=asking.is_open(visit.now),
        service=services.get(asking.service_id),
        with_it=[(one, services.get(one.service_id)) for one in sorted(together, key=lambda one: one.case_id)],
        sent=sent,
    )
