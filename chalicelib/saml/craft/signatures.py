"""Gate, step 4: enveloped XML signatures. Strict in what is accepted, plain in what is made (security.md section 1)."""

import base64
import hashlib
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from typing import Any, NamedTuple

import xmlsec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft.decoding import from_base64
from chalicelib.saml.craft.keys import HASHES, Certificate, PrivateKey, by_none
from chalicelib.saml.craft.parsing import alone, canonical, only, plain_text
from chalicelib.saml.craft.uris import ENVELOPED, EXCLUSIVE_C14N, SIGNATURE, named, tag

_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
SIGNATURE_METHODS = tuple(HASHES)
_DIGESTS: dict[str, Callable[[bytes], Any]] = {
    "http://www.w3.org/2001/04/xmlenc#sha256": hashlib.sha256,
    f"{_MORE}sha384": hashlib.sha384,
    "http://www.w3.org/2001/04/xmlenc#sha512": hashlib.sha512,
}
DIGEST_METHODS = tuple(_DIGESTS)
_SIGNED_INFO = ["CanonicalizationMethod", "SignatureMethod", "Reference"]
_REFERENCE = ["Transforms", "DigestMethod", "DigestValue"]


def _ds(name: str, *children: etree._Element, **attributes: str) -> etree._Element:
    element = etree.Element(tag(f"ds:{name}"), attributes, nsmap={"ds": SIGNATURE})
    element.extend(children)
    return element


