"""The gate refuses every variant for every role; what the sender really sent still passes; the careless fall for it."""

import base64
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft import gate
from chalicelib.saml.craft.keys import Certificate
from chalicelib.saml.craft.shapes import ARTIFACT_RESOLVE, ARTIFACT_RESPONSE, AUTHN_REQUEST, LOGOUT_REQUEST, RESPONSE
from chalicelib.saml.partners.registration import import_metadata
from tests.http.client import DIGID_KEYS
from tests.saml.hostile.careless import believed
from tests.saml.hostile.samples import SAMPLES, Sample
from tests.saml.hostile.variants import Variant, gate_variants
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
CASES = [(make, variant) for make in SAMPLES for variant in gate_variants() if variant.fits(make())]
IDS = [f"{make.__name__}: {variant.label}" for make, variant in CASES]


def _accept(sample: Sample, message: bytes) -> bytes:
    return GATES[sample.role](message, [DIGID if sample.keys is DIGID_KEYS else PROVIDER])


@pytest.mark.parametrize("make", SAMPLES)
def test_what_the_sender_really_sends_passes_and_is_believed(make: Callable[[], Sample]) -> None:
    sample = make()
    genuine = etree.tostring(sample.signed())
    assert sample.part(sample.root).get("ID", "").encode() in _accept(sample, genuine)
    assert believed(genuine, sample.claim, sample.keys)
    assert sample.evil not in believed(genuine, sample.claim, sample.keys)


@pytest.mark.parametrize(("make", "variant"), CASES, ids=IDS)
def test_a_hostile_message_is_refused_at_once(make: Callable[[], Sample], variant: Variant) -> None:
    sample = make()
    message = variant.make(sample)
    started = time.process_time()
    with pytest.raises(InvalidMessage):
        _accept(sample, message)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("make", "variant"), [case for case in CASES if case[1].fools], ids=lambda value: getattr(value, "label", "")
)
def test_a_careless_verifier_believes_it(make: Callable[[], Sample], variant: Variant) -> None:
    sample = make()
    assert sample.evil in believed(variant.make(sample), sample.claim, sample.keys)
