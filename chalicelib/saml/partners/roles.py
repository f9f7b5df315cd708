"""Partners as their metadata describes them (SAML metadata; combiconnect.md 5.2). One reader per role."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft.encryption import EncryptionKey, Recipient
from chalicelib.saml.craft.keys import Certificate
from chalicelib.saml.craft.parsing import entity_id_of
from chalicelib.saml.craft.times import instant, written
from chalicelib.saml.craft.uris import PROTOCOL
from chalicelib.saml.messages.their_metadata import Role, RoleKind, read_role
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
    role = _role(metadata, RoleKind.SERVICE_PROVIDER)
    keys, told = read_keys(role.keys), [*_about(role)]
    provider = ServiceProvider(
        entity_id=role.entity_id,
        signing=keys.signing,
        encryption=keys.encryption,
        consumers=consumers(role.consumers, told),
        services=_offered(role),
        encryption_methods=role.encryption_methods,
        logout=logout_services(role.logout, told),
        valid_until=_valid_until(role),
        passed_over=(*keys.passed_over, *told),
    )
    if not provider.signing:
        reason = "no certificate for signing: requests must be signed"
        raise missing(reason, keys.passed_over, expected="a KeyDescriptor for signing")
    return provider


@lru_cache(maxsize=_MOST_PARSED)
def _behind_supplier(metadata: bytes) -> BehindSupplier:
    role = _role(metadata, RoleKind.SERVICE_PROVIDER)
    keys = read_keys(role.keys)
    if not keys.encryption:
        raise no_encryption(keys.passed_over)
    recipient = Recipient(role.entity_id, keys.encryption, role.encryption_methods)
    return BehindSupplier(recipient, _offered(role), _valid_until(role), keys.passed_over)


@lru_cache(maxsize=_MOST_PARSED)
def _identity_provider(metadata: bytes) -> IdentityProvider:
    role = _role(metadata, RoleKind.IDENTITY_PROVIDER)
    keys, told = read_keys(role.keys), [*_about(role)]
    single_sign_on = single_sign_on_services(role.single_sign_on, told)
    if not single_sign_on or not keys.signing:
        reason = "no SingleSignOnService or no certificate for signing"
        raise missing(reason, [*keys.passed_over, *told], expected="one of each that can be used")
    resolution = resolution_services(role.resolution, told)
    return IdentityProvider(role.entity_id, keys.signing, single_sign_on, resolution, _valid_until(role))


def no_encryption(passed_over: Iterable[str]) -> InvalidMessage:
    reason = "no certificate for encryption: citizen numbers are never sent in the clear"
    return missing(reason, passed_over, expected="a KeyDescriptor for encryption")


def _role(metadata: bytes, kind: RoleKind) -> Role:
    role = read_role(metadata, kind)
    entity_id_of(role.entity_id)
    return role


def _about(role: Role) -> Iterator[str]:
    """Tell what a role does not say of itself. Raises `InvalidMessage` when it is of another protocol."""
    if role.protocols is None:
        yield f"{role.name}: no protocolSupportEnumeration, taken for SAML 2.0"
    elif PROTOCOL not in role.protocols.split():
        raise InvalidMessage("protocolSupportEnumeration", received=role.protocols, expected=PROTOCOL)


def _valid_until(role: Role) -> datetime | None:
    """Return the earliest end that the document states."""
    return min(map(instant, role.valid_until), default=None)


def _offered(role: Role) -> tuple[OfferedService, ...]:
    offered = tuple(
        OfferedService(index(one.stated_index, place), next(iter(one.names), ""), next(iter(one.uuids), None))
        for place, one in enumerate(role.services)
    )
    check_unique("AttributeConsumingService", [one.index for one in offered])
    return offered
