"""My mandates: what was given, what is held, what was asked for; details, history and revoking, for either side."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from chalicelib.catalogue.model import Service
from chalicelib.errors import NotFound
from chalicelib.mandates.model import LIVING, Guesses, Mandate, Party, Request, RequestState
from chalicelib.mandates.parties import names_of_others
from chalicelib.mandates.revoking import revoke
from chalicelib.mandates.seeing import seen_by, story
from chalicelib.paging import page_of
from chalicelib.people.pseudonym import ClaimId
from chalicelib.site.happenings import words_of
from chalicelib.site.levels import levels_shown
from chalicelib.site.ports import SitePorts
from chalicelib.site.texts import REFUSALS
from chalicelib.web.http import Caller, Routes
from chalicelib.web.pages import page
from chalicelib.web.visit import Reply, Visit, redirect

routes = Routes[SitePorts](__name__, REFUSALS)


@routes.get("/mandates", Caller.SIGNED_IN)
def my_mandates(ports: SitePorts, visit: Visit) -> Reply:
    store, person = ports.mandates, visit.signed_in.actor.person
    given, held = store.given(person), store.held(person)
    everything = store.requests(person)
    requests = [one for one in everything if one.is_own and one.ended is not RequestState.ACTIVATED]
    waiting = [request for request in requests if request.state(visit.now) is RequestState.WAITING]
    claims = {request.code.claim for request in waiting if request.code}
    guesses = {claim: ports.tries.total(claim) for claim in claims}
    return page(
        "mandates.html",
        visit,
        given=_by_state(given, visit.now),
        held=_by_state(held, visit.now),
        asked_of_me=[one for one in everything if not one.is_own and one.state(visit.now) is RequestState.WAITING],
        open_requests=waiting,
        past_requests=[request for request in requests if request not in waiting],
        states={request.case_id: _state(request, guesses, visit.now) for request in requests},
        names=names_of_others(person, [*given, *held], vault=ports.vault, people=ports.people),
        services=_services(ports, [*given, *held, *everything]),
    )


@routes.get("/mandates/{case_id}", Caller.SIGNED_IN)
def show_mandate(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    return _mandate_page(ports, "mandate.html", visit, case_id)


@routes.get("/mandates/{case_id}/revoke", Caller.SIGNED_IN)
def review_revocation(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    return _mandate_page(ports, "revoke.html", visit, case_id)


@routes.post("/mandates/{case_id}/revoke", Caller.SIGNED_IN)
def revoke_mandate(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    if visit.switches_language:
        return redirect(f"/mandates/{case_id}/revoke")
    revoke(visit.signed_in.actor, case_id, store=ports.mandates, now=visit.now)
    return redirect(f"/mandates/{case_id}")


def _by_state(mandates: Iterable[Mandate], now: datetime) -> Mapping[bool, list[Mandate]]:
    split: dict[bool, list[Mandate]] = {True: [], False: []}
    for mandate in mandates:
        split[mandate.state(now) in LIVING].append(mandate)
    return split


def _state(request: Request, guesses: Mapping[ClaimId, Guesses], now: datetime) -> RequestState:
    return request.state(now, guesses.get(request.code.claim) if request.code else None)


def _services(ports: SitePorts, cases: Iterable[Mandate | Request]) -> dict[str, Service]:
    """Return the services that are named, leaving out those that have left the catalogue."""
    found: dict[str, Service] = {}
    for service_id in {case.service_id for case in cases}:
        try:
            found[service_id] = ports.catalogue.service(service_id)
        except NotFound:
            continue
    return found


def _mandate_page(ports: SitePorts, template: str, visit: Visit, case_id: str) -> Reply:
    store, person = ports.mandates, visit.signed_in.actor.person
    mandate, party = seen_by(person, case_id, store=store)
    happened = story(mandate, store=store)
    service = _services(ports, [mandate]).get(mandate.service_id)
    return page(
        template,
        visit,
        mandate=mandate,
        state=mandate.state(visit.now),
        party=party,
        gives=party is Party.REPRESENTED,
        service=service,
        name=names_of_others(person, [mandate], vault=ports.vault, people=ports.people).get(mandate.case_id),
        history=happened.changes,
        uses=page_of(happened.uses, visit.asked("page")),
        words_of=words_of,
        activated=bool(visit.asked("activated")),
        confirmed=bool(visit.asked("confirmed")),
        levels=levels_shown(mandate, party, service, visit),
    )
