"""What every page about one mandate says of it."""

from typing import Any

from chalicelib.catalogue.model import Service
from chalicelib.mandates.model.cases import Party
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.rules.parties import names_of_others
from chalicelib.site.ports import SitePorts
from chalicelib.web.visit import Visit


def about(ports: SitePorts, visit: Visit, mandate: Mandate, service: Service | None) -> dict[str, Any]:
    """Return the values of a template: the mandate and its service, if there is one still, and whom it is with."""
    return {
        "mandate": mandate,
        "gives": mandate.party(visit.signed_in.actor.person) is Party.REPRESENTED,
        "service": service,
        "name": name_of_other(ports, visit, mandate),
    }


def name_of_other(ports: SitePorts, visit: Visit, mandate: Mandate) -> str | None:
    """Return the name of the other side of a mandate; None where it cannot be told now."""
    person = visit.signed_in.actor.person
    return names_of_others(person, [mandate], vault=ports.vault, people=ports.people).get(mandate.case_id)
