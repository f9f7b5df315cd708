"""A provider's question: its AuthnRequest is let in, and read as what it asks (combiconnect.md section 2)."""

from datetime import datetime

from chalicelib.catalogue.model import Connection, Profile, Service
from chalicelib.errors import InvalidMessage, NotOpen
from chalicelib.login.decision import Failed
from chalicelib.login.levels import Level
from chalicelib.login.question import Asked, Question, Wanted
from chalicelib.login.shared import domain_of
from chalicelib.saml.combiconnect.ports import ProviderPorts
from chalicelib.saml.craft.gate import Unverified
from chalicelib.saml.craft.uris import POST
from chalicelib.saml.messages.authn_request import AuthnRequest, read_authn_request
from chalicelib.saml.partners.roles import ServiceProvider


def read_question(ports: ProviderPorts, message: Unverified, binding: str, now: datetime) -> Asked:
    """Verify and read a provider's request. Raises `InvalidMessage`, or `NotOpen` for who or what is unknown."""
    request, connection, service = _accepted(ports, message, binding, now)
    wanted, failed = _as_offered(ports, request, service, now)
    question = Question(
        entity_id=request.entity_id,
        request_id=request.request_id,
        location=request.consumer.location,
        binding=request.consumer.binding,
        relay_state=message.relay_state,
        service_id=service.service_id,
        wanted=wanted,
        domain=domain_of(connection),
    )
    level = Level(max(service.level_at(now), request.level or Level.BASIC))
    return Asked(question, level, fresh=request.force, silent=request.passive, failed=failed)


def _accepted(
    ports: ProviderPorts, message: Unverified, binding: str, now: datetime
) -> tuple[AuthnRequest, Connection, Service]:
    """Return what is asked, through which connection and about which service, all of it let in."""
    connection, provider = ports.partners.connected(message.issuer, now)
    if connection.profile is Profile.COMBICONNECT and binding != POST:
        raise InvalidMessage("CombiConnect asks by POST", received=binding, expected=POST)
    request = read_authn_request(
        message.accept(provider.signing), connection, provider.consumers, ports.ourselves.as_asked, now
    )
    service = _service(ports, request, provider)
    if service.entity_id != request.audience or service.asked_through != request.entity_id:
        raise NotOpen(
            "the service is another's",
            received=[service.service_id, request.audience],
            expected=[service.asked_through, service.entity_id],
        )
    if not service.counts(now):
        raise NotOpen("the service is not open", received=service.service_id, expected="one that counts now")
    ports.partners.recipient(connection, service.entity_id, now)
    return request, connection, service


def _as_offered(
    ports: ProviderPorts, request: AuthnRequest, service: Service, now: datetime
) -> tuple[Wanted, Failed | None]:
    """Return for whom one may sign in, within what the service offers; or why the request cannot be served."""
    wanted, mandated = request.wanted, service.may_be_mandated(now)
    if wanted is Wanted.EITHER and not (service.digid and mandated):
        wanted = Wanted.SELF if service.digid else Wanted.REPRESENTED
    if wanted is Wanted.UNSUPPORTED:
        reason, us = "Scoping asks neither for DigiD nor for DigiD Machtigen", ports.ourselves.as_asked
        expected = [us.machtigen, us.digid, us.entrance]
        return wanted, Failed.of("not_supported", reason, received=request.scoping, expected=expected)
    if not request.level_supported:
        reason, known = "RequestedAuthnContext names no level that we know", [level.digid_class for level in Level]
        return wanted, Failed.of("level_not_supported", reason, received=request.levels, expected=known)
    if service.digid if wanted is not Wanted.REPRESENTED else mandated:
        return wanted, None
    reason = "the service is not offered for oneself, or not for others"
    offered = [one for one, there in ((Wanted.SELF, service.digid), (Wanted.REPRESENTED, mandated)) if there]
    return wanted, Failed.of("function_not_supported", reason, received=wanted, expected=offered)


def _service(ports: ProviderPorts, request: AuthnRequest, provider: ServiceProvider) -> Service:
    """Return the service that is asked for: by UUID, or by an index of the registry or of the provider's metadata.

    The only one of a connection need not be named.
    """
    catalogue = ports.catalogue
    if request.service_uuid is not None:
        return catalogue.service(request.service_uuid)
    if request.service_index is not None:
        offered_as = {offer.index: offer.service_uuid for offer in provider.services}.get(request.service_index)
        if offered_as is not None:
            return catalogue.service(offered_as.lower())
        return catalogue.service_at(request.entity_id, request.service_index)
    offered = catalogue.services_of(request.entity_id)
    if not offered:
        reason = "no service is asked for, and the connection has none"
        raise InvalidMessage(reason, received="", expected="AttributeConsumingServiceIndex or Extensions")
    return catalogue.service(offered[min(offered)])
