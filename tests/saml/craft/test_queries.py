import base64
import re
from collections.abc import Callable
from urllib.parse import parse_qs, quote, quote_plus

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft import gate
from chalicelib.saml.craft.decoding import deflate
from chalicelib.saml.craft.keys import Certificate
from chalicelib.saml.craft.queries import RSA_SHA256, extended
from chalicelib.saml.craft.shapes import AUTHN_REQUEST
from tests.saml.provider import KEYS, FakeProvider, private_key

PROVIDER = FakeProvider()
CERTIFICATE = Certificate.from_base64(KEYS.certificate_body)
RELAY = "a b+c/d=é'(~)*!$@,;:"
RELAYS = (RELAY, "~/Home/Index", "https://www.example/~afdeling/start", "ss:mem:x", "/", "a%2Fb", "~", "'", "%7E")

Encoder = Callable[[str], str]


def _upper(unreserved: str, space: str = "%20") -> Encoder:
    def encode(text: str) -> str:
        written = "".join(
            chr(octet)
            if chr(octet).isascii() and (chr(octet).isalnum() or chr(octet) in "-._" + unreserved)
            else f"%{octet:02X}"
            for octet in text.encode()
        )
        return written.replace("%20", space)

    return encode


def _lower(encoder: Encoder) -> Encoder:
    return lambda text: re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), encoder(text))


ENCODERS: dict[str, Encoder] = {
    "PHP's urlencode": _upper("", "+"),
    "PHP's rawurlencode": _upper("~"),
    "Python's quote_plus": quote_plus,
    "Python's quote": quote,
    "encodeURIComponent": _upper("!'()*~"),
    "Java's URLEncoder": _upper("*", "+"),
    "Go's QueryEscape": _upper("~", "+"),
    ".NET's HttpUtility": _lower(_upper("!*()", "+")),
    ".NET's WebUtility": _upper("!*()", "+"),
    ".NET's EscapeDataString": _upper("~"),
    "older .NET's EscapeDataString": _upper("!'()*~"),
    "Shibboleth's SP": _lower(_upper("!'()*$")),
    "mod_auth_mellon": _lower(_upper("~")),
}


def _query(
    encode: Encoder, algorithm: str = RSA_SHA256, relay_state: str = RELAY, others: Encoder | None = None
) -> dict[str, list[str]]:
    """Sign a query; `others` encodes what is not the RelayState."""
    message = base64.b64encode(deflate(etree.tostring(PROVIDER.request()))).decode()
    parts = [("SAMLRequest", message), ("RelayState", relay_state), ("SigAlg", algorithm)]
    octets = "&".join(
        f"{name}={(encode if name == 'RelayState' or others is None else others)(value)}" for name, value in parts
    )
    signature = base64.b64encode(private_key(KEYS).sign(octets.encode(), PKCS1v15(), hashes.SHA256())).decode()
    return parse_qs(f"{octets}&Signature={quote_plus(signature)}", keep_blank_values=True)


def _accept(query: dict[str, list[str]]) -> bytes:
    return gate.from_query(query, "SAMLRequest", AUTHN_REQUEST).accept([CERTIFICATE])


@pytest.mark.parametrize("relay_state", RELAYS)
@pytest.mark.parametrize("name", ENCODERS)
def test_every_way_in_which_real_senders_encode_verifies(name: str, relay_state: str) -> None:
    assert b"AuthnRequest" in _accept(_query(ENCODERS[name], relay_state=relay_state))


@pytest.mark.parametrize("others", ENCODERS)
@pytest.mark.parametrize("name", ENCODERS)
def test_a_relay_state_may_be_encoded_by_another_encoder_than_the_rest(name: str, others: str) -> None:
    assert b"AuthnRequest" in _accept(_query(ENCODERS[name], others=ENCODERS[others]))


def test_an_empty_relay_state_may_be_covered_or_left_out() -> None:
    assert _accept(_query(quote_plus, relay_state=""))
    query = parse_qs(PROVIDER.query(PROVIDER.request()))
    assert _accept({**query, "RelayState": [""]})


@pytest.mark.parametrize(
    "changed", ["~/Home/index", "~/Home/Index/", "~%2FHome%2FIndex", "%7E/Home/Index", " ~/Home/Index"]
)
def test_another_relay_state_is_refused_however_it_would_be_written(changed: str) -> None:
    with pytest.raises(InvalidMessage, match="does not verify"):
        _accept({**_query(ENCODERS["PHP's urlencode"], relay_state="~/Home/Index"), "RelayState": [changed]})


@pytest.mark.parametrize(
    "encoding", ["rubbish", "", "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:", "\u0000", "é" * 5000]
)
def test_an_encoding_that_the_binding_does_not_have_is_refused_in_words(encoding: str) -> None:
    with pytest.raises(InvalidMessage, match="SAMLEncoding"):
        _accept({**_query(quote_plus), "SAMLEncoding": [encoding]})


def test_the_one_encoding_that_the_binding_has_may_be_named_once() -> None:
    deflated = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"
    assert _accept({**_query(quote_plus), "SAMLEncoding": [deflated]})
    with pytest.raises(InvalidMessage, match="SAMLEncoding"):
        _accept({**_query(quote_plus), "SAMLEncoding": [deflated, deflated]})


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


@pytest.mark.parametrize(
    ("location", "whole"),
    [
        ("https://sp.example/acs", "https://sp.example/acs?a=b"),
        ("https://sp.example/acs?tenant=1", "https://sp.example/acs?tenant=1&a=b"),
        ("https://sp.example/acs#/back?now", "https://sp.example/acs?a=b#/back?now"),
    ],
)
def test_a_query_is_added_where_it_is_sent(location: str, whole: str) -> None:
    assert extended(location, "a=b") == whole
