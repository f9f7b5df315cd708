"""Addresses of the SAML roles (design.md section 5). What they do is loaded at the first message: pages need no XML."""

import importlib

import chalicelib.saml.libraries  # noqa: F401 - checks the pair at start
from chalicelib.web.http import Caller, Routes, View
from chalicelib.web.soap_faults import ADDRESS, soap_fault
from chalicelib.web.visit import Reply, Visit

routes = Routes(__name__)


def _later(name: str, module: str = "views") -> View:
    """Return a view of `views.py`, or of another module here, that is imported when it is first called."""

    def view(visit: Visit, **parameters: str) -> Reply:
        reply: Reply = getattr(importlib.import_module(f"chalicelib.saml.{module}"), name)(visit, **parameters)
        return reply

    view.__name__ = name
    return view


routes.get("/login", Caller.ANYONE)(_later("log_in"))
routes.get("/saml/sso", Caller.PARTNER)(_later("sign_on_by_redirect"))
routes.post("/saml/sso", Caller.PARTNER)(_later("sign_on_by_post"))
routes.get("/saml/digid/acs", Caller.PARTNER)(_later("return_from_digid"))
routes.post("/saml/digid/acs", Caller.PARTNER)(_later("return_from_digid"))
routes.get("/saml/choice/{login_id}", Caller.ANYONE)(_later("choose_person", "choosing"))
routes.post("/saml/choice/{login_id}", Caller.ANYONE)(_later("take_choice", "choosing"))
routes.post(ADDRESS, Caller.PARTNER, "text/xml", "application/soap+xml", "application/xml", failing=soap_fault)(
    _later("resolve_artifact")
)
routes.get("/saml/slo", Caller.PARTNER)(_later("log_out_by_redirect"))
routes.post("/saml/slo", Caller.PARTNER)(_later("log_out_by_post"))
routes.get("/saml/metadata", Caller.ALIKE)(_later("our_metadata"))
routes.get("/saml/digid/metadata", Caller.ALIKE)(_later("our_digid_metadata"))
