"""The gate lets in what its sender signed, and nothing else (security.md section 1)."""

import base64
import copy
import time
import zlib
from collections.abc import Callable

import pytest
import xmlsec
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml import gate
from chalicelib.saml.decoding import LARGEST_MESSAGE, deflate, from_base64, inflate
from chalicelib.saml.keys import Certificate, check_libraries
from chalicelib.saml.shapes import AUTHN_REQUEST
from local.keys import new_key_pair
from tests.saml.provider import ENTITY_ID, KEYS, NAMES, FakeProvider, found

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


def test_lxml_and_xmlsec_bundle_the_same_libxml2() -> None:
    check_libraries()


def _unsigned(root: etree._Element) -> None:
    root.remove(found(root, "d:Signature"))


def _attribute_changed(root: etree._Element) -> None:
    root.set("AttributeConsumingServiceIndex", "3")


def _issuer_changed(root: etree._Element) -> None:
    root[0].text = "https://other.example"


def _element_added(root: etree._Element) -> None:
    root.append(etree.fromstring(f'<p:Scoping xmlns:p="{NAMES["p"]}"/>'))


def _signed_twice(root: etree._Element) -> None:
    root.insert(2, copy.deepcopy(root[1]))


def _signature_last(root: etree._Element) -> None:
    root.append(root[1])
    root.append(etree.fromstring(f'<p:NameIDPolicy xmlns:p="{NAMES["p"]}"/>'))


def _foreign_signature(root: etree._Element) -> None:
    root[1].tag = "{urn:other}Signature"


def _wrapped(root: etree._Element) -> None:
    """Move the signed request inside, and let an unsigned one lead."""
    inner = copy.deepcopy(root)
    root.set("ID", "_evil")
    extensions = etree.fromstring(f'<p:Extensions xmlns:p="{NAMES["p"]}"/>')
    extensions.append(inner)
    root.insert(2, extensions)


def _wrapped_in_its_signature(root: etree._Element) -> None:
    inner = copy.deepcopy(root)
    inner.remove(inner[1])
    root.set("ID", "_evil")
    etree.SubElement(root[1], f"{DS}Object").append(inner)


def _same_id_twice(root: etree._Element) -> None:
    root[0].set("ID", root.get("ID", ""))


def _xml_id(root: etree._Element) -> None:
    root.set("{http://www.w3.org/XML/1998/namespace}id", root.get("ID", ""))


def _comment(root: etree._Element) -> None:
    root[0].append(etree.Comment("x"))


def _instruction(root: etree._Element) -> None:
    root[0].append(etree.ProcessingInstruction("x", "y"))


def _whole_document(root: etree._Element) -> None:
    found(root, ".//d:Reference").set("URI", "")


def _outside_reference(root: etree._Element) -> None:
    found(root, ".//d:Reference").set("URI", "http://localhost:1/x")


def _two_references(root: etree._Element) -> None:
    reference = found(root, ".//d:Reference")
    reference.addnext(copy.deepcopy(reference))


def _no_reference(root: etree._Element) -> None:
    found(root, ".//d:SignedInfo").remove(found(root, ".//d:Reference"))


def _transform(algorithm: str) -> Callable[[etree._Element], None]:
    def change(root: etree._Element) -> None:
        found(root, ".//d:Transform").set("Algorithm", algorithm)

    return change


def _method(algorithm: str) -> Callable[[etree._Element], None]:
    def change(root: etree._Element) -> None:
        found(root, ".//d:SignatureMethod").set("Algorithm", algorithm)

    return change


def _digest(algorithm: str) -> Callable[[etree._Element], None]:
    def change(root: etree._Element) -> None:
        found(root, ".//d:DigestMethod").set("Algorithm", algorithm)

    return change


