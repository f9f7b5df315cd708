"""The municipality's pages: sign in for oneself or for someone else, and see plainly who acts for whom."""

import secrets
from collections.abc import Callable
from typing import Any

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Request, Response

from local.pages import page, serve_static
from local.persons import persons
from local.provider import saml
from local.serving import Site
from provisioning.keys import KeyPair

SERVICES = {
    1: ("Parkeervergunning", "Parking permit"),
    2: ("Belastingen en heffingen", "Taxes and levies"),
}
_COOKIE = "voorbeeld-session"
_LEVELS = {
    "http://eid.logius.nl/LoA/basic": ("basis", "basic"),
    "http://eidas.europa.eu/LoA/low": ("midden", "low"),
    "http://eidas.europa.eu/LoA/substantial": ("substantieel", "substantial"),
    "http://eidas.europa.eu/LoA/high": ("hoog", "high"),
}


class ProviderSite(Site):
    """The municipality at an address; `identity_provider` returns the metadata of CombiConnect."""

    def __init__(self, address: str, keys: KeyPair, identity_provider: Callable[[], bytes]) -> None:
        super().__init__()
        self._address, self._keys, self._identity_provider = address, keys, identity_provider
        self._asked: dict[str, int] = {}
        self._sessions: dict[str, dict[str, Any]] = {}
        serve_static(self)
        self.route("/")(self.home)
        self.route("/metadata")(self.metadata)
        self.route("/login/<int:index>/<whom>")(self.log_in)
        self.route("/acs", "POST")(self.consume)
        self.route("/me")(self.me)
        self.route("/logout", "POST")(self.log_out)

    def home(self, request: Request) -> Response:
        return page(request, "provider_home.html", services=SERVICES)

    def metadata(self, _: Request) -> Response:
        return Response(saml.metadata(self._settings()), content_type="application/samlmetadata+xml")

    def log_in(self, request: Request, index: int, whom: str) -> Response:
        if index not in SERVICES or whom not in ("self", "other"):
            raise NotFound
        client = saml.client(request, self._settings(index), on_behalf=whom == "other")
        location = client.login(return_to=f"service-{index}", set_nameid_policy=True)
        self._asked[client.get_last_request_id()] = index
        return Response(status=303, headers={"Location": location})

    def consume(self, request: Request) -> Response:
        client = saml.client(request, self._settings())
        request_id = _newest(client, self._asked)
        client.process_response(request_id=request_id)
        if request_id is None or client.get_errors() or not client.is_authenticated():
            return page(request, "provider_failed.html", 403, reason=client.get_last_error_reason() or "")
        session = secrets.token_urlsafe(24)
        self._sessions[session] = {**_who(client), "service": SERVICES[self._asked.pop(request_id)]}
        response = Response(status=303, headers={"Location": "/me"})
        response.set_cookie(_COOKIE, session, httponly=True, samesite="Lax")
        return response

    def me(self, request: Request) -> Response:
        session = self._sessions.get(request.cookies.get(_COOKIE, ""))
        if session is None:
            return Response(status=303, headers={"Location": "/"})
        return page(request, "provider_me.html", **session)

    def log_out(self, request: Request) -> Response:
        self._sessions.pop(request.cookies.get(_COOKIE, ""), None)
        return Response(status=303, headers={"Location": "/"})

    def _settings(self, index: int = 1) -> dict[str, Any]:
        return saml.settings(self._address, self._keys, self._identity_provider(), index)


def _newest(client: Any, asked: dict[str, int]) -> str | None:  # noqa: ANN401 - python3-saml has no types
    """Return the request that an answer says it answers, if it is one of ours and still open."""
    from onelogin.saml2.response import OneLogin_Saml2_Response

    raw = client._request_data["post_data"].get("SAMLResponse", "")
    try:
        answered = OneLogin_Saml2_Response(client.get_settings(), raw).get_in_response_to()
    except Exception:  # noqa: BLE001 - not even XML
        return None
    return answered if answered in asked else None


def _who(client: Any) -> dict[str, Any]:  # noqa: ANN401 - python3-saml has no types
    attributes = client.get_attributes()
    legal = attributes.get(saml.LEGAL, [None])[0]
    contexts = client.get_last_authn_contexts()
    return {
        "acting": _known(attributes[saml.ACTING][0]),
        "legal": _known(legal) if legal else None,
        "level": _LEVELS.get(contexts[0] if contexts else "", ("?", "?")),
    }


def _known(bsn: str) -> dict[str, str]:
    """Find someone in the municipality's own records."""
    person = persons().get(bsn)
    return {"bsn": bsn, "name": person.name if person else bsn}
