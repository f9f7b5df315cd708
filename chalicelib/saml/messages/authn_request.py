"""A provider's AuthnRequest: what it asks, once the gate has let it in (combiconnect.md section 2)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from saml2 import samlp

from chalicelib.catalogue.model import Connection, EntityId, Profile, Representation, ServiceId
from chalicelib.errors import InvalidMessage
from chalicelib.login.levels import Level
from chalicelib.login.question import Wanted
from chalicelib.saml.craft.parsing import entity_id_of, index_of
from chalicelib.saml.craft.uris import (
    ARTIFACT,
    ASSERTION,
    CONSENT_UNSPECIFIED,
    IDP_ASSERTION,
    INTENDED_AUDIENCE,
    SERVICE_UUID,
)
from chalicelib.saml.messages.heads import check_head
from chalicelib.saml.messages.reading import read_as, text_of

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ANY_LEVEL = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified"
_COMPARISONS = ("exact", "minimum", "better", "maximum")


@dataclass(frozen=True, slots=True)
class OurNames:
    """Our names and address, as requests may state them."""

    address: str
    """Of single sign-on."""
    entrance: str
    digid: str
    machtigen: str


class Consumer(Protocol):
    """An AssertionConsumerService that a provider registered."""

    @property
    def index(self) -> int: ...

    @property
    def binding(self) -> str: ...

    @property
    def location(self) -> str: ...


@dataclass(frozen=True, slots=True)
class AuthnRequest:
    """A request that may be acted upon."""

    request_id: str
    entity_id: str
    """Of the connection."""
    consumer: Consumer
    wanted: Wanted
    audience: EntityId
    """Whose service is asked for: the connection's own, or one behind a cluster supplier."""
    service_index: int | None
    """AttributeConsumingServiceIndex, if the service was asked for that way."""
    service_uuid: ServiceId | None
    level: Level | None
    """Lowest level that is asked for beyond the service's own; None where that is all."""
    level_supported: bool
    scoping: tuple[str, ...]
    """Whom Scoping names, for who asks in vain."""
    levels: tuple[str, ...]
    """What RequestedAuthnContext names, likewise."""
    force: bool
    """ForceAuthn: an earlier sign-in does not count."""
    passive: bool
    """IsPassive: only an earlier sign-in counts."""


def read_authn_request(
    octets: bytes, connection: Connection, consumers: Sequence[Consumer], us: OurNames, now: datetime
) -> AuthnRequest:
    """Read verified octets; `consumers` are those of the connection, the default one first.

    Raises `InvalidMessage` for a broken rule, of which the log names the field.
    """
    request = read_as(octets, samlp.AuthnRequest)
    national = connection.profile is Profile.COMBICONNECT
    _check_fields(request, us.address, national=national, now=now)
    audience, uuid = _asked_service(request, connection.entity_id, national=national)
    service = request.attribute_consuming_service_index
    if national and uuid is None and service is None:
        raise InvalidMessage(
            "no service is asked for", received="", expected="AttributeConsumingServiceIndex or Extensions"
        )
    classes = _classes(request.requested_authn_context)
    level, supported = (None, True) if national else _asked_level(request.requested_authn_context, classes)
    return AuthnRequest(
        request_id=request.id,
        entity_id=connection.entity_id,
        consumer=_consumer(request, consumers, national=national),
        wanted=_wanted(request.scoping, connection.unasked, us),
        audience=audience,
        service_index=index_of(service) if service is not None and not uuid else None,
        service_uuid=uuid,
        level=level,
        level_supported=supported,
        scoping=_named_in(request.scoping),
        levels=classes,
        force=_yes(request.force_authn),
        passive=_yes(request.is_passive),
    )


def _check_fields(request: samlp.AuthnRequest, destination: str, *, national: bool, now: datetime) -> None:
    check_head(request, now)
    if request.destination != destination:
        raise InvalidMessage("Destination", received=request.destination or "", expected=destination)
    # Standard clients state the consent that they have; the national profile has no use for it (2.1).
    if national and request.consent not in (None, CONSENT_UNSPECIFIED):
        raise InvalidMessage("Consent", received=request.consent, expected=CONSENT_UNSPECIFIED)
    if national and _yes(request.is_passive):
        raise InvalidMessage("IsPassive", received="true", expected="false in CombiConnect")
    if request.assertion_consumer_service_index is not None and request.protocol_binding:
        raise InvalidMessage(
            "ProtocolBinding beside an index", received=request.protocol_binding, expected="one of the two"
        )