HOSTILE = {
    "unsigned": _unsigned,
    "an attribute changed": _attribute_changed,
    "the issuer changed": _issuer_changed,
    "an element added": _element_added,
    "signed twice": _signed_twice,
    "the signature elsewhere": _signature_last,
    "a signature of another namespace": _foreign_signature,
    "wrapped in Extensions": _wrapped,
    "wrapped in an Object": _wrapped_in_its_signature,
    "an ID used twice": _same_id_twice,
    "xml:id": _xml_id,
    "a comment": _comment,
    "an instruction": _instruction,
    "the whole document referred to": _whole_document,
    "something outside referred to": _outside_reference,
    "two references": _two_references,
    "no reference": _no_reference,
    "XSLT": _transform("http://www.w3.org/TR/1999/REC-xslt-19991116"),
    "XPath": _transform("http://www.w3.org/TR/1999/REC-xpath-19991116"),
    "base64 transform": _transform("http://www.w3.org/2000/09/xmldsig#base64"),
    "RSA-SHA1": _method("http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
    "HMAC": _method("http://www.w3.org/2000/09/xmldsig#hmac-sha1"),
    "RSA-MD5": _method("http://www.w3.org/2001/04/xmldsig-more#rsa-md5"),
    "SHA-1 digest": _digest("http://www.w3.org/2000/09/xmldsig#sha1"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_message_that_was_tampered_with_is_refused_and_the_genuine_one_still_works(name: str) -> None:
    message = signed()
    hostile = copy.deepcopy(message)
    HOSTILE[name](hostile)
    started = time.perf_counter()
    with pytest.raises(InvalidMessage):
        accept(hostile)
    assert time.perf_counter() - started < 1
    assert accept(message)


def test_a_stranger_who_puts_their_own_certificate_in_the_message_is_refused() -> None:
    stranger = FakeProvider(STRANGER)
    message = stranger.sign(stranger.request())
    info = etree.SubElement(message[1], f"{DS}KeyInfo")
    data = etree.SubElement(info, f"{DS}X509Data")
    etree.SubElement(data, f"{DS}X509Certificate").text = STRANGER.certificate_body
    with pytest.raises(InvalidMessage, match="does not verify"):
        accept(message)


def test_a_signature_with_the_public_key_as_secret_is_refused() -> None:
    message = PROVIDER.request()
    template = xmlsec.template.create(message, xmlsec.Transform.EXCL_C14N, xmlsec.Transform.HMAC_SHA256)
    reference = xmlsec.template.add_reference(template, xmlsec.Transform.SHA256, uri=f"#{message.get('ID')}")
    xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
    xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
    message.insert(1, template)
    context = xmlsec.SignatureContext()
    context.register_id(message, "ID")
    context.key = xmlsec.Key.from_binary_data(xmlsec.KeyData.HMAC, KEYS.certificate.encode())
    context.sign(template)
    with pytest.raises(InvalidMessage, match="algorithm not allowed"):
        accept(message)


ENTITY = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no xml",
        b"<a/><b/>",
        b"<p:Response xmlns:p='urn:oasis:names:tc:SAML:2.0:protocol'/>",
        ENTITY + b"<a>&b;</a>",
        b'<!DOCTYPE x SYSTEM "http://localhost:1/x.dtd"><x/>',
        "<a>é</a>".encode("utf-16"),
        b'<?xml version="1.0" encoding="UTF-7"?><a/>',
        b"<a>" * 20_000 + b"</a>" * 20_000,
        b"<a " + b" ".join(b"x%d=''" % number for number in range(5000)) + b"/>",
        b"<a>" + b"<b/>" * 10_000 + b"</a>",
        b"<a>" + b"x" * LARGEST_MESSAGE + b"</a>",
    ],
    ids=lambda raw: raw[:24].decode("ascii", "replace"),
)
def test_what_is_no_message_is_refused_before_anything_is_done_with_it(raw: bytes) -> None:
    with pytest.raises(InvalidMessage):
        accept(raw)


@pytest.mark.parametrize("text", ["%%%", "PGEvPg", "PGEv\tPg==", "PGEvPg== ", "\u0430GEvPg==", "A" * 400_000])
def test_base64_is_read_strictly(text: str) -> None:
    with pytest.raises(InvalidMessage):
        from_base64(text)


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


@given(st.binary(max_size=400))
def test_nothing_but_a_refusal_comes_of_noise(noise: bytes) -> None:
    with pytest.raises(InvalidMessage):
        accept(noise)


@given(st.integers(0, 4000), st.integers(1, 255))
def test_one_changed_byte_is_refused_or_changes_nothing_that_is_read(place: int, change: int) -> None:
    raw = bytearray(etree.tostring(SIGNED))
    raw[place % len(raw)] ^= change
    try:
        octets = accept(bytes(raw))
    except InvalidMessage:
        return
    assert octets == accept(SIGNED)


SIGNED = signed()
