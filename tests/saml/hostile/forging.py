"""Enveloped signatures in every form, the forbidden ones too: made by hand, so that nothing refuses to make them."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from lxml import etree

from provisioning.keys import KeyPair
from tests.saml.provider import NAMES, private_key

DS, MORE, ENC = "http://www.w3.org/2000/09/xmldsig#", "http://www.w3.org/2001/04/xmldsig-more#", NAMES["e"]
EXCLUSIVE, COMMENTS = "http://www.w3.org/2001/10/xml-exc-c14n#", "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
ENVELOPED = f"{DS}enveloped-signature"

HASHES: dict[str, hashes.HashAlgorithm] = {
    f"{MORE}rsa-sha256": hashes.SHA256(),
    f"{MORE}rsa-sha512": hashes.SHA512(),
    f"{MORE}rsa-md5": hashes.MD5(),  # noqa: S303 - to be refused
    f"{DS}rsa-sha1": hashes.SHA1(),  # noqa: S303 - to be refused
}
HMACS = {f"{MORE}hmac-sha256": "sha256", f"{DS}hmac-sha1": "sha1"}
DIGESTS = {f"{ENC}sha256": "sha256", f"{MORE}md5": "md5", f"{DS}sha1": "sha1"}

SAME = "#its own ID"


@dataclass(frozen=True, slots=True)
class Form:
    """How a signature is made. The default is the one form that is allowed."""

    method: str = f"{MORE}rsa-sha256"
    digest: str = f"{ENC}sha256"
    canonical: str = EXCLUSIVE
    transforms: tuple[str, ...] = (ENVELOPED, EXCLUSIVE)
    """Algorithms; one with content is written `algorithm|content`."""
    uri: str | None = SAME
    type: str = ""
    references: int = 1
    digests: str = "{digest}"
    """What stands for the digest value; `{digest}` is the right one."""
    key_info: str = ""
    inside: str = ""
    """What else stands in the Signature."""
    octets: Callable[[etree._Element], bytes] | None = field(default=None, repr=False)
    """What is digested, when it is not the canonical form of the element."""


def canonical(element: etree._Element, method: str = EXCLUSIVE) -> bytes:
    exclusive, comments = method.startswith(EXCLUSIVE), method.endswith("WithComments")
    return etree.tostring(element, method="c14n", exclusive=exclusive, with_comments=comments)


def sign(element: etree._Element, keys: KeyPair, form: Form | None = None, *, secret: bytes = b"") -> etree._Element:
    """Sign an element in place and return the Signature: behind its Issuer, or first where it has none."""
    form = form or Form()
    octets = form.octets(element) if form.octets else canonical(element, _last_canonical(form))
    reference = _reference(element, form, hashlib.new(DIGESTS[form.digest], octets).digest())
    signature = etree.fromstring(
        f'<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{form.canonical}"/>'
        f'<ds:SignatureMethod Algorithm="{form.method}"/>{reference * form.references}</ds:SignedInfo>'
        f"<ds:SignatureValue/>{form.key_info}{form.inside}</ds:Signature>"
    )
    issuer = element.find("a:Issuer", NAMES)
    element.insert(0 if issuer is None else element.index(issuer) + 1, signature)
    # In its place, because the inclusive canonical form depends on what is around it.
    value = _value(canonical(signature[0], form.canonical), form.method, keys, secret)
    signature[1].text = base64.b64encode(value).decode()
    return signature


def in_base64(element: etree._Element) -> bytes:
    """Read the text of an element as base64, as that transform does."""
    text = "".join(character for character in str(element.xpath("string()")) if character.isalnum())
    return base64.b64decode(text[: len(text) // 4 * 4])


def x509(keys: KeyPair) -> str:
    body = f"<ds:X509Certificate>{keys.certificate_body}</ds:X509Certificate>"
    return f"<ds:KeyInfo><ds:X509Data>{body}</ds:X509Data></ds:KeyInfo>"


def key_value(keys: KeyPair) -> str:
    numbers = private_key(keys).public_key().public_numbers()
    modulus, exponent = (
        base64.b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).decode()
        for number in (numbers.n, numbers.e)
    )
    rsa = f"<ds:RSAKeyValue><ds:Modulus>{modulus}</ds:Modulus><ds:Exponent>{exponent}</ds:Exponent></ds:RSAKeyValue>"
    return f"<ds:KeyInfo><ds:KeyValue>{rsa}</ds:KeyValue></ds:KeyInfo>"


def _reference(element: etree._Element, form: Form, digest: bytes) -> str:
    uri = f"#{element.get('ID')}" if form.uri == SAME else form.uri
    where = "" if uri is None else f' URI="{uri}"'
    kind = f' Type="{form.type}"' if form.type else ""
    parts = (transform.partition("|") for transform in form.transforms)
    transforms = "".join(f'<ds:Transform Algorithm="{name}">{content}</ds:Transform>' for name, _, content in parts)
    return (
        f"<ds:Reference{where}{kind}><ds:Transforms>{transforms}</ds:Transforms>"
        f'<ds:DigestMethod Algorithm="{form.digest}"/>'
        f"{form.digests.format(digest=f'<ds:DigestValue>{base64.b64encode(digest).decode()}</ds:DigestValue>')}"
        "</ds:Reference>"
    )


def _last_canonical(form: Form) -> str:
    named = [name for name in form.transforms if name in (EXCLUSIVE, COMMENTS, INCLUSIVE)]
    return named[-1] if named else INCLUSIVE


def _value(octets: bytes, method: str, keys: KeyPair, secret: bytes) -> bytes:
    if method in HMACS:
        return hmac.new(secret, octets, HMACS[method]).digest()
    return private_key(keys).sign(octets, PKCS1v15(), HASHES[method])
