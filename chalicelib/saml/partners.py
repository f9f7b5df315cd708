"""Partners as their metadata describes them (SAML metadata; combiconnect.md 5.2). One reader per role."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml.encryption import EncryptionKey, Recipient
from chalicelib.saml.keys import Certificate
from chalicelib.saml.names import ARTIFACT, POST, REDIRECT, SERVICE_UUID, SOAP_BINDING, tag
from chalicelib.saml.parsing import METADATA, index_of, only, parse, text_of
from chalicelib.saml.times import instant

Element = etree._Element

Partner = TypeVar("Partner", "ServiceProvider", "IdentityProvider", "BehindSupplier")

_MOST_PARSED = 1024
"""Partners that a process keeps in parsed form. Real metadata is 10 kB."""

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
class LogoutService:
    """A SingleLogoutService by POST or Redirect: where logout is asked for, and where its answer goes."""

    binding: str
    location: str
    response_location: str


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """Whoever sends requests: a service provider, or a cluster supplier, which has no key to read identifiers with."""

    entity_id: str
    signing: tuple[Certificate, ...]
    encryption: tuple[EncryptionKey, ...]
    consumers: tuple[ConsumerService, ...]
    services: tuple[OfferedService, ...]
    encryption_methods: frozenset[str]
    logout: tuple[LogoutService, ...] = ()
    valid_until: datetime | None = None

    @property
    def recipient(self) -> Recipient:
        return Recipient(self.entity_id, self.encryption, self.encryption_methods)


@dataclass(frozen=True, slots=True)
class BehindSupplier:
    """A service provider behind a cluster supplier: it only reads (combiconnect.md 5.2)."""

    recipient: Recipient
    services: tuple[OfferedService, ...]
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    entity_id: str
    signing: tuple[Certificate, ...]
    sign_on: Mapping[str, str]
    """SingleSignOnService by binding."""
    resolution: Mapping[int, str]
    """ArtifactResolutionService by index."""
    valid_until: datetime | None = None

    @property
    def ends_at(self) -> datetime:
        """When the metadata, or the first certificate in it, ends."""
        ends = [certificate.expires_at for certificate in self.signing]
        return min([*ends, self.valid_until] if self.valid_until is not None else ends)


def read_service_provider(metadata: bytes, now: datetime) -> ServiceProvider:
    """Read metadata that was let in. Raises `InvalidMessage` that tells its engineer what is missing."""
    return _current(_service_provider(metadata), now)


def read_identity_provider(metadata: bytes, now: datetime) -> IdentityProvider:
    """Read the metadata of DigiD. Raises `InvalidMessage`."""
    return _current(_identity_provider(metadata), now)


def read_behind_supplier(metadata: bytes, now: datetime) -> BehindSupplier:
    """Read the metadata of a provider behind a cluster supplier. Raises `InvalidMessage`."""
    return _current(_behind_supplier(metadata), now)


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
    if len({consumer.index for consumer in consumers}) < len(consumers):
        raise InvalidMessage("two AssertionConsumerServices with one index")
    provider = ServiceProvider(
        entity_id=descriptor.get("entityID", ""),
        signing=_certificates(role, "signing"),
        encryption=_encryption_keys(role),
        consumers=consumers,
        services=tuple(_offered(role)),
        encryption_methods=_encryption_methods(role),
        logout=tuple(_logout(role)),
        valid_until=_valid_until(descriptor),
    )
    if not provider.signing:
        raise InvalidMessage("no certificate for signing: requests must be signed")
    return provider


@lru_cache(maxsize=_MOST_PARSED)
def _behind_supplier(metadata: bytes) -> BehindSupplier:
    descriptor, role = _role(metadata, "md:SPSSODescriptor")
    keys = _encryption_keys(role)
    if not keys:
        raise InvalidMessage("no certificate for encryption: citizen numbers are never sent in the clear")
    recipient = Recipient(descriptor.get("entityID", ""), keys, _encryption_methods(role))
    return BehindSupplier(recipient, tuple(_offered(role)), _valid_until(descriptor))


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
    resolution = {
        _index(endpoint, place): endpoint.get("Location", "")
        for place, endpoint in enumerate(role.findall(tag("md:ArtifactResolutionService")))
        if endpoint.get("Binding") == SOAP_BINDING
    }
    return IdentityProvider(descriptor.get("entityID", ""), signing, sign_on, resolution, _valid_until(descriptor))


def _role(metadata: bytes, name: str) -> tuple[Element, Element]:
    root = parse(metadata, METADATA)
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
    return tuple(certificate for _, certificate in _named_certificates(role, use))


def _named_certificates(role: Element, use: str) -> Iterator[tuple[str, Certificate]]:
    for descriptor in role.findall(tag("md:KeyDescriptor")):
        if descriptor.get("use") in (None, use):
            names = [text_of(name) for name in descriptor.iterfind(f".//{tag('ds:KeyName')}")]
            for element in descriptor.iterfind(f".//{tag('ds:X509Certificate')}"):
                certificate = Certificate.from_base64(text_of(element))
                yield (names or [certificate.key_name])[0], certificate


def _encryption_keys(role: Element) -> tuple[EncryptionKey, ...]:
    return tuple(EncryptionKey(name, certificate) for name, certificate in _named_certificates(role, "encryption"))


def _encryption_methods(role: Element) -> frozenset[str]:
    return frozenset(method.get("Algorithm", "") for method in role.iterfind(f".//{tag('md:EncryptionMethod')}"))


def _consumers(role: Element) -> Iterator[ConsumerService]:
    for place, endpoint in enumerate(role.findall(tag("md:AssertionConsumerService"))):
        binding, location = endpoint.get("Binding", ""), endpoint.get("Location", "")
        if binding in (POST, ARTIFACT) and _ADDRESS.fullmatch(location):
            default = endpoint.get("isDefault") in ("true", "1")
            yield ConsumerService(_index(endpoint, place), binding, location, default)


def _index(element: Element, place: int) -> int:
    """Return the index of an endpoint or service; its place where there is none."""
    return index_of(element.get("index", str(place)))


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


def _logout(role: Element) -> Iterator[LogoutService]:
    for endpoint in role.findall(tag("md:SingleLogoutService")):
        binding, location = endpoint.get("Binding", ""), endpoint.get("Location", "")
        back = endpoint.get("ResponseLocation") or location
        if binding in (POST, REDIRECT) and _ADDRESS.fullmatch(location) and _ADDRESS.fullmatch(back):
            yield LogoutService(binding, location, back)