def _consumer(request: samlp.AuthnRequest, consumers: Sequence[Consumer], *, national: bool) -> Consumer:
    """Return the registered endpoint that is asked for: by index, by URL, or the default one (2.3)."""
    index, url, binding = (
        request.assertion_consumer_service_index,
        request.assertion_consumer_service_url,
        request.protocol_binding,
    )
    if index is not None and url is not None:
        raise InvalidMessage(
            "AssertionConsumerService by index and by URL", received=[index, url], expected="one of the two"
        )
    fitting = [
        consumer
        for consumer in consumers
        if (index is None or consumer.index == index_of(index))
        and (url is None or consumer.location == url)
        and (binding is None or consumer.binding == binding)
        and (not national or consumer.binding == ARTIFACT)
    ]
    if not fitting:
        raise InvalidMessage(
            "AssertionConsumerService is not registered",
            received=[part for part in (index, url, binding) if part is not None],
            expected=[f"{one.index} {one.location} {one.binding.rpartition(':')[2]}" for one in consumers],
        )
    return fitting[0]


def _asked_service(request: samlp.AuthnRequest, own: EntityId, *, national: bool) -> tuple[EntityId, ServiceId | None]:
    """Return whose service is asked for, and its UUID if Extensions name one. They win over an index (2.1, 2.2).

    In the general profile the extensions of others are passed over (SAML core 3.2.1).
    """
    if request.extensions is None:
        return own, None
    extensions = request.extensions.extension_elements
    attributes = [one for one in extensions if one.namespace == ASSERTION]
    if not extensions or (national and len(attributes) < len(extensions)):
        received = [f"{one.tag} of {one.namespace}" for one in extensions]
        raise InvalidMessage("Extensions hold something else", received=received, expected="saml:Attribute alone")
    return (own, None) if not attributes else _named_service(request.extensions)


def _named_service(extensions: samlp.Extensions) -> tuple[EntityId, ServiceId]:
    values: dict[str, str] = {}
    for attribute in extensions.extension_elements:
        name, texts = attribute.attributes.get("Name", ""), [text_of(value) for value in attribute.children]
        if attribute.namespace != ASSERTION or name == IDP_ASSERTION:
            continue
        if attribute.tag != "Attribute" or name in values or not texts or not all(texts):
            raise InvalidMessage(
                "Extensions",
                received=f"{attribute.tag} {name}",
                expected="Attributes with a Name and a value, each once",
            )
        values[name] = texts[0]
    audience, uuid = values.get(INTENDED_AUDIENCE), values.get(SERVICE_UUID, "").lower()
    if audience is None or not _UUID.fullmatch(uuid):
        raise InvalidMessage(
            "IntendedAudience or ServiceUUID", received=[audience or "", uuid], expected="an entityID and a UUID"
        )
    return EntityId(entity_id_of(audience)), ServiceId(uuid)


def _classes(asked: samlp.RequestedAuthnContext | None) -> tuple[str, ...]:
    return tuple(text_of(reference) for reference in asked.authn_context_class_ref) if asked else ()


def _asked_level(asked: samlp.RequestedAuthnContext | None, classes: Sequence[str]) -> tuple[Level | None, bool]:
    """Return the lowest level that would do, and whether we can tell (2.5). A higher one than asked is never refused,
    so `exact` means the same as `minimum`; many clients send it without meaning it.
    """
    if asked is None:
        return None, True
    if asked.comparison not in (None, *_COMPARISONS):
        raise InvalidMessage("Comparison", received=asked.comparison, expected=_COMPARISONS)
    if _ANY_LEVEL in classes:
        return None, True
    known = [level for level in map(_known, classes) if level is not None]
    if asked.comparison == "better":
        known = [level for level in Level if known and level > max(known)]
    if not known:
        return None, False
    return (None, True) if asked.comparison == "maximum" else (min(known), True)


def _known(reference: str) -> Level | None:
    try:
        return Level.from_class(reference)
    except ValueError:
        return None


def _named_in(scoping: samlp.Scoping | None) -> tuple[str, ...]:
    if scoping is None:
        return ()
    offered = [entry.provider_id or "" for entry in scoping.idp_list.idp_entry] if scoping.idp_list else []
    return (*(text_of(requester) for requester in scoping.requester_id), *offered)


def _wanted(scoping: samlp.Scoping | None, unasked: Representation, us: OurNames) -> Wanted:
    """Read Scoping: none leaves it to the connection, the entityID of Machtigen asks for representation (2.4)."""
    if scoping is None:
        return Wanted.EITHER if unasked is Representation.CHOOSE else Wanted.SELF
    asked = [text_of(requester) for requester in scoping.requester_id]
    if len(asked) > 1:
        raise InvalidMessage("more than one RequesterID", received=asked, expected=us.machtigen)
    offered = {entry.provider_id for entry in scoping.idp_list.idp_entry} if scoping.idp_list else set()
    oneself, other = bool(offered & {us.digid, us.entrance}), us.machtigen in offered
    if asked:
        fitting = asked == [us.machtigen] and (other or not offered)
        return Wanted.REPRESENTED if fitting else Wanted.UNSUPPORTED
    if other:
        return Wanted.EITHER if oneself else Wanted.REPRESENTED
    return Wanted.SELF if oneself else Wanted.UNSUPPORTED


def _yes(text: str | None) -> bool:
    return text in ("true", "1")
