"""A verifier that is careless on purpose. It believes any signature it finds, anywhere, in any form, by any key that
the message brings along; it follows entities; and it reads whatever stands first, last or in front of a comment.
"""

import base64
import hashlib
import hmac
import itertools
from collections.abc import Iterator
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from lxml import etree

from provisioning.keys import KeyPair
from tests.saml.hostile.forging import DIGESTS, DS, ENVELOPED, HASHES, HMACS, INCLUSIVE, canonical, in_base64
from tests.saml.provider import NAMES

XSLT, XPATH = "http://www.w3.org/TR/1999/REC-xslt-19991116", "http://www.w3.org/TR/1999/REC-xpath-19991116"
_IDS = ("ID", "Id", "id", "AssertionID", "{http://www.w3.org/XML/1998/namespace}id")


def believed(message: bytes, claim: str, sender: KeyPair) -> set[str]:
    """Return every value of a claim that a careless reader would take from a message; nothing if it is not let in."""
    parser = etree.XMLParser(
        resolve_entities=True, load_dtd=True, attribute_defaults=True, no_network=False, huge_tree=True, recover=True
    )
    root = etree.fromstring(message, parser)
    if not _let_in(root, sender):
        return set()
    root.getroottree().xinclude()
    return {
        reading
        for element in root.iter(f"{{*}}{claim}")
        for reading in ((element.text or "").strip(), str(element.xpath("string()")).strip())
    }


def _let_in(root: etree._Element, sender: KeyPair) -> bool:
    signatures = [one for one in root.iter(f"{{{DS}}}Signature") if one.findtext(f"{{{DS}}}SignatureValue", "").strip()]
    return not signatures or any(_verifies(signature, root, sender) for signature in signatures)


def _verifies(signature: etree._Element, root: etree._Element, sender: KeyPair) -> bool:
    value = base64.b64decode(signature.findtext("d:SignatureValue", "", NAMES))
    infos = signature.findall("d:SignedInfo", NAMES)
    if not any(_right(info, value, key) for info in infos for key in _keys(signature, sender)):
        return False
    references = [reference for info in infos for reference in info.findall("d:Reference", NAMES)]
    return not references or any(_fits(reference, signature, root) for reference in references)


def _right(info: etree._Element, value: bytes, key: RSAPublicKey | bytes) -> bool:
    method = info.find("d:SignatureMethod", NAMES)
    how = info.find("d:CanonicalizationMethod", NAMES)
    if method is None or how is None:
        return False
    octets, name = canonical(info, how.get("Algorithm", "")), method.get("Algorithm", "")
    if isinstance(key, bytes):
        return name in HMACS and hmac.digest(key, octets, HMACS[name]) == value
    try:
        key.verify(value, octets, PKCS1v15(), HASHES[name])
    except (InvalidSignature, KeyError):
        return False
    return True


def _keys(signature: etree._Element, sender: KeyPair) -> Iterator[RSAPublicKey | bytes]:
    yield sender.certificate.encode()
    bodies = (body.text or "" for body in signature.getroottree().getroot().iter(f"{{{DS}}}X509Certificate"))
    for body in itertools.chain([sender.certificate_body], bodies):
        key = x509.load_der_x509_certificate(base64.b64decode(body)).public_key()
        assert isinstance(key, RSAPublicKey)
        yield key
    for value in signature.iter(f"{{{DS}}}RSAKeyValue"):
        exponent, modulus = (
            int.from_bytes(base64.b64decode(value.findtext(f"d:{name}", "", NAMES)), "big")
            for name in ("Exponent", "Modulus")
        )
        yield RSAPublicNumbers(exponent, modulus).public_key()


def _fits(reference: etree._Element, signature: etree._Element, root: etree._Element) -> bool:
    digest = DIGESTS[reference.find("d:DigestMethod", NAMES).get("Algorithm", "")]  # type: ignore[union-attr]
    stated = {
        base64.b64decode(text)
        for value in signature.iter(f"{{{DS}}}DigestValue")
        for text in (
            value.text or "",
            str(value.xpath("string()")),
            *(note.text or "" for note in value.iter(etree.Comment)),
        )
    }
    wanted = (hashlib.new(digest, octets).digest() for octets in _octets(reference, signature, root))
    return any(found in stated for found in wanted)


def _octets(reference: etree._Element, signature: etree._Element, root: etree._Element) -> Iterator[bytes]:
    uri = reference.get("URI", "")
    if uri.startswith("file:"):
        yield Path(uri.removeprefix("file://")).read_bytes()
        return
    name = uri.removeprefix("#").removeprefix("xpointer(id('").removesuffix("'))")
    targets = [one for one in root.iter(etree.Element) if name in {one.get(attribute) for attribute in _IDS}] or [root]
    for target in targets:
        yield _transformed(target, reference, signature)


def _transformed(target: etree._Element, reference: etree._Element, signature: etree._Element) -> bytes:
    transforms = list(reference.iterfind("d:Transforms/d:Transform", NAMES))
    names = [transform.get("Algorithm", "") for transform in transforms]
    for transform, name in zip(transforms, names, strict=True):
        if name == XSLT:
            return bytes(etree.XSLT(etree.fromstring(etree.tostring(transform[0])))(target))
        if name == XPATH:
            return b""
    parent = signature.getparent()
    inside = parent is not None and target in signature.iterancestors()
    if parent is not None and inside:
        place = parent.index(signature)
        parent.remove(signature)
    if f"{DS}base64" in names:
        octets = in_base64(target)
    else:
        octets = canonical(target, next((name for name in reversed(names) if name != ENVELOPED), INCLUSIVE))
    if parent is not None and inside:
        parent.insert(place, signature)
    return octets
