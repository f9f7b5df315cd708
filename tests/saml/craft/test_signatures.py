"""Signatures count by their sender's key in metadata; what else they hold is not looked at (security.md section 1)."""

import base64

import pytest
from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft.keys import Certificate
from chalicelib.saml.craft.parsing import parse
from chalicelib.saml.craft.signatures import verified
from provisioning.keys import new_key_pair
from tests.saml.hostile.forging import DS, EXCLUSIVE, Form, canonical, sign, x509
from tests.saml.provider import KEYS, NAMES, FakeProvider, found

CERTIFICATE = Certificate.from_base64(KEYS.certificate_body)
STRANGER = new_key_pair("stranger")
SAML = 'xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion"'

KEY_INFOS = {
    "the subject alone, as Shibboleth does by default": "<ds:X509Data><ds:X509SubjectName>CN=x</ds:X509SubjectName>"
    "</ds:X509Data>",
    "issuer and serial number": "<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>CN=x</ds:X509IssuerName>"
    "<ds:X509SerialNumber>1</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>",
    "a revocation list": "<ds:X509Data><ds:X509CRL>AAAA</ds:X509CRL></ds:X509Data>",
    "a reference to a token": '<w:SecurityTokenReference xmlns:w="urn:wsse"><w:Reference URI="#x"/>'
    "</w:SecurityTokenReference>",
    "a way to fetch a key": '<ds:RetrievalMethod URI="http://127.0.0.1:9/key"/>',
    "a stranger's certificate": x509(STRANGER).removeprefix("<ds:KeyInfo>").removesuffix("</ds:KeyInfo>"),
    "a key of another kind": "<ds:KeyValue><ds:DSAKeyValue/></ds:KeyValue>",
    "nothing": "",
}


def signed(form: Form | None = None) -> etree._Element:
    root = FakeProvider().request()
    sign(root, KEYS, form)
    return root


def accepted(root: etree._Element) -> bytes:
    return verified(parse(etree.tostring(root)), [CERTIFICATE])


@pytest.mark.parametrize("content", KEY_INFOS)
def test_what_key_info_holds_is_not_looked_at(content: str) -> None:
    root = signed(Form(key_info=f"<ds:KeyInfo>{KEY_INFOS[content]}</ds:KeyInfo>"))
    assert root.get("ID", "").encode() in accepted(root)


def test_a_certificate_in_key_info_gives_no_one_the_right_to_sign() -> None:
    root = FakeProvider().request()
    sign(root, STRANGER, Form(key_info=x509(STRANGER)))
    with pytest.raises(InvalidMessage, match="does not verify"):
        accepted(root)


def test_a_second_key_info_or_one_before_the_value_is_refused() -> None:
    for place in (0, 1, 3):
        root = signed(Form(key_info="<ds:KeyInfo/>"))
        found(root, "d:Signature").insert(place, etree.Element(f"{{{DS}}}KeyInfo"))
        with pytest.raises(InvalidMessage, match="unusual signature"):
            accepted(root)


def test_an_id_inside_key_info_may_not_be_that_of_the_message() -> None:
    root = signed(Form(key_info='<ds:KeyInfo Id="{id}"/>'))
    found(root, "d:Signature/d:KeyInfo").set("Id", root.get("ID", ""))
    with pytest.raises(InvalidMessage, match="ID is used twice"):
        accepted(root)


PREFIXED = f"""<s:Envelope xmlns:s="urn:soap" xmlns:xs="urn:xs" xmlns:ds="{DS}" {SAML}><a:Assertion ID="_inner">
<a:Issuer>x</a:Issuer><a:Value xmlns:u="urn:u" t="xs:string">1</a:Value></a:Assertion></s:Envelope>"""


def _listing(prefixes: str) -> Form:
    inclusive = f'<ec:InclusiveNamespaces xmlns:ec="{EXCLUSIVE}" PrefixList="{prefixes}"/>'
    octets = PREFIXED[PREFIXED.index("<a:Assertion") : PREFIXED.index("</s:Envelope>")]
    # In the canonical form each listed prefix stands on the element that is signed, though it is declared further out.
    scope = f'<a:Assertion xmlns:a="{NAMES["a"]}" xmlns:ds="{DS}" xmlns:xs="urn:xs" ID="_inner">'
    return Form(
        transforms=(Form().transforms[0], f"{EXCLUSIVE}|{inclusive}"),
        octets=lambda _: (
            canonical(etree.fromstring(octets.replace('<a:Assertion ID="_inner">', scope)))
            .replace(scope.replace(f' xmlns:ds="{DS}" xmlns:xs="urn:xs"', "").encode(), scope.encode())
            .replace(b' xmlns:u="urn:u"', b"")
        ),
    )


def test_a_prefix_may_be_listed_that_is_declared_outside_of_what_is_signed() -> None:
    envelope = etree.fromstring(PREFIXED)
    sign(found(envelope, "a:Assertion"), KEYS, _listing("ds xs"))
    inner = found(parse(etree.tostring(envelope)), "a:Assertion")
    before = etree.tostring(inner)
    octets = verified(inner, [CERTIFICATE])
    assert octets.startswith(f'<a:Assertion xmlns:a="{NAMES["a"]}" xmlns:ds="{DS}" xmlns:xs="urn:xs" ID'.encode())
    assert etree.tostring(inner) == before, "what stands inside another element is left as it is"


@pytest.mark.parametrize(
    "listed", [" ".join(f"a{number}" for number in range(17)), "x" * 513], ids=["seventeen prefixes", "one of 513"]
)
def test_a_prefix_list_is_bounded_before_anything_is_canonicalised(listed: str) -> None:
    for place in ("d:SignedInfo/d:CanonicalizationMethod", "d:SignedInfo/d:Reference/d:Transforms/d:Transform[2]"):
        root = signed()
        holder = found(found(root, "d:Signature"), place)
        etree.SubElement(holder, f"{{{EXCLUSIVE}}}InclusiveNamespaces", PrefixList=listed)
        with pytest.raises(InvalidMessage, match="PrefixList"):
            accepted(root)


def test_who_cannot_sign_does_not_make_us_canonicalise_the_message() -> None:
    """Shown with a message that has no canonical form: that matters only where its sender signed it."""
    for keys, reason in ((STRANGER, "signature does not verify"), (KEYS, "no canonical form")):
        root = FakeProvider().request(inside='<a:Issuer xmlns:r="relative"/>')
        sign(root, keys, Form(octets=lambda _: b"anything"))
        with pytest.raises(InvalidMessage, match=reason):
            verified(root, [CERTIFICATE])


def test_a_value_that_is_no_base64_or_far_too_long_is_refused() -> None:
    for value in ("%%%", "A" * 5000, base64.b64encode(b"x").decode()):
        root = signed()
        found(root, "d:Signature/d:SignatureValue").text = value
        with pytest.raises(InvalidMessage):
            accepted(root)
