"""The gate lets in what its sender signed, and nothing else (security.md section 1)."""

import base64
import zlib

import pytest
from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft import gate
from chalicelib.saml.craft.decoding import LARGEST_MESSAGE, deflate, from_base64, inflate
from chalicelib.saml.craft.keys import Certificate
from chalicelib.saml.craft.shapes import AUTHN_REQUEST
from provisioning.keys import new_key_pair
from tests.saml.provider import ENTITY_ID, KEYS, NAMES, FakeProvider

PROVIDER = FakeProvider()
CERTIFICATE = Certificate.from_base64(KEYS.certificate_body)
STRANGER = new_key_pair("stranger")
DS = f"{{{NAMES['d']}}}"


def signed() -> etree._Element:
    return PROVIDER.sign(PROVIDER.request())


def accept(message: etree._Element | bytes, certificates: list[Certificate] | None = None) -> bytes:
    raw = message if isinstance(message, bytes) else etree.tostring(message)
    form = {"SAMLRequest": [base64.b64encode(raw).decode()]}
    return gate.from_post(form, "SAMLRequest", AUTHN_REQUEST).accept(certificates or [CERTIFICATE])


def test_a_genuine_message_is_handed_on_without_its_signature() -> None:
    message = signed()
    octets = etree.fromstring(accept(message))
    assert octets.get("ID") == message.get("ID")
    assert octets.find("d:Signature", NAMES) is None
    assert octets.findtext("a:Issuer", "", NAMES) == ENTITY_ID


def test_a_message_with_white_space_around_its_signature_is_genuine_too() -> None:
    request = PROVIDER.request()
    request[0].tail = "\n  text "
    message = PROVIDER.sign(request)
    assert etree.fromstring(accept(message)).get("ID") == request.get("ID")


def test_one_of_two_certificates_is_enough_during_a_roll_over() -> None:
    other = Certificate.from_base64(STRANGER.certificate_body)
    assert accept(signed(), [other, CERTIFICATE])


@pytest.mark.parametrize("text", ["%%%", "PGEvPg", "PGEv\tPg==", "PGEvPg== ", "\u0430GEvPg==", "A" * 400_000])
def test_base64_is_read_strictly(text: str) -> None:
    with pytest.raises(InvalidMessage):
        from_base64(text)


@pytest.mark.parametrize(("text", "others"), [("PGE!\u20ac", 2), ("A!" * 40_000, 40_000), ("PGEv\r\nPg", 0)])
def test_what_is_no_base64_is_told_by_how_much_of_it_is_not(text: str, others: int) -> None:
    with pytest.raises(InvalidMessage) as refused:
        from_base64(text)
    assert refused.value.received == f"{len(text)} characters, of which {others} are none of base64"


def test_inflating_stops_at_the_limit_and_wants_nothing_behind_it() -> None:
    assert inflate(deflate(b"x" * LARGEST_MESSAGE)) == b"x" * LARGEST_MESSAGE
    for hostile in (
        deflate(b"x" * (LARGEST_MESSAGE + 1)),
        deflate(b"x" * 10**8),
        deflate(b"x") + b"y",
        zlib.compress(b"x"),
    ):
        with pytest.raises(InvalidMessage):
            inflate(hostile)
