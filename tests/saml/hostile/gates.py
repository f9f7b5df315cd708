"""The gate for each role, as the application uses it: a message in, the octets out that its sender signed."""

import base64
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from chalicelib.saml.craft import gate
from chalicelib.saml.craft.keys import Certificate
from chalicelib.saml.craft.shapes import ARTIFACT_RESOLVE, ARTIFACT_RESPONSE, AUTHN_REQUEST, LOGOUT_REQUEST, RESPONSE
from chalicelib.saml.partners.registration import import_metadata
from tests.http.client import DIGID_KEYS
from tests.saml.hostile.samples import Sample
from tests.saml.provider import KEYS, NAMES

PROVIDER, DIGID = Certificate.from_pem(KEYS.certificate), Certificate.from_pem(DIGID_KEYS.certificate)
Gate = Callable[[bytes, Sequence[Certificate]], bytes]


def enveloped(message: bytes) -> bytes:
    return b'<s:Envelope xmlns:s="%s"><s:Body>' % NAMES["s"].encode() + message + b"</s:Body></s:Envelope>"


def _form(name: str, message: bytes) -> dict[str, list[str]]:
    return {name: [base64.b64encode(message).decode()]}


GATES: dict[str, Gate] = {
    "DigiD, Response": lambda raw, keys: gate.response_from_post(_form("SAMLResponse", raw), RESPONSE).accept(keys),
    "DigiD, assertion": lambda raw, keys: gate.response_from_post(_form("SAMLResponse", raw), RESPONSE).accept(keys),
    "DigiD, ArtifactResponse": lambda raw, keys: gate.response_from_soap(enveloped(raw), ARTIFACT_RESPONSE).accept(
        keys
    ),
    "sign-on": lambda raw, keys: gate.from_post(_form("SAMLRequest", raw), "SAMLRequest", AUTHN_REQUEST).accept(keys),
    "artifact resolution": lambda raw, keys: gate.from_soap(enveloped(raw), ARTIFACT_RESOLVE).accept(keys),
    "logout": lambda raw, keys: gate.from_post(_form("SAMLRequest", raw), "SAMLRequest", LOGOUT_REQUEST).accept(keys),
    "metadata import": lambda raw, keys: import_metadata(raw, datetime.now(UTC), trusted=keys).metadata,
}


def accept(sample: Sample, message: bytes) -> bytes:
    """Return what the gate of a sample's role hands on. Raises `InvalidMessage`."""
    return GATES[sample.role](message, [DIGID if sample.keys is DIGID_KEYS else PROVIDER])