_FORM = _ds(
    "Signature",
    _ds(
        "SignedInfo",
        _ds("CanonicalizationMethod", Algorithm=EXCLUSIVE_C14N),
        _ds("SignatureMethod", Algorithm=f"{_MORE}rsa-sha256"),
        _ds(
            "Reference",
            _ds("Transforms", _ds("Transform", Algorithm=ENVELOPED), _ds("Transform", Algorithm=EXCLUSIVE_C14N)),
            _ds("DigestMethod", Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"),
            _ds("DigestValue"),
        ),
    ),
    _ds("SignatureValue"),
    _ds("KeyInfo", _ds("KeyName"), _ds("X509Data", _ds("X509Certificate"))),
)
"""A signature of ours, to be filled in (XML Signature 4)."""
_MOST_PREFIXES, _LONGEST_LIST, _LONGEST_VALUE = 16, 512, 4096
"""Of a PrefixList, which makes canonicalisation dear, in prefixes and characters; characters of a value in base64."""


def verified(element: etree._Element, certificates: Iterable[Certificate]) -> bytes:
    """Return the octets of an element that its own signature covers, without that signature.

    What is returned is what was digested, so whoever reads it reads what was signed. The key comes from
    `certificates`, never from the message: KeyInfo is not looked at. Nothing but SignedInfo is put in canonical form
    before one of these keys is known to have signed it: a stranger makes us do little. An element that stands inside
    another is left as it is. Raises `InvalidMessage`.
    """
    signature = only(element, "ds:Signature")
    digest = _check_form(signature, element)
    signer = _signer(signature, tuple(certificates))
    if element.getparent() is not None:
        element = alone(element)
        signature = only(element, "ds:Signature")
    fits = _verifies(signature, element, signer)
    octets = _octets_without(signature, element)
    stated, made = _decoded(signature[0][2][2]), _DIGESTS[digest](octets).digest()
    if not fits or stated != made:
        raise InvalidMessage("digest does not fit", received=_beginning(stated), expected=_beginning(made))
    return octets


class Signature(NamedTuple):
    """One that we make: of the element with an ID, RSA-SHA256, right behind its Issuer, or first where it has none."""

    over: str
    key: PrivateKey
    certificate: bool = True
    """Whether it shows the certificate: the national profile wants the name of the key alone (1.7)."""
    named: bool = True
    """Whether it names the key: Shibboleth's metadata filter knows our certificate alone, which has no such name."""


def signed(octets: bytes, signatures: Iterable[Signature]) -> bytes:
    """Return a document of our own with signatures, made in this order: what stands inside another is signed first."""
    root = etree.fromstring(octets)
    for one in signatures:
        _sign(next(element for element in root.iter() if element.get("ID") == one.over), one)
    return etree.tostring(root, encoding="utf-8", xml_declaration=False)


def _sign(element: etree._Element, wanted: Signature) -> None:
    """Sign an element in place. Only the RSA operation takes time: xmlsec would set up a key per signature, which costs
    half as much again (docs/performance.md).
    """
    signature, key = deepcopy(_FORM), wanted.key
    info, value, key_info = signature
    reference = info[2]
    reference.set("URI", f"#{wanted.over}")
    reference[2].text = base64.b64encode(hashlib.sha256(canonical(element)).digest()).decode()
    value.text = base64.b64encode(key.private_key.sign(canonical(info), PKCS1v15(), SHA256())).decode()
    name, shown = key_info
    name.text, shown[0].text = key.certificate.key_name, key.certificate.base64
    for part, there in ((name, wanted.named), (shown, wanted.certificate)):
        if not there:
            key_info.remove(part)
    issuer = element.find(tag("saml:Issuer"))
    element.insert(0 if issuer is None else element.index(issuer) + 1, signature)


def _check_form(signature: etree._Element, element: etree._Element) -> str:
    """Check all that decides what is signed and how, before any of it is carried out. Returns the digest method."""
    names = [etree.QName(child).localname for child in signature]
    if names not in (["SignedInfo", "SignatureValue"], ["SignedInfo", "SignatureValue", "KeyInfo"]):
        raise InvalidMessage("unusual signature", received=names, expected="SignedInfo, SignatureValue, KeyInfo")
    info, value = signature[0], signature[1]
    inside = (one for part in (info, value) for one in part.iter() if not _inclusive(one))
    foreign = next((one for one in (*signature, *inside) if etree.QName(one).namespace != SIGNATURE), None)
    if foreign is not None:
        expected = f"elements of {SIGNATURE}"
        raise InvalidMessage("foreign element in a signature", received=named(foreign), expected=expected)
    if (parts := [etree.QName(child).localname for child in info]) != _SIGNED_INFO:
        raise InvalidMessage("not one reference", received=parts, expected=_SIGNED_INFO)
    how, method, reference = info
    if how.get("Algorithm") != EXCLUSIVE_C14N:
        raise InvalidMessage("algorithm not allowed", received=how.get("Algorithm", ""), expected=EXCLUSIVE_C14N)
    _check_algorithm(method, SIGNATURE_METHODS)
    _check_length(value)
    _check_prefixes(how)
    return _check_reference(reference, element)


def _check_reference(reference: etree._Element, element: etree._Element) -> str:
    wanted = f"#{element.get('ID', '')}"
    if wanted == "#" or reference.get("URI") != wanted or reference.get("Type"):
        received = [reference.get("URI", ""), reference.get("Type", "")]
        expected = f"{wanted} alone" if wanted != "#" else "the ID of what is signed, which has none"
        raise InvalidMessage("reference to something else", received=received, expected=expected)
    if (parts := [etree.QName(child).localname for child in reference]) != _REFERENCE:
        raise InvalidMessage("unusual reference", received=parts, expected=_REFERENCE)
    transforms, method, value = reference
    algorithms = [one.get("Algorithm", "") for one in transforms]
    if algorithms != [ENVELOPED, EXCLUSIVE_C14N] or len(transforms[0]):
        raise InvalidMessage("transform not allowed", received=algorithms, expected=[ENVELOPED, EXCLUSIVE_C14N])
    _check_prefixes(transforms[1])
    _check_algorithm(method, DIGEST_METHODS)
    _check_length(value)
    return method.get("Algorithm", "")


def _check_algorithm(method: etree._Element, allowed: Sequence[str]) -> None:
    if method.get("Algorithm") not in allowed or len(method):
        received = [method.get("Algorithm", ""), *map(named, method)]
        raise InvalidMessage("algorithm not allowed", received=received, expected=f"one of {', '.join(allowed)}")


def _check_length(value: etree._Element) -> None:
    if (length := len(plain_text(value))) > _LONGEST_VALUE:
        reason = f"{etree.QName(value).localname} too long"
        raise InvalidMessage(reason, received=f"{length} characters", expected=f"at most {_LONGEST_VALUE}")


def _check_prefixes(transform: etree._Element) -> None:
    """Bound what is looked for at every element, before anything is put in canonical form."""
    if len(transform) > 1 or any(not _inclusive(child) or len(child) for child in transform):
        received = list(map(named, transform))
        raise InvalidMessage("unusual canonicalisation", received=received, expected="InclusiveNamespaces at most")
    listed = transform[0].get("PrefixList", "") if len(transform) else ""
    if len(listed) > _LONGEST_LIST or len(listed.split()) > _MOST_PREFIXES:
        raise InvalidMessage(
            "PrefixList too long", received=f"{len(listed.split())} prefixes", expected=f"at most {_MOST_PREFIXES}"
        )


def _signer(signature: etree._Element, certificates: Sequence[Certificate]) -> Certificate:
    """Return whose key signed SignedInfo. Raises `InvalidMessage`."""
    info = alone(signature[0])
    octets, value = canonical(info, _prefixes(info[0])), _decoded(signature[1])
    algorithm = info[1].get("Algorithm", "")
    for certificate in certificates:
        try:
            certificate.public_key.verify(value, octets, PKCS1v15(), HASHES[algorithm])
        except InvalidSignature:
            continue
        return certificate
    raise by_none(certificates, algorithm, value)


def _verifies(signature: etree._Element, element: etree._Element, certificate: Certificate) -> bool:
    # KeyInfo is nobody's business: not even there when a second pair of eyes looks at what we digest ourselves.
    for key_info in list(signature)[2:]:
        signature.remove(key_info)
    context = xmlsec.SignatureContext()
    context.key = certificate.xmlsec_key
    context.register_id(element, "ID")
    try:
        context.verify(signature)
    except xmlsec.Error:
        return False
    return True


def _octets_without(signature: etree._Element, element: etree._Element) -> bytes:
    prefixes = _prefixes(signature[0][2][0][1])
    tail, place = signature.tail, element.index(signature)
    element.remove(signature)
    # Text behind a signature belongs to its parent, and to what was digested.
    if tail:
        _append_text(element, place, tail)
    octets = canonical(element, prefixes)
    signature.tail = None
    return octets


def _append_text(element: etree._Element, place: int, tail: str) -> None:
    if place == 0:
        element.text = (element.text or "") + tail
    else:
        element[place - 1].tail = (element[place - 1].tail or "") + tail


def _beginning(digest: bytes) -> str:
    return f"{digest[:8].hex(':')}…"


def _decoded(element: etree._Element) -> bytes:
    return from_base64("".join(plain_text(element).split()))


def _inclusive(element: etree._Element) -> bool:
    return element.tag == f"{{{EXCLUSIVE_C14N}}}InclusiveNamespaces"


def _prefixes(transform: etree._Element) -> list[str] | None:
    return transform[0].get("PrefixList", "").split() if len(transform) else None
