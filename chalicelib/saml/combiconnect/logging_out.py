"""Logout: a provider ends what it was told, and with it all that shares its sign-in (combiconnect.md 5.6)."""

import base64
from collections.abc import Sequence
from datetime import datetime

from saml2 import saml as saml2_saml
from saml2 import samlp

from chalicelib.catalogue.model import Connection, Profile
from chalicelib.errors import InvalidMessage, NotOpen
from chalicelib.login.steps import Departure
from chalicelib.saml.combiconnect.ports import ProviderPorts
from chalicelib.saml.craft import uris
from chalicelib.saml.craft.decoding import deflate
from chalicelib.saml.craft.gate import Unverified, opened_request
from chalicelib.saml.craft.queries import extended, sign_query
from chalicelib.saml.craft.signatures import sign
from chalicelib.saml.craft.times import written
from chalicelib.saml.messages.assertions import Issuer, to_xml
from chalicelib.saml.messages.heads import check_head, check_not_over
from chalicelib.saml.messages.responses import Status, octets, status
from chalicelib.saml.partners.addresses import LogoutService
from chalicelib.saml.partners.roles import ServiceProvider

_UNKNOWN = Status(uris.REQUESTER, uris.UNKNOWN_PRINCIPAL)
_MOST_SESSIONS = 20
"""That one request may name: they end together."""


def log_out(ports: ProviderPorts, message: Unverified, binding: str, now: datetime) -> Departure:
    """Answer a LogoutRequest, and return where that goes: the way it came, or by the one way that the provider has.

    The same request again has the same answer: it can end nothing more. Raises `InvalidMessage`; in the national
    profile also `NotOpen`, for a session that is not the provider's. Any other client hears that in a status, so that
    its user does not end at our page.
    """
    connection, provider = ports.connected(message.issuer, now)
    octets = opened_request(message.accept(provider.signing), ports.encryption.all(now))
    request = samlp.logout_request_from_string(octets)
    _check(ports, request, connection, binding, now)
    back = _way_back(provider, binding, connection)
    entrance = ports.identities(now).entrance
    # Last, in one write: what fails before ends nothing, and the same request again is answered again.
    sessions = _sessions(request)
    failure = None if ports.federation.end(sessions, provider.entity_id, now) else _UNKNOWN
    if failure and connection.profile is Profile.COMBICONNECT:
        raise NotOpen("no session of the sender", received=f"{len(sessions)} unknown", expected="one that it was told")
    response = _response(request.id, back, failure, entrance, now)
    return _sent(response, back, message.relay_state, connection, entrance)


def _check(
    ports: ProviderPorts, request: samlp.LogoutRequest, connection: Connection, binding: str, now: datetime
) -> None:
    if connection.profile is Profile.COMBICONNECT and binding != uris.POST:
        raise InvalidMessage("CombiConnect logs out by POST", received=binding, expected=uris.POST)
    check_head(request, now)
    ours = f"{ports.settings.base_url}/saml/slo"
    if request.destination != ours:
        raise InvalidMessage("Destination", received=request.destination or "", expected=ours)
    if request.not_on_or_after:
        check_not_over("NotOnOrAfter", request.not_on_or_after, now)


def _way_back(provider: ServiceProvider, binding: str, connection: Connection) -> LogoutService:
    offered = [
        one for one in provider.logout if one.binding == uris.POST or connection.profile is not Profile.COMBICONNECT
    ]
    if not offered:
        raise InvalidMessage(
            "no SingleLogoutService that can be answered in the metadata",
            received=[one.binding for one in provider.logout],
            expected=[uris.POST] if connection.profile is Profile.COMBICONNECT else [uris.POST, uris.REDIRECT],
        )
    return next((one for one in offered if one.binding == binding), offered[0])


def _sessions(request: samlp.LogoutRequest) -> Sequence[str]:
    """Return the session's names, which are the same for us: NameID and SessionIndex. Raises `InvalidMessage`."""
    stated = [request.name_id, *request.session_index]
    sessions = list(dict.fromkeys((one.text or "").strip() for one in stated if one is not None))
    if not all(sessions) or not sessions:
        raise InvalidMessage("neither NameID nor SessionIndex", received="", expected="one of them, with text")
    if len(sessions) > _MOST_SESSIONS:
        raise InvalidMessage("SessionIndex", received=f"{len(sessions)} sessions", expected=f"at most {_MOST_SESSIONS}")
    return sessions


def _response(
    request_id: str, back: LogoutService, failure: Status | None, issuer: Issuer, now: datetime
) -> samlp.LogoutResponse:
    return samlp.LogoutResponse(
        id=issuer.message_id(),
        version="2.0",
        issue_instant=written(now),
        destination=back.response_location,
        in_response_to=request_id,
        issuer=saml2_saml.Issuer(text=issuer.entity_id),
        status=status(failure),
    )


def _sent(
    response: samlp.LogoutResponse, back: LogoutService, relay_state: str | None, connection: Connection, issuer: Issuer
) -> Departure:
    root, address = to_xml(response), back.response_location
    if back.binding == uris.REDIRECT:
        message = base64.b64encode(deflate(octets(root))).decode()
        query = sign_query("SAMLResponse", message, relay_state, issuer.key)
        return Departure(connection.name, extended(address, query))
    sign(root, issuer.key, certificate=connection.profile is Profile.GENERAL)
    fields = {"SAMLResponse": base64.b64encode(octets(root)).decode()}
    return Departure(connection.name, address, fields if relay_state is None else {**fields, "RelayState": relay_state})
