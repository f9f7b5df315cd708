"""Logout: a provider ends what it was told. We keep no single sign-on session, so nothing else ends (5.6)."""

import base64
from datetime import datetime, timedelta

from saml2 import saml as saml2_saml
from saml2 import samlp

from chalicelib.dynamo import NEW, Condition
from chalicelib.errors import Conflict, InvalidMessage, NotFound
from chalicelib.saml import gate, names
from chalicelib.saml.answers import octets, to_xml
from chalicelib.saml.replay import use_once
from chalicelib.saml.shapes import LOGOUT_REQUEST
from chalicelib.saml.sign_in import post_page
from chalicelib.saml.signatures import sign
from chalicelib.saml.times import OLDEST_REQUEST, SKEW, instant, written
from chalicelib.saml.wiring import saml
from chalicelib.web.visit import Reply, Visit
from chalicelib.wiring import current

_REMEMBERED = timedelta(hours=12)


def remember(session: str, entity_id: str, now: datetime) -> None:
    """Remember to whom a transient NameID was given, so that its logout can be recognised."""
    row = {"pk": f"ISSUED#{session}", "sk": "ISSUED", "entity_id": entity_id}
    current().transient.put({**row, "ttl": int((now + _REMEMBERED).timestamp())}, NEW)


def log_out(visit: Visit) -> Reply:
    """Answer a LogoutRequest by POST. Raises `InvalidMessage`, or `NotFound` for a NameID we did not give out."""
    message = gate.from_post(visit.form, "SAMLRequest", LOGOUT_REQUEST)
    connection, provider = saml().connected(message.issuer, visit.now)
    request = samlp.logout_request_from_string(message.accept(provider.signing))
    if provider.logout is None:
        raise InvalidMessage("no SingleLogoutService by HTTP-POST in the metadata")
    if request.version != "2.0" or request.destination != f"{current().settings.base_url}/saml/slo":
        raise InvalidMessage("Version or Destination")
    if not visit.now - OLDEST_REQUEST - SKEW <= instant(request.issue_instant or "") <= visit.now + SKEW:
        raise InvalidMessage("IssueInstant")
    use_once(current().transient, "logout", provider.entity_id, request.id, visit.now)
    _forget(request.name_id.text or "", provider.entity_id)
    fields = {"SAMLResponse": _answer(request.id, provider.logout, visit.now)}
    if message.relay_state is not None:
        fields["RelayState"] = message.relay_state
    return post_page(visit, connection.name, provider.logout, fields)


def _forget(session: str, entity_id: str) -> None:
    same = Condition("entity_id = :entity", {}, {":entity": entity_id})
    try:
        current().transient.delete(f"ISSUED#{session.strip()}", "ISSUED", same)
    except Conflict:
        raise NotFound("session") from None


def _answer(request_id: str, destination: str, now: datetime) -> str:
    issuer = saml().issuer(now)
    message = samlp.LogoutResponse(
        id=issuer.message_id(),
        version="2.0",
        issue_instant=written(now),
        destination=destination,
        in_response_to=request_id,
        issuer=saml2_saml.Issuer(text=issuer.entity_id),
        status=samlp.Status(status_code=samlp.StatusCode(value=names.SUCCESS)),
    )
    root = to_xml(message)
    sign(root, issuer.key)
    return base64.b64encode(octets(root)).decode()
