"""Gate, step 4: enveloped XML signatures. Strict in what is accepted, plain in what is made (security.md section 1)."""

import base64
import hashlib
from collections.abc import Callable, Iterable
from typing import Any

import xmlsec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml.keys import Certificate, PrivateKey
from chalicelib.saml.names import ENVELOPED, EXCLUSIVE_C14N, SIGNATURE, tag
from chalicelib.saml.parsing import only, text_of

_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
SIGNATURE_METHODS = (f"{_MORE}rsa-sha256", f"{_MORE}rsa-sha384", f"{_MORE}rsa-sha512")
_DIGESTS: dict[str, Callable[[bytes], Any]] = {
    "http://www.w3.org/2001/04/xmlenc#sha256": hashlib.sha256,
    f"{_MORE}sha384": hashlib.sha384,
    "http://www.w3.org/2001/04/xmlenc#sha512": hashlib.sha512,
}
DIGEST_METHODS = tuple(_DIGESTS)
_SIGNED_INFO_FORM = (
    f'<ds:SignedInfo xmlns:ds="{SIGNATURE}">'
    f'<ds:CanonicalizationMethod Algorithm="{EXCLUSIVE_C14N}"></ds:CanonicalizationMethod>'
    f'<ds:SignatureMethod Algorithm="{_MORE}rsa-sha256"></ds:SignatureMethod><ds:Reference URI="#{{id}}">'
    f'<ds:Transforms><ds:Transform Algorithm="{ENVELOPED}"></ds:Transform>'
    f'<ds:Transform Algorithm="{EXCLUSIVE_C14N}"></ds:Transform></ds:Transforms>'
    '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>'
    "<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
)
"""In exclusive canonical form, ready to be signed (XML Signature 4.4)."""
_SIGNED_INFO = ["CanonicalizationMethod", "SignatureMethod", "Reference"]
_REFERENCE = ["Transforms", "DigestMethod", "DigestValue"]
_KEY_INFO = frozenset(
    {"KeyInfo", "KeyName", "X509Data", "X509Certificate", "KeyValue", "RSAKeyValue", "Modulus", "Exponent"}
)


def verified(element: etree._Element, certificates: Iterable[Certificate]) -> bytes:
    """Return the octets of an element that its own signature covers, without that signature.

    What is returned is what was digested, so whoever reads it reads what was signed. The key comes from
    `certificates`, never from the message. Raises `InvalidMessage`.
    """
    signature = only(element, "ds:Signature")
    digest = _check_form(signature, element)
    if not _verifies(signature, element, certificates):
        raise InvalidMessage("signature does not verify")
    octets = _octets_without(signature, element)
    if not _same(digest, octets, signature):
        raise InvalidMessage("digest does not fit")
    return octets


def sign(element: etree._Element, key: PrivateKey, *, after: str = "saml:Issuer", certificate: bool = True) -> None:
    """Sign an element in place with RSA-SHA256; the signature comes right behind its child `after`, or first.

    The key is named in it, and shown unless `certificate` is False: the national profile wants the name alone (1.7).

    What is signed is written down in its canonical form at once, so that only the RSA operation takes time: xmlsec
    would set up a key per signature, which costs half as much again (docs/performance.md).
    """
    digest = base64.b64encode(hashlib.sha256(_canonical(element)).digest()).decode()
    info = _SIGNED_INFO_FORM.format(id=element.get("ID"), digest=digest)
    value = base64.b64encode(key.private_key.sign(info.encode(), PKCS1v15(), SHA256())).decode()
    shown = f"<ds:X509Data><ds:X509Certificate>{key.certificate.base64}</ds:X509Certificate></ds:X509Data>"
    signature = etree.fromstring(
        f'<ds:Signature xmlns:ds="{SIGNATURE}">{info}<ds:SignatureValue>{value}</ds:SignatureValue><ds:KeyInfo>'
        f"<ds:KeyName>{key.certificate.key_name}</ds:KeyName>{shown if certificate else ''}</ds:KeyInfo></ds:Signature>"
    )
    before = element.find(tag(after))
    element.insert(0 if before is None else element.index(before) + 1, signature)


def _check_form(signature: etree._Element, element: etree._Element) -> str:
    """Check all that decides what is signed and how, before any of it is carried out. Returns the digest method."""
    names = [etree.QName(child).localname for child in signature]
    if names not in (["SignedInfo", "SignatureValue"], ["SignedInfo", "SignatureValue", "KeyInfo"]):
        raise InvalidMessage("unusual signature")
    if any(etree.QName(child).namespace != SIGNATURE for child in signature.iter() if not _inclusive(child)):
        raise InvalidMessage("foreign element in a signature")
    info = signature[0]
    if [etree.QName(child).localname for child in info] != _SIGNED_INFO:
        raise InvalidMessage("not one reference")
    canonical, method, reference = info
    if canonical.get("Algorithm") != EXCLUSIVE_C14N or method.get("Algorithm") not in SIGNATURE_METHODS or len(method):
        raise InvalidMessage("algorithm not allowed")
    if not element.get("ID") or reference.get("URI") != f"#{element.get('ID')}" or reference.get("Type"):
        raise InvalidMessage("reference to something else")
    if [etree.QName(child).localname for child in reference] != _REFERENCE:
        raise InvalidMessage("unusual reference")
    if [transform.get("Algorithm") for transform in reference[0]] != [ENVELOPED, EXCLUSIVE_C14N] or len(
        reference[0][0]
    ):
        raise InvalidMessage("transform not allowed")
    if len(names) > 2 and not _KEY_INFO.issuperset(etree.QName(child).localname for child in signature[2].iter()):  # noqa: PLR2004
        raise InvalidMessage("unusual key info")
    digest = reference[1].get("Algorithm", "")
    if digest not in _DIGESTS or len(reference[1]):
        raise InvalidMessage("algorithm not allowed")
    return digest


def _verifies(signature: etree._Element, element: etree._Element, certificates: Iterable[Certificate]) -> bool:
    for certificate in certificates:
        context = xmlsec.SignatureContext()
        context.key = certificate.xmlsec_key
        context.register_id(element, "ID")
        try:
            context.verify(signature)
        except xmlsec.Error:
            continue
        return True
    return False


def _octets_without(signature: etree._Element, element: etree._Element) -> bytes:
    prefixes = _inclusive_prefixes(signature)
    tail, place = signature.tail, element.index(signature)
    element.remove(signature)
    # Text behind a signature belongs to its parent, and to what was digested.
    if tail:
        _append_text(element, place, tail)
    octets = _canonical(element, prefixes)
    signature.tail = None
    return octets


def _canonical(element: etree._Element, prefixes: list[str] | None = None) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False, inclusive_ns_prefixes=prefixes)


def _append_text(element: etree._Element, place: int, tail: str) -> None:
    if place == 0:
        element.text = (element.text or "") + tail
    else:
        element[place - 1].tail = (element[place - 1].tail or "") + tail


def _same(digest: str, octets: bytes, signature: etree._Element) -> bool:
    stated = base64.b64decode("".join(text_of(signature[0][2][2]).split()))
    return bool(_DIGESTS[digest](octets).digest() == stated)


def _inclusive(element: etree._Element) -> bool:
    return element.tag == f"{{{EXCLUSIVE_C14N}}}InclusiveNamespaces"


def _inclusive_prefixes(signature: etree._Element) -> list[str] | None:
    listed = [child.get("PrefixList", "") for child in signature[0][2][0][1] if _inclusive(child)]
    return listed[0].split() if listed else None
