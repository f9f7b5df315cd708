"""Addresses of the SAML roles (design.md section 5). What they do is loaded at the first message: pages need no XML."""

from typing import TYPE_CHECKING, Protocol

import chalicelib.saml.craft.libraries  # noqa: F401 - checks the pair at start
from chalicelib.web.http import Caller, Routes
from chalicelib.web.soap_faults import ADDRESS, soap_fault
from chalicelib.web.visit import Reply, Visit

if TYPE_CHECKING:
    from chalicelib.saml.endpoints.views import Views


class Roof(Protocol):
    """What loads the views, at the first message."""

    @property
    def saml_views(self) -> "Views": ...


routes = Routes[Roof](__name__)


@routes.get("/login", Caller.ANYONE)
def sign_in(roof: Roof, visit: Visit) -> Reply:
    return roof.saml_views.sign_in(visit)


@routes.get("/saml/sso", Caller.PARTNER)
def begin_by_redirect(roof: Roof, visit: Visit) -> Reply:
    return roof.saml_views.begin_by_redirect(visit)


@routes.post("/saml/sso", Caller.PARTNER)
def begin_by_post(roof: Roof, visit: Visit) -> Reply:
    return roof.saml_views.begin_by_post(visit)


@routes.get("/saml/digid/acs", Caller.PARTNER)
@routes.post("/saml/digid/acs", Caller.PARTNER)
def return_from_digid(roof: Roof, visit: Visit) -> Reply:
    return roof.saml_views.return_from_digid(visit)


@routes.get("/saml/choice/{login_id}", Caller.ANYONE)
def show_choice(roof: Roof, visit: Visit, login_id: str) -> Reply:
    return roof.saml_views.choose_person(visit, login_id)


@routes.post("/saml/choice/{login_id}", Caller.ANYONE)
def choose(roof: Roof, visit: Visit, login_id: str) -> Reply:
    return roof.saml_views.take_choice(visit, login_id)


@routes.post(ADDRESS, Caller.PARTNER, "text/xml", "application/soap+xml", "application/xml", failing=soap_fault)
def resolve_artifact(roof: Roof, visit: Visit) -> Reply:
    return roof.saml_views.resolve_artifact(visit)


@routes.get("/saml/slo", Caller.PARTNER)
def log_out_by_redirect(roof: Roof, visit: Visit) -> Reply:
    return roof.saml_views.log_out_by_redirect(visit)


@routes.post("/saml/slo", Caller.PARTNER)
def log_out_by_post(roof: Roof, visit: Visit) -> Reply:
    return roof.saml_views.log_out_by_post(visit)


@routes.get("/saml/metadata", Caller.ALIKE)
def our_metadata(roof: Roof, visit: Visit) -> Reply:
    return roof.saml_views.our_metadata(visit)


@routes.get("/saml/digid/metadata", Caller.ALIKE)
def our_digid_metadata(roof: Roof, visit: Visit) -> Reply:
    return roof.saml_views.our_digid_metadata(visit)
