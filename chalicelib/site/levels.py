"""Pages on which either side of a mandate confirms it at a higher level (design.md section 4)."""

from typing import NamedTuple

from chalicelib.catalogue.model import Service
from chalicelib.errors import LevelTooLow, Refused
from chalicelib.mandates.living.raising import below, confirm_level, part_of
from chalicelib.mandates.model.cases import Party
from chalicelib.mandates.model.mandates import LIVING, Mandate
from chalicelib.mandates.rules.sides import mandate_of
from chalicelib.site.one_mandate import about
from chalicelib.site.ports import SitePorts
from chalicelib.site.services import known_service
from chalicelib.site.texts import REFUSALS
from chalicelib.web.http import Caller, Routes
from chalicelib.web.pages import page
from chalicelib.web.visit import Reply, Visit, redirect

routes = Routes[SitePorts](__name__, REFUSALS)


class LevelsShown(NamedTuple):
    """What a side of a living mandate is told of its levels."""

    mine: int
    theirs: int
    needed: int
    """Level of its service; 0 where there is none any more."""
    signed_in: int
    """Level at which they look."""


def levels_shown(mandate: Mandate, party: Party, service: Service | None, visit: Visit) -> LevelsShown:
    (other,) = set(Party) - {party}
    needed = service.level_at(visit.now) if service else 0
    return LevelsShown(part_of(party, mandate), part_of(other, mandate), needed, visit.signed_in.actor.level)


@routes.get("/mandates/{case_id}/confirm-level", Caller.SIGNED_IN)
def review_level(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    """Show what confirming does. Who gains nothing by it at this level is asked to sign in higher, where that helps."""
    actor = visit.signed_in.actor
    mandate, party = mandate_of(actor.person, case_id, store=ports.mandates)
    if mandate.state(visit.now) not in LIVING:
        raise Refused("mandate_ended")
    part, service = part_of(party, mandate), known_service(mandate.service_id, ports.catalogue)
    if actor.level <= part:
        if (needed := service.level_at(visit.now) if service else 0) > part:
            raise LevelTooLow(needed)
        return redirect(f"/mandates/{case_id}")
    return page(
        "confirm_level.html",
        visit,
        **about(ports, visit, mandate, service),
        part=part,
        level=actor.level,
        both=[other for other in below(mandate, actor.level) if other is not party],
    )


@routes.post("/mandates/{case_id}/confirm-level", Caller.SIGNED_IN)
def take_level(ports: SitePorts, visit: Visit, case_id: str) -> Reply:
    if visit.switches_language:
        return redirect(f"/mandates/{case_id}/confirm-level")
    confirm_level(visit.signed_in.actor, case_id, store=ports.mandates, now=visit.now)
    return redirect(f"/mandates/{case_id}?confirmed=1")
