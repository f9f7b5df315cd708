"""Artifacts, in both of our roles: the reference itself, the question about it, and its answer (SAML bindings 3.6)."""

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from saml2 import saml, samlp

from chalicelib.catalogue.model import Profile
from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft.signatures import Signature
from chalicelib.saml.craft.soap import enveloped
from chalicelib.saml.craft.times import written
from chalicelib.saml.messages.heads import check_head
from chalicelib.saml.messages.outgoing import Issuer, Outgoing
from chalicelib.saml.messages.reading import read_as, text_of
from chalicelib.saml.messages.responses import status
from chalicelib.saml.messages.with_digid import Us

_LENGTH, _TYPE, _ENDPOINT = 44, b"\x00\x04", b"\x00\x00"


class ResolveRequest(NamedTuple):
    """What an ArtifactResolve asks for."""

    request_id: str
    artifact: str


def new_artifact(entity_id: str, pick: Callable[[int], int]) -> str:
    """Make an artifact of type 4: type, endpoint index 0, SHA-1 of our entityID, 20 random bytes (bindings 3.6.4)."""
    return base64.b64encode(_TYPE + _ENDPOINT + _source(entity_id) + pick(2**160).to_bytes(20, "big")).decode()


def endpoint_of(artifact: str, entity_id: str) -> int:
    """Return the index of where an artifact is resolved. Raises `InvalidMessage` for one of somebody else."""
    try:
        raw = base64.b64decode(artifact, validate=True)
    except (binascii.Error, ValueError):
        received = f"{len(artifact)} characters"
        raise InvalidMessage("not an artifact", received=received, expected=f"{_LENGTH} bytes in base64") from None
    source = _source(entity_id)
    if len(raw) != _LENGTH or raw[:2] != _TYPE or raw[4:24] != source:
        raise InvalidMessage(
            "not an artifact of the identity provider",
            received=f"{len(raw)} bytes of type {raw[:2].hex()}, SourceID {raw[4:12].hex(':')}…",
            expected=f"{_LENGTH} bytes of type {_TYPE.hex()}, SourceID {source[:8].hex(':')}…",
        )
    return int.from_bytes(raw[2:4], "big")


def _source(entity_id: str) -> bytes:
    return hashlib.sha1(entity_id.encode(), usedforsecurity=False).digest()


def read_resolve(octets: bytes, ours: Sequence[str], now: datetime) -> ResolveRequest:
    """Read verified octets; `ours` is how an address of ours may begin. Raises `InvalidMessage`."""
    request = read_as(octets, samlp.ArtifactResolve)
    check_head(request, now)
    # Real clients name the sign-on address here, so only the host must be ours (combiconnect.md 3.2).
    if request.destination is not None and not request.destination.startswith(tuple(ours)):
        raise InvalidMessage("Destination", received=request.destination, expected=[f"{one}…" for one in ours])
    return ResolveRequest(request.id, text_of(request.artifact))


def resolve_envelope(artifact: str, request_id: str, address: str, us: Us, now: datetime) -> bytes:
    """Return the signed ArtifactResolve in its SOAP envelope."""
    message = samlp.ArtifactResolve(
        id=request_id,
        version="2.0",
        issue_instant=written(now),
        destination=address,
        issuer=saml.Issuer(text=us.entity_id),
        artifact=samlp.Artifact(text=artifact),
    )
    return enveloped(Outgoing(message, (Signature(request_id, us.key),)).octets())


def answer_envelope(inside: Outgoing | None, resolve_id: str, issuer: Issuer, profile: Profile, now: datetime) -> bytes:
    """Return the signed ArtifactResponse in its SOAP envelope.

    Without a Response inside, the artifact had nothing for whom asked (3.2).
    """
    message = samlp.ArtifactResponse(
        id=issuer.message_id(),
        version="2.0",
        issue_instant=written(now),
        in_response_to=resolve_id,
        issuer=saml.Issuer(text=issuer.entity_id),
        status=status(None),
    )
    if inside is not None:
        # The schema leaves open what it is: anything may stand there (SAML core 3.5.2).
        message.extension_elements = [inside.message]
    signature = Signature(message.id, issuer.key, certificate=profile is Profile.GENERAL)
    return enveloped(Outgoing(message, (*(inside.signatures if inside else ()), signature)).octets())
