"""Logout: a provider ends what it was told, and with it all that shares its sign-in (combiconnect.md 5.6)."""

from datetime import datetime

from chalicelib.catalogue.model import Connection, Profile
from chalicelib.errors import InvalidMessage, NotOpen
from chalicelib.login.steps import Departure
from chalicelib.saml.combiconnect.ports import ProviderPorts
from chalicelib.saml.craft import uris
from chalicelib.saml.craft.gate import Unverified, opened_request
from chalicelib.saml.craft.signatures import Signature
from chalicelib.saml.messages.logout import UNKNOWN, logout_response, read_logout
from chalicelib.saml.messages.outgoing import Outgoing, posted, redirected
from chalicelib.saml.partners.addresses import LogoutService
from chalicelib.saml.partners.roles import ServiceProvider


def log_out(ports: ProviderPorts, message: Unverified, binding: str, now: datetime) -> Departure:
    """Answer a LogoutRequest, and return where that goes: the way it came, or by the one way that the provider has.

    The same request again has the same answer: it can end nothing more. Raises `InvalidMessage`; in the national
    profile also `NotOpen`, for a session that is not the provider's. Any other client hears that in a status, so that
    its user does not end at our page.
    """
    connection, provider = ports.partners.connected(message.issuer, now)
    if connection.profile is Profile.COMBICONNECT and binding != uris.POST:
        raise InvalidMessage("CombiConnect logs out by POST", received=binding, expected=uris.POST)
    octets = opened_request(message.accept(provider.signing), ports.ourselves.encryption.all(now))
    request = read_logout(octets, f"{ports.settings.base_url}/saml/slo", now)
    back, entrance = _way_back(provider, binding, connection), ports.ourselves.entrance(now)
    # Last, in one write: what fails before ends nothing, and the same request again is answered again.
    failure = None if ports.federation.end(request.sessions, provider.entity_id, now) else UNKNOWN
    if failure and connection.profile is Profile.COMBICONNECT:
        received = f"{len(request.sessions)} unknown"
        raise NotOpen("no session of the sender", received=received, expected="one that it was told")
    response = logout_response(request.request_id, back.response_location, failure, entrance, now)
    if back.binding == uris.REDIRECT:
        address = redirected("SAMLResponse", response, message.relay_state, back.response_location, entrance.key)
        return Departure(connection.name, address)
    signature = Signature(response.id, entrance.key, certificate=connection.profile is Profile.GENERAL)
    fields = posted("SAMLResponse", Outgoing(response, (signature,)), message.relay_state)
    return Departure(connection.name, back.response_location, fields)


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
