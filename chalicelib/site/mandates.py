"""One mandate: details, uses, history and revoking, for either side."""

from chalicelib.mandates.living.revoking import revoke
from chalicelib.mandates.model.mandates import LIVING
from chalicelib.mandates.rules.sides import mandate_of
from chalicelib.mandates.rules.standing import behind, shown_state
from chalicelib.mandates.seeing.story import story
from chalicelib.paging import page_of
from chalicelib.site.happenings import words_of
from chalicelib.site.levels import levels_shown
from chalicelib.site.one_mandate import about
from chalicelib.site.ports import SitePorts
from chalicelib.site.renewals import renewal_shown
from chalicelib.site.services import every_service, known_service
from chalicelib.site.texts import REFUSALS
from chalicelib.web.http import Caller, Routes
from chalicelib.web.pages import page
from chalicelib.web.visit import Reply, Visit, redirect

routes = Routes[SitePorts](__name__, REFUSALS)


@routes.get("/mandates/{case_id}", Caller.SIGNED_IN)
def show_mandate(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    mandate, party = mandate_of(visit.signed_in.actor.person, case_id, store=ports.mandates)
    known, happened = every_service(ports.catalogue), story(mandate, store=ports.mandates)
    service = known.get(mandate.service_id)
    return page(
        "mandate.html",
        visit,
        **about(ports, visit, mandate, service),
        state=shown_state(mandate, known, visit.now).value,
        opens=behind(mandate, known.values(), visit.now),
        gone=[known[one] for one in mandate.without if one in known],
        history=happened.changes,
        uses=page_of(happened.uses, visit.asked("page")),
        words_of=words_of,
        activated=bool(visit.asked("activated")),
        confirmed=bool(visit.asked("confirmed")),
        levels=levels_shown(mandate, party, service, visit),
        renewal=renewal_shown(ports, mandate, service, visit),
    )


@routes.get("/mandates/{case_id}/revoke", Caller.SIGNED_IN)
def review_revocation(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    mandate, _ = mandate_of(visit.signed_in.actor.person, case_id, store=ports.mandates)
    if mandate.state(visit.now) not in LIVING:
        return redirect(f"/mandates/{case_id}")
    service = known_service(mandate.service_id, ports.catalogue)
    return page("revoke.html", visit, **about(ports, visit, mandate, service))


@routes.post("/mandates/{case_id}/revoke", Caller.SIGNED_IN)
def revoke_mandate(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    if visit.switches_language:
        return redirect(f"/mandates/{case_id}/revoke")
    revoke(visit.signed_in.actor, case_id, store=ports.mandates, now=visit.now)
    return redirect(f"/mandates/{case_id}")
