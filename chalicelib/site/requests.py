"""Pages of the represented person: look over what was chosen, send it, see what became of it, and take it back."""

from datetime import timedelta

from chalicelib.catalogue.model import ServiceId
from chalicelib.days import today
from chalicelib.errors import NotFound, Refused
from chalicelib.letters.life import Journey
from chalicelib.mandates.model.cases import Party
from chalicelib.mandates.model.requests import RequestState
from chalicelib.mandates.model.wishes import own_wishes
from chalicelib.mandates.own.handing import Handing, handings, receiver, screen_level
from chalicelib.mandates.own.requesting import AlreadyRequested, Wish, ask, tried, withdraw
from chalicelib.mandates.rules.eligibility import check_age, check_welcome
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.mandates.seeing.progress import progress_of
from chalicelib.people.brp.person import Person
from chalicelib.site.asking import check_who_asks, send_asked, sent_before
from chalicelib.site.clicks import once
from chalicelib.site.on_screen import code_kept, keep_code
from chalicelib.site.ports import SitePorts
from chalicelib.site.services import services_of
from chalicelib.site.texts import REFUSALS
from chalicelib.site.visits import VisitDraft, drafted, forget, keep, kept, wanted
from chalicelib.web.http import Caller, Routes
from chalicelib.web.pages import page
from chalicelib.web.visit import Reply, Visit, redirect

routes = Routes[SitePorts](__name__, REFUSALS)

_LETTER_TAKES = timedelta(days=7)
"""Five working days."""


@routes.get("/request/confirm/{visit_id}", Caller.SIGNED_IN)
def review_request(ports: SitePorts, visit: Visit, visit_id: str) -> Reply:
    if _asked(ports, visit, visit_id):
        return redirect(f"/requests/{visit_id}")
    if where := sent_before(ports, visit, visit_id):
        return redirect(where)
    draft = drafted(ports, visit, visit_id)
    if not draft.chosen:
        return redirect(f"/request/with/{visit_id}")
    if draft.known is not None:
        return redirect(f"/direct/confirm/{visit_id}")
    return _review(ports, visit, draft)


@routes.post("/request/confirm/{visit_id}", Caller.SIGNED_IN)
def send_request(ports: SitePorts, visit: Visit, visit_id: str) -> Reply:
    if visit.switches_language:
        return _review(ports, visit, drafted(ports, visit, visit_id))
    if removed := visit.field("remove").split():
        keep(ports, visit, drafted(ports, visit, visit_id).without(removed))
        return redirect(f"/request/confirm/{visit_id}")
    draft = kept(ports, visit, visit_id)
    if draft is not None and draft.other is not None:
        return send_asked(ports, visit, draft)
    try:
        once(lambda: _ask(ports, visit, draft), done=lambda: _asked(ports, visit, visit_id))
    except AlreadyRequested as error:
        return _review(ports, visit, drafted(ports, visit, visit_id), error.services)
    return redirect(f"/requests/{visit_id}/code" if _handing(visit).on_screen else f"/requests/{visit_id}?sent=1")


def _asked(ports: SitePorts, visit: Visit, visit_id: str) -> bool:
    return ports.mandates.request(visit.signed_in.actor.person, visit_id) is not None


def _review(ports: SitePorts, visit: Visit, draft: VisitDraft, already: tuple[ServiceId, ...] = ()) -> Reply:
    """Show what is about to be asked; with what of it was asked for before, where that stands in the way."""
    chosen = wanted(ports, visit, draft)
    if draft.other:
        check_who_asks(ports, visit, draft)
    person = None if draft.other else _receiver(ports, visit, chosen)
    services, level = [one.service for one in chosen], visit.signed_in.actor.level
    return page(
        "confirm_request.html",
        visit,
        status=409 if already else 200,
        visit_id=draft.visit_id,
        other=draft.other,
        known=None,
        person=person,
        handing=_handing(visit),
        handings=handings(person, services, level, visit.now) if person else (),
        wishes=own_wishes(ports.mandates.stated(visit.signed_in.actor.person), visit.language) if person else None,
        screen_level=screen_level(services, visit.now),
        wanted=chosen,
        already=already,
        room=len(chosen) < ports.services_per_visit,
        tight=any(one.period.end < today(visit.now) + _LETTER_TAKES for one in chosen),
    )


def _handing(visit: Visit) -> Handing:
    """Return how the code is to be handed over; by letter if nothing else was chosen."""
    chosen = visit.field("handing")
    return Handing(chosen) if chosen in set(Handing) else Handing.LETTER


def _receiver(ports: SitePorts, visit: Visit, chosen: tuple[WantedService, ...]) -> Person:
    """Return who asks for themselves, as the register has them: what stands in the way, they hear before."""
    check_welcome(visit.signed_in.actor.person, ports.mandates)
    person = receiver(visit.signed_in.bsn, ports.people)
    for one in chosen:
        check_age(Party.REPRESENTED, person.born, one.service, visit.now)
    return person


def _ask(ports: SitePorts, visit: Visit, draft: VisitDraft | None) -> None:
    if draft is None:
        raise Refused("draft_gone")
    if draft.known is not None:
        raise NotFound("asking with a code")
    session = visit.signed_in
    chosen = wanted(ports, visit, draft)
    wish = Wish(draft.visit_id, session.actor, session.bsn, chosen, visit.language, ports.site, _handing(visit))
    opened = ask(
        wish,
        store=ports.mandates,
        people=ports.people,
        tries=ports.tries,
        letters=ports.letters,
        secrets=ports.secrets,
        pick=ports.pick,
        now=visit.now,
    )
    if opened.code is not None:
        keep_code(ports, visit, draft.visit_id, opened.code)
    forget(ports, visit, draft)


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


def _request_page(ports: SitePorts, template: str, visit: Visit, case_id: str, *, sent: bool = False) -> Reply:
    request = ports.mandates.request(visit.signed_in.actor.person, case_id)
    if request is None:
        raise NotFound("request")
    if not request.is_own:
        return redirect(f"/approvals/{request.visit}")
    if request.ended is RequestState.ACTIVATED:
        return redirect(f"/mandates/{case_id}")
    guesses = tried(request, ports.tries)
    letter = ports.letter_journey(request.letter_id) if request.letter_id else Journey()
    together = sorted(ports.mandates.requests(request.represented, request.visit), key=lambda one: one.case_id)
    others = [(one, one.state(visit.now, guesses)) for one in together if one.case_id != case_id]
    services = services_of(together, ports.catalogue)
    shared = any(how is RequestState.WAITING for _, how in others)
    return page(
        template,
        visit,
        request=request,
        state=request.state(visit.now, guesses),
        steps=progress_of(request, guesses, letter, visit.now, shared=shared),
        service=services.get(request.service_id),
        with_it=[(one, how, services.get(one.service_id)) for one, how in others],
        shared=shared,
        letter=letter.reached,
        reason=letter.reason,
        shown_until=code_kept(ports, visit, request),
        sent=sent,
    )
