"""Questions about DigiD's artifacts: where they go, and the message (SAML bindings 3.6, combiconnect.md 3.2)."""

import base64
import binascii
import hashlib
from datetime import datetime

from saml2 import saml, samlp

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft.signatures import sign
from chalicelib.saml.craft.soap import enveloped
from chalicelib.saml.craft.times import written
from chalicelib.saml.messages.assertions import to_xml
from chalicelib.saml.messages.with_digid import Us
from chalicelib.saml.partners.roles import IdentityProvider

_LENGTH, _TYPE = 44, b"\x00\x04"


def resolution_address(artifact: str, provider: IdentityProvider) -> str:
    """Return where an artifact is resolved. Raises `InvalidMessage` for one that this provider did not issue."""
    try:
        raw = base64.b64decode(artifact, validate=True)
    except (binascii.Error, ValueError):
        received = f"{len(artifact)} characters"
        raise InvalidMessage("not an artifact", received=received, expected=f"{_LENGTH} bytes in base64") from None
    source = hashlib.sha1(provider.entity_id.encode(), usedforsecurity=False).digest()
    if len(raw) != _LENGTH or raw[:2] != _TYPE or raw[4:24] != source:
        raise InvalidMessage(
            "not an artifact of the identity provider",
            received=f"{len(raw)} bytes of type {raw[:2].hex()}, SourceID {raw[4:12].hex(':')}…",
            expected=f"{_LENGTH} bytes of type {_TYPE.hex()}, SourceID {source[:8].hex(':')}…",
        )
    index = int.from_bytes(raw[2:4], "big")
    if index not in provider.resolution:
        reason = "no ArtifactResolutionService with this index"
        raise InvalidMessage(reason, received=index, expected=map(str, provider.resolution))
    return provider.resolution[index]


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
    root = to_xml(message)
    sign(root, us.key)
    return enveloped(root)
