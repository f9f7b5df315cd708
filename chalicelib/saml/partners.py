"""Partners as their metadata describes them (SAML metadata; combiconnect.md 5.2). One reader per role."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml.gate import from_metadata
from chalicelib.saml.keys import Certificate
from chalicelib.saml.names import ARTIFACT, POST, REDIRECT, SERVICE_UUID, tag
from chalicelib.saml.parsing import only, parse, text_of
from chalicelib.saml.times import instant

Element = etree._Element

Partner = TypeVar("Partner", "ServiceProvider", "IdentityProvider")

_MOST_PARSED = 128
"""Partners that a process keeps in parsed form. Real metadata is 10 kB."""

_LARGEST_INDEX = 65535

_ADDRESS = re.compile(r"(https://[A-Za-z0-9.-]+|http://(localhost|127\.0\.0\.1))(:[0-9]{1,5})?(/\S*)?", re.ASCII)
"""Where answers may go: https, or this very computer. Its origin also goes in a header, so it has plain characters."""


@dataclass(frozen=True, slots=True)
class ConsumerService:
    """An AssertionConsumerService: where and how an answer goes."""

    index: int
    binding: str
    location: str
    default: bool = False


@dataclass(frozen=True, slots=True)
class OfferedService:
    """An AttributeConsumingService: a service by its index, with a UUID if the provider names one."""

    index: int
    name: str
    service_uuid: str | None


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    entity_id: str
    signing: tuple[Certificate, ...]
    encryption: tuple[Certificate, ...]
    consumers: tuple[ConsumerService, ...]
    services: tuple[OfferedService, ...]
    encryption_methods: frozenset[str]
    logout: str | None = None
    """SingleLogoutService by HTTP-POST."""
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    entity_id: str
    signing: tuple[Certificate, ...]
    sign_on: Mapping[str, str]
    """SingleSignOnService by binding."""
    valid_until: datetime | None = None


def import_service_provider(
    document: bytes, now: datetime, *, trusted: Sequence[Certificate] = ()
) -> tuple[bytes, ServiceProvider]:
    """Let a provider's metadata in; returns the octets to keep, and the provider. Raises `InvalidMessage`.

    With `trusted`, one of these keys must have signed it. Without, the operator who has the document in hand vouches
    for it; a signature must then be by a signing key that the document itself names (combiconnect.md 5.3).
    """
    message = from_metadata(document)
    if message.signed or trusted:
        document = message.accept(trusted or read_service_provider(document, now).signing)
    return document, read_service_provider(document, now)


def read_service_provider(metadata: bytes, now: datetime) -> ServiceProvider:
    """Read metadata that was let in. Raises `InvalidMessage` that tells its engineer what is missing."""
    return _current(_service_provider(metadata), now)


def read_identity_provider(metadata: bytes, now: datetime) -> IdentityProvider:
    """Read the metadata of DigiD. Raises `InvalidMessage`."""
    return _current(_identity_provider(metadata), now)


def _current(partner: Partner, now: datetime) -> Partner:
    if partner.valid_until is not None and partner.valid_until <= now:
        raise InvalidMessage("metadata has expired (validUntil)")
    return partner


@lru_cache(maxsize=_MOST_PARSED)
def _service_provider(metadata: bytes) -> ServiceProvider:
    descriptor, role = _role(metadata, "md:SPSSODescriptor")
    consumers = tuple(sorted(_consumers(role), key=lambda consumer: consumer.index))
    if not consumers:
        raise InvalidMessage("no AssertionConsumerService by HTTP-POST or HTTP-Artifact at an https address")
    provider = ServiceProvider(
        entity_id=descriptor.get("entityID", ""),
        signing=_certificates(role, "signing"),
        encryption=_certificates(role, "encryption"),
        consumers=consumers,
        services=tuple(_offered(role)),
        encryption_methods=frozenset(
            method.get("Algorithm", "") for method in role.iterfind(f".//{tag('md:EncryptionMethod')}")
        ),
        logout=_logout(role),
        valid_until=_valid_until(descriptor),
    )
    if not provider.signing:
        raise InvalidMessage("no certificate for signing: requests must be signed")
    if not provider.encryption:
        raise InvalidMessage("no certificate for encryption: citizen numbers are never sent in the clear")
    return provider


@lru_cache(maxsize=_MOST_PARSED)
def _identity_provider(metadata: bytes) -> IdentityProvider:
    descriptor, role = _role(metadata, "md:IDPSSODescriptor")
    endpoints = {
        endpoint.get("Binding", ""): endpoint.get("Location", "")
        for endpoint in role.findall(tag("md:SingleSignOnService"))
    }
    sign_on = {binding: location for binding, location in endpoints.items() if binding in (REDIRECT, POST)}
    signing = _certificates(role, "signing")
    if not sign_on or not signing:
        raise InvalidMessage("no SingleSignOnService or no certificate for signing")
    return IdentityProvider(descriptor.get("entityID", ""), signing, sign_on, _valid_until(descriptor))


def _role(metadata: bytes, name: str) -> tuple[Element, Element]:
    root = parse(metadata, comments=True)
    if root.tag == tag("md:EntitiesDescriptor"):
        root = only(root, "md:EntityDescriptor")
    if root.tag != tag("md:EntityDescriptor") or not root.get("entityID"):
        raise InvalidMessage("not an EntityDescriptor with an entityID")
    return root, only(root, name)


def _valid_until(descriptor: Element) -> datetime | None:
    """Return the earliest end that the document states."""
    stated = [element.get("validUntil") for element in (descriptor, *descriptor.iterancestors())]
    return min((instant(until) for until in stated if until is not None), default=None)


def _certificates(role: Element, use: str) -> tuple[Certificate, ...]:
    """Return the certificates for a use; a KeyDescriptor without one serves both (SAML metadata 2.4.1.1)."""
    return tuple(
        Certificate.from_base64(text_of(certificate))
        for descriptor in role.findall(tag("md:KeyDescriptor"))
        if descriptor.get("use") in (None, use)
        for certificate in descriptor.iterfind(f".//{tag('ds:X509Certificate')}")
    )


def _consumers(role: Element) -> Iterator[ConsumerService]:
    for place, endpoint in enumerate(role.findall(tag("md:AssertionConsumerService"))):
        binding, location = endpoint.get("Binding", ""), endpoint.get("Location", "")
        if binding in (POST, ARTIFACT) and _ADDRESS.fullmatch(location):
            default = endpoint.get("isDefault") in ("true", "1")
            yield ConsumerService(_index(endpoint, place), binding, location, default)


def _index(element: Element, place: int) -> int:
    """Return the index of an endpoint or service: an unsignedShort; its place where there is none."""
    text = element.get("index", str(place))
    if not (text.isascii() and text.isdigit() and int(text) <= _LARGEST_INDEX):
        raise InvalidMessage("index is not a number from 0 to 65535")
    return int(text)


def _offered(role: Element) -> Iterator[OfferedService]:
    for place, service in enumerate(role.findall(tag("md:AttributeConsumingService"))):
        names = [text_of(name) for name in service.findall(tag("md:ServiceName"))]
        values = [
            text_of(value)
            for attribute in service.findall(tag("md:RequestedAttribute"))
            if attribute.get("Name") == SERVICE_UUID
            for value in attribute
        ]
        yield OfferedService(_index(service, place), (names or [""])[0], values[0] if values else None)


def _logout(role: Element) -> str | None:
    for endpoint in role.findall(tag("md:SingleLogoutService")):
        if endpoint.get("Binding") == POST:
            location = endpoint.get("ResponseLocation") or endpoint.get("Location") or ""
            return location if _ADDRESS.fullmatch(location) else None
    return None
