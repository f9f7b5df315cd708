"""Partners as their metadata describes them (SAML metadata; combiconnect.md 5.2). One reader per role."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft.encryption import EncryptionKey, Recipient
from chalicelib.saml.craft.keys import Certificate
from chalicelib.saml.craft.parsing import METADATA, entity_id_of, only, parse, text_of
from chalicelib.saml.craft.times import instant, written
from chalicelib.saml.craft.uris import PROTOCOL, SERVICE_UUID, named, tag
from chalicelib.saml.partners.addresses import (
    ConsumerService,
    LogoutService,
    check_unique,
    consumers,
    index,
    logout_services,
    missing,
    resolution_services,
    single_sign_on_services,
)
from chalicelib.saml.partners.described_keys import read_keys

Element = etree._Element

Partner = TypeVar("Partner", "ServiceProvider", "IdentityProvider", "BehindSupplier")

_MOST_PARSED = 1024
"""Partners that a process keeps in parsed form. Real metadata is 10 kB."""


@dataclass(frozen=True, slots=True)
class OfferedService:
    """An AttributeConsumingService: a service by its index, with a UUID if the provider names one."""

    index: int
    name: str
    service_uuid: str | None


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
    passed_over: tuple[str, ...] = ()
    """What of its metadata cannot be used, in words."""

    @property
    def recipient(self) -> Recipient:
        return Recipient(self.entity_id, self.encryption, self.encryption_methods)

    @property
    def ends(self) -> list[tuple[str, datetime]]:
        """What of it ends, in words, and when: each certificate, and the metadata if it says so."""
        keys = {"signing": self.signing, "encryption": tuple(key.certificate for key in self.encryption)}
        ends = [(f"a certificate for {use}", one.expires_at) for use, several in keys.items() for one in several]
        return ends if self.valid_until is None else [*ends, ("the metadata (validUntil)", self.valid_until)]


@dataclass(frozen=True, slots=True)
class BehindSupplier:
    """A service provider behind a cluster supplier: it only reads (combiconnect.md 5.2)."""

    recipient: Recipient
    services: tuple[OfferedService, ...]
    valid_until: datetime | None = None
    passed_over: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    entity_id: str
    signing: tuple[Certificate, ...]
    single_sign_on: Mapping[str, str]
    """SingleSignOnService by binding."""
    resolution: Mapping[int, str]
    """ArtifactResolutionService by index."""
    valid_until: datetime | None = None
    roots: str = ""
    """Who vouches for its back channel, as PEM: from the operator, for the metadata does not tell (digid.md A2)."""

    @property
    def trusted(self) -> tuple[str, ...]:
        """Return, as PEM, what its back channel may show a certificate of, besides what everybody trusts."""
        return (*([self.roots] if self.roots else []), *(certificate.pem for certificate in self.signing))

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
        received, expected = partner.valid_until, f"after {written(now)}"
        raise InvalidMessage("metadata has expired (validUntil)", received=received, expected=expected)
    return partner


@lru_cache(maxsize=_MOST_PARSED)
def _service_provider(metadata: bytes) -> ServiceProvider:
    descriptor, role = _role(metadata, "md:SPSSODescriptor")
    keys, told = read_keys(role), [*_about(role)]
    provider = ServiceProvider(
        entity_id=descriptor.get("entityID", ""),
        signing=keys.signing,
        encryption=keys.encryption,
        consumers=consumers(role, told),
        services=_offered(role),
        encryption_methods=_encryption_methods(role),
        logout=logout_services(role, told),
        valid_until=_valid_until(role),
        passed_over=(*keys.passed_over, *told),
    )
    if not provider.signing:
        reason = "no certificate for signing: requests must be signed"
        raise missing(reason, keys.passed_over, expected="a KeyDescriptor for signing")
    return provider


@lru_cache(maxsize=_MOST_PARSED)
def _behind_supplier(metadata: bytes) -> BehindSupplier:
    descriptor, role = _role(metadata, "md:SPSSODescriptor")
    keys = read_keys(role)
    if not keys.encryption:
        raise no_encryption(keys.passed_over)
    recipient = Recipient(descriptor.get("entityID", ""), keys.encryption, _encryption_methods(role))
    return BehindSupplier(recipient, _offered(role), _valid_until(role), keys.passed_over)


@lru_cache(maxsize=_MOST_PARSED)
def _identity_provider(metadata: bytes) -> IdentityProvider:
    descriptor, role = _role(metadata, "md:IDPSSODescriptor")
    keys, told = read_keys(role), [*_about(role)]
    single_sign_on = single_sign_on_services(role, told)
    if not single_sign_on or not keys.signing:
        reason = "no SingleSignOnService or no certificate for signing"
        raise missing(reason, [*keys.passed_over, *told], expected="one of each that can be used")
    resolution = resolution_services(role, told)
    return IdentityProvider(
        descriptor.get("entityID", ""), keys.signing, single_sign_on, resolution, _valid_until(role)
    )


def no_encryption(passed_over: Iterable[str]) -> InvalidMessage:
    reason = "no certificate for encryption: citizen numbers are never sent in the clear"
    return missing(reason, passed_over, expected="a KeyDescriptor for encryption")


def _role(metadata: bytes, name: str) -> tuple[Element, Element]:
    root = parse(metadata, METADATA)
    if root.tag == tag("md:EntitiesDescriptor"):
        root = only(root, "md:EntityDescriptor")
    if root.tag != tag("md:EntityDescriptor") or not root.get("entityID"):
        raise InvalidMessage(
            "not an EntityDescriptor with an entityID", received=named(root), expected="md:EntityDescriptor, entityID"
        )
    entity_id_of(root.get("entityID", ""))
    return root, only(root, name)


def _about(role: Element) -> Iterator[str]:
    """Tell what a role does not say of itself. Raises `InvalidMessage` when it is of another protocol."""
    protocols = role.get("protocolSupportEnumeration")
    if protocols is None:
        yield f"{etree.QName(role).localname}: no protocolSupportEnumeration, taken for SAML 2.0"
    elif PROTOCOL not in protocols.split():
        raise InvalidMessage("protocolSupportEnumeration", received=protocols, expected=PROTOCOL)


def _valid_until(role: Element) -> datetime | None:
    """Return the earliest end that the document states, around the role or on it."""
    stated = [element.get("validUntil") for element in (role, *role.iterancestors())]
    return min((instant(until) for until in stated if until is not None), default=None)


def _encryption_methods(role: Element) -> frozenset[str]:
    return frozenset(method.get("Algorithm", "") for method in role.iterfind(f".//{tag('md:EncryptionMethod')}"))


def _offered(role: Element) -> tuple[OfferedService, ...]:
    offered = tuple(
        OfferedService(index(service, place), _name(service), _service_uuid(service))
        for place, service in enumerate(role.findall(tag("md:AttributeConsumingService")))
    )
    check_unique("AttributeConsumingService", [one.index for one in offered])
    return offered


def _name(service: Element) -> str:
    names = [text_of(name) for name in service.findall(tag("md:ServiceName"))]
    return next(iter(names), "")


def _service_uuid(service: Element) -> str | None:
    values = [
        text_of(value)
        for attribute in service.findall(tag("md:RequestedAttribute"))
        if attribute.get("Name") == SERVICE_UUID
        for value in attribute
    ]
    return next(iter(values), None)
