import base64
from urllib.parse import parse_qs, quote, quote_plus

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml import gate
from chalicelib.saml.decoding import deflate
from chalicelib.saml.keys import Certificate
from chalicelib.saml.queries import RSA_SHA256
from chalicelib.saml.shapes import AUTHN_REQUEST
from tests.saml.provider import KEYS, FakeProvider

PROVIDER = FakeProvider()
CERTIFICATE = Certificate.from_base64(KEYS.certificate_body)
RELAY = "a b+c/d=é'(~)*!"

ENCODERS = {
    "quote_plus": quote_plus,
    "percent-encoded": lambda text: quote(text, safe=""),
    "lower-case hex": lambda text: "".join(
        part.lower() if part.startswith("%") else part for part in _split(quote_plus(text))
    ),
    "encodeURIComponent": lambda text: quote(text, safe="!'()*~"),
    "Java": lambda text: quote(text, safe="*").replace("%20", "+"),
}


def _split(text: str) -> list[str]:
    parts, place = [], 0
    while place < len(text):
        size = 3 if text[place] == "%" else 1
        parts.append(text[place : place + size])
        place += size
    return parts


def _query(encode: object, algorithm: str = RSA_SHA256) -> dict[str, list[str]]:
    message = base64.b64encode(deflate(etree.tostring(PROVIDER.request()))).decode()
    parts = [("SAMLRequest", message), ("RelayState", RELAY), ("SigAlg", algorithm)]
    octets = "&".join(f"{name}={encode(value)}" for name, value in parts)  # type: ignore[operator]
    key = serialization.load_pem_private_key(KEYS.key.encode(), None)
    assert isinstance(key, RSAPrivateKey)
    signature = base64.b64encode(key.sign(octets.encode(), PKCS1v15(), hashes.SHA256())).decode()
    return parse_qs(f"{octets}&Signature={quote_plus(signature)}")


def _accept(query: dict[str, list[str]]) -> bytes:
    return gate.from_query(query, "SAMLRequest", AUTHN_REQUEST).accept([CERTIFICATE])


@pytest.mark.parametrize("name", ENCODERS)
def test_every_way_in_which_real_senders_encode_verifies(name: str) -> None:
    assert b"AuthnRequest" in _accept(_query(ENCODERS[name]))


@pytest.mark.parametrize(
    "change",
    [
        {"RelayState": ["another"]},
        {"RelayState": []},
        {"SigAlg": ["http://www.w3.org/2000/09/xmldsig#rsa-sha1"]},
        {"SigAlg": []},
        {"Signature": []},
        {"Signature": ["AAAA"]},
        {"SAMLRequest": ["AAAA"]},
        {"SAMLResponse": ["AAAA"]},
    ],
)
def test_a_query_that_was_changed_is_refused(change: dict[str, list[str]]) -> None:
    query = {name: values for name, values in {**_query(quote_plus), **change}.items() if values}
    with pytest.raises(InvalidMessage):
        _accept(query)


@pytest.mark.parametrize("name", ["SAMLRequest", "RelayState", "SigAlg", "Signature"])
def test_a_parameter_that_comes_twice_is_refused(name: str) -> None:
    query = _query(quote_plus)
    with pytest.raises(InvalidMessage):
        _accept({**query, name: query[name] * 2})


def test_a_message_signed_inside_does_not_count_in_a_query() -> None:
    message = base64.b64encode(deflate(etree.tostring(PROVIDER.sign(PROVIDER.request())))).decode()
    query = {**_query(quote_plus), "SAMLRequest": [message]}
    with pytest.raises(InvalidMessage, match="signed twice"):
        _accept(query)


@pytest.mark.parametrize(("length", "right"), [(80, True), (81, False)])
def test_relay_state_is_eighty_bytes_at_most(length: int, right: bool) -> None:  # noqa: FBT001 - a table
    form = {name: [value] for name, value in PROVIDER.post_form(PROVIDER.request(), "é" * (length // 2)).items()}
    form["RelayState"][0] += "x" * (length % 2)
    if right:
        assert gate.from_post(form, "SAMLRequest", AUTHN_REQUEST).relay_state == form["RelayState"][0]
    else:
        with pytest.raises(InvalidMessage, match="RelayState"):
            gate.from_post(form, "SAMLRequest", AUTHN_REQUEST)
