"""One mandate: details, uses, history and revoking, for either side."""

from chalicelib.mandates.deciding import shown_state
from chalicelib.mandates.model import Party
from chalicelib.mandates.parties import names_of_others
from chalicelib.mandates.revoking import revoke
from chalicelib.mandates.seeing import seen_by, story
from chalicelib.paging import page_of
from chalicelib.site.happenings import words_of
from chalicelib.site.levels import levels_shown
from chalicelib.site.ports import SitePorts
from chalicelib.site.renewals import renewal_shown
from chalicelib.site.services import is_connected, services_by_id, services_of
from chalicelib.site.texts import REFUSALS
from chalicelib.web.http import Caller, Routes
from chalicelib.web.pages import page
from chalicelib.web.visit import Reply, Visit, redirect

routes = Routes[SitePorts](__name__, REFUSALS)


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


def _mandate_page(ports: SitePorts, template: str, visit: Visit, case_id: str) -> Reply:
    store, person = ports.mandates, visit.signed_in.actor.person
    mandate, party = seen_by(person, case_id, store=store)
    happened, service = story(mandate, store=store), services_of([mandate], ports.catalogue).get(mandate.service_id)
    connected = is_connected(service, ports.catalogue, visit.now)
    return page(
        template,
        visit,
        mandate=mandate,
        state=shown_state(mandate, service, visit.now, connected=connected).value,
        party=party,
        gives=party is Party.REPRESENTED,
        service=service,
        gone=services_by_id(mandate.without, ports.catalogue).values(),
        name=names_of_others(person, [mandate], vault=ports.vault, people=ports.people).get(mandate.case_id),
        history=happened.changes,
        uses=page_of(happened.uses, visit.asked("page")),
        words_of=words_of,
        activated=bool(visit.asked("activated")),
        confirmed=bool(visit.asked("confirmed")),
        levels=levels_shown(mandate, party, service, visit),
        renewal=renewal_shown(ports, mandate, service, visit),
    )
