"""A provider's AuthnRequest: what it asks, once the gate has let it in (combiconnect.md section 2)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from saml2 import samlp

from chalicelib.catalogue.model import Representation, ServiceId
from chalicelib.errors import InvalidMessage
from chalicelib.saml.names import INTENDED_AUDIENCE, SERVICE_UUID
from chalicelib.saml.partners import ConsumerService, ServiceProvider
from chalicelib.saml.times import OLDEST_REQUEST, SKEW, instant


class Wanted(StrEnum):
    """Whom the provider wants to hear of (combiconnect.md 2.4)."""

    SELF = "self"
    REPRESENTED = "represented"
    EITHER = "either"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class SignOnRequest:
    """A request that may be acted upon."""

    request_id: str
    entity_id: str
    consumer: ConsumerService
    wanted: Wanted
    service_index: int | None
    """AttributeConsumingServiceIndex, if the service was asked for that way."""
    service_uuid: ServiceId | None


def read_request(
    octets: bytes, provider: ServiceProvider, *, destination: str, unasked: Representation, bvd: str, now: datetime
) -> SignOnRequest:
    """Read verified octets. `bvd` is the entityID of DigiD Machtigen. Raises `InvalidMessage` for a broken rule."""
    request = samlp.authn_request_from_string(octets)
    _check_fields(request, destination, now)
    uuid = _asked_service(request, provider)
    return SignOnRequest(
        request_id=request.id,
        entity_id=provider.entity_id,
        consumer=_consumer(request, provider),
        wanted=_wanted(request, unasked, bvd),
        service_index=None if uuid else _index(request.attribute_consuming_service_index),
        service_uuid=uuid,
    )


def _check_fields(request: samlp.AuthnRequest, destination: str, now: datetime) -> None:
    if not request.id or request.version != "2.0" or not request.issue_instant:
        raise InvalidMessage("ID, Version or IssueInstant")
    issued = instant(request.issue_instant)
    if not now - OLDEST_REQUEST - SKEW <= issued <= now + SKEW:
        raise InvalidMessage("IssueInstant")
    if request.destination != destination:
        raise InvalidMessage("Destination")
    if request.is_passive in ("true", "1"):
        raise InvalidMessage("IsPassive")
    if request.assertion_consumer_service_index and request.protocol_binding:
        raise InvalidMessage("ProtocolBinding beside an index")


def _consumer(request: samlp.AuthnRequest, provider: ServiceProvider) -> ConsumerService:
    """Return the registered endpoint that is asked for: by index, by URL, or the default one (combiconnect.md 2.3)."""
    index, url, binding = (
        request.assertion_consumer_service_index,
        request.assertion_consumer_service_url,
        request.protocol_binding,
    )
    if index is not None and url is not None:
        raise InvalidMessage("AssertionConsumerService by index and by URL")
    fitting = [
        consumer
        for consumer in provider.consumers
        if (index is None or consumer.index == _index(index))
        and (url is None or consumer.location == url)
        and (binding is None or consumer.binding == binding)
    ]
    if not fitting:
        raise InvalidMessage("AssertionConsumerService is not registered")
    return next((consumer for consumer in fitting if consumer.default), fitting[0])


def _asked_service(request: samlp.AuthnRequest, provider: ServiceProvider) -> ServiceId | None:
    """Return the ServiceUUID in Extensions, if there is one; for a provider that asks for itself (2.2)."""
    if request.extensions is None:
        return None
    values: dict[str, str] = {}
    for attribute in request.extensions.extension_elements:
        texts = [value.text or "" for value in attribute.children]
        name = attribute.attributes.get("Name", "")
        if attribute.tag != "Attribute" or name in values or not texts or not texts[0]:
            raise InvalidMessage("Extensions")
        values[name] = texts[0].strip()
    if values.get(INTENDED_AUDIENCE) != provider.entity_id or SERVICE_UUID not in values:
        raise InvalidMessage("IntendedAudience or ServiceUUID")
    return ServiceId(values[SERVICE_UUID].lower())


def _wanted(request: samlp.AuthnRequest, unasked: Representation, bvd: str) -> Wanted:
    """Read Scoping: none leaves it to the connection, the entityID of Machtigen asks for representation (2.4)."""
    if request.scoping is None:
        return Wanted.EITHER if unasked is Representation.CHOOSE else Wanted.SELF
    asked = [(requester.text or "").strip() for requester in request.scoping.requester_id]
    if len(asked) > 1:
        raise InvalidMessage("more than one RequesterID")
    entries = request.scoping.idp_list.idp_entry if request.scoping.idp_list else []
    offered = {entry.provider_id for entry in entries}
    if asked == [bvd] and (not offered or bvd in offered):
        return Wanted.REPRESENTED
    if not asked and bvd in offered:
        return Wanted.EITHER if len(offered) > 1 else Wanted.REPRESENTED
    return Wanted.UNSUPPORTED


def _index(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        raise InvalidMessage("index")
    return int(text)
