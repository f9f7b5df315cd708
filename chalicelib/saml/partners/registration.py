"""Letting a service provider's metadata in: who vouches for it, and what may be kept (combiconnect.md 5.2, 5.3)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.catalogue.model import EntityId, Profile
from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft.encryption import AES_256_GCM, CIPHERS
from chalicelib.saml.craft.gate import descriptors, from_metadata
from chalicelib.saml.craft.keys import Certificate
from chalicelib.saml.craft.uris import ARTIFACT
from chalicelib.saml.partners.roles import (
    IdentityProvider,
    ServiceProvider,
    no_encryption,
    read_behind_supplier,
    read_identity_provider,
    read_service_provider,
)

_NATIONAL = re.compile(r"urn:nl-eid-gdi:1\.0:[A-Za-z-]+:([0-9]{20}):entities:[0-9]{4}", re.ASCII)


SOON = timedelta(days=14)
"""An end that is nearer is worth a warning."""


@dataclass(frozen=True, slots=True)
class Imported:
    """Metadata that was let in. Everything in it may be kept and read."""

    document: bytes
    """All of it, as it was signed."""
    metadata: bytes
    """The EntityDescriptor of who connects."""
    provider: ServiceProvider
    profile: Profile
    behind: Mapping[EntityId, bytes]
    """For a cluster supplier: the EntityDescriptor of each service provider behind it."""
    refused: Mapping[str, str]
    """Providers behind it that cannot be used, with the reason. They do not hold up the others."""


def oin_in(entity_id: str) -> str | None:
    """Return the organisation number in a national entityID (combiconnect.md 1.2), None in any other."""
    match = _NATIONAL.fullmatch(entity_id)
    return match[1] if match else None


def import_metadata(
    document: bytes, now: datetime, *, profile: Profile | None = None, trusted: Sequence[Certificate] = ()
) -> Imported:
    """Let a document in: an EntityDescriptor, or the EntitiesDescriptor of a cluster supplier. Raises `InvalidMessage`.

    With `trusted`, one of these keys must have signed it. Without, the operator who has the document in hand vouches
    for it; a signature must then be by a signing key that the document itself names. Who does not name a profile gets
    the national one if the entityID is national. Such an entityID carries an organisation number, which every
    signing certificate must carry as well.
    """
    message = from_metadata(document)
    if message.signed or trusted:
        document = message.accept(trusted or read_service_provider(next(descriptors(document))[1], now).signing)
    (_, metadata), *others = descriptors(document)
    provider = read_service_provider(metadata, now)
    _check_organisation(provider)
    if profile is None:
        profile = Profile.COMBICONNECT if oin_in(provider.entity_id) else Profile.GENERAL
    if profile is Profile.COMBICONNECT and not any(one.binding == ARTIFACT for one in provider.consumers):
        reason = "no AssertionConsumerService by HTTP-Artifact, the one answer of CombiConnect"
        raise InvalidMessage(reason, received=[one.binding for one in provider.consumers], expected=ARTIFACT)
    behind, refused = _behind(others, now)
    if not provider.encryption and not behind:
        raise no_encryption(provider.passed_over)
    return Imported(document, metadata, provider, profile, behind, refused)


def import_identity_provider(document: bytes, now: datetime) -> IdentityProvider:
    """Read the metadata of DigiD as it is pinned. Raises `InvalidMessage`.

    Whoever has the document in hand vouches for it; what it is signed with must be right all the same, by a signing
    key that it names: one that was edited afterwards says something that nobody stands for.
    """
    provider = read_identity_provider(document, now)
    message = from_metadata(document)
    if message.signed:
        message.accept(provider.signing)
    return provider


def warnings(imported: Imported, now: datetime) -> list[str]:
    """Say what works today and should be looked at all the same: what was passed over, and what ends soon."""
    provider, told = imported.provider, list(imported.provider.passed_over)
    for what, end in provider.ends:
        if end - now < SOON:
            told.append(f"{what} {'ends' if end > now else 'ended'} on {end:%Y-%m-%d}")
    if provider.encryption_methods and not provider.encryption_methods & {*CIPHERS}:
        told.append(f"EncryptionMethod: none of those named can be made; {AES_256_GCM} is used")
    return told


def _behind(others: Sequence[tuple[str, bytes]], now: datetime) -> tuple[dict[EntityId, bytes], dict[str, str]]:
    behind: dict[EntityId, bytes] = {}
    refused: dict[str, str] = {}
    for entity_id, metadata in others:
        try:
            read_behind_supplier(metadata, now)
        except InvalidMessage as error:
            refused[entity_id] = error.told
        else:
            behind[EntityId(entity_id)] = metadata
    return behind, refused


def _check_organisation(provider: ServiceProvider) -> None:
    oin = oin_in(provider.entity_id)
    others = [certificate.oin or "none" for certificate in provider.signing if certificate.oin != oin]
    if oin is not None and others:
        reason = "a signing certificate is not of the organisation in the entityID (serialNumber)"
        raise InvalidMessage(reason, received=others, expected=oin)
