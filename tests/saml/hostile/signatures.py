"""Signatures that are missing, empty, by the wrong key, of a forbidden kind, or over something else."""

import base64
import copy
import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path

from lxml import etree

from provisioning.keys import KeyPair
from tests.http.client import DIGID_KEYS
from tests.saml.hostile.careless import XPATH, XSLT
from tests.saml.hostile.forging import (
    COMMENTS,
    DS,
    ENVELOPED,
    EXCLUSIVE,
    INCLUSIVE,
    MORE,
    Form,
    canonical,
    in_base64,
    key_value,
    sign,
    x509,
)
from tests.saml.hostile.samples import STRANGER, Sample
from tests.saml.hostile.variants import Variant
from tests.saml.provider import KEYS, found

Element = etree._Element
_STYLESHEET = (
    '<x:stylesheet xmlns:x="http://www.w3.org/1999/XSL/Transform" version="1.0"><x:output method="text"/>'
    '<x:template match="/">anything</x:template></x:stylesheet>'
)
_ENDLESS = _STYLESHEET.replace(
    ">anything<",
    '><x:call-template name="again"/></x:template><x:template name="again"><x:call-template name="again"/><',
)
_ELSEWHERE = Path(tempfile.gettempdir()) / "digid-machtigen-reference.xml"


def _edited(edit: Callable[[Element, Element], None]) -> Callable[[Sample], bytes]:
    """Forge the claim in a message whose signature is then edited: `edit(signed element, its signature)`."""

    def make(sample: Sample) -> bytes:
        root = sample.signed()
        part = sample.part(root)
        found(root, f".//{{*}}{sample.claim}").text = sample.evil
        edit(part, found(part, "d:Signature"))
        return etree.tostring(root)

    return make


def _sealed(
    form: Form, keys: Callable[[Sample], KeyPair] = lambda sample: sample.keys, secret: str = ""
) -> Callable[[Sample], bytes]:
    """Let somebody sign the forged claim, in some form."""

    def make(sample: Sample) -> bytes:
        root = sample.forged()
        hidden = {"certificate": sample.keys.certificate, "": ""}[secret]
        sign(sample.part(root), keys(sample), form, secret=hidden.encode())
        return etree.tostring(root)

    return make


def _empty(_: Element, signature: Element) -> None:
    for child in list(signature):
        signature.remove(child)


def _no_value(_: Element, signature: Element) -> None:
    found(signature, "d:SignatureValue").text = ""


def _renamed(_: Element, signature: Element) -> None:
    for element in signature.iter():
        element.tag = f"{{urn:other}}{etree.QName(element).localname}"


def _foreign(_: Element, signature: Element) -> None:
    signature.tag = "{urn:other}Signature"
    _no_value(_, signature)


def _removed(part: Element, signature: Element) -> None:
    part.remove(signature)


def _other_key(_: Sample) -> KeyPair:
    return STRANGER


def _other_role(sample: Sample) -> KeyPair:
    """Return a partner of ours, but not one that may send this message."""
    return KEYS if sample.keys is DIGID_KEYS else DIGID_KEYS


def _other_part(sample: Sample) -> Element:
    return sample.part(sample.forged())


def _digest(part: Element) -> str:
    return base64.b64encode(hashlib.sha256(canonical(part)).digest()).decode()


def _unsigned_digest(root: Element, sample: Sample) -> str:
    """Return the digest of the forgery, which the sender did not sign."""
    part = sample.part(root)
    signature = found(part, "d:Signature")
    place = part.index(signature)
    part.remove(signature)
    digest = _digest(part)
    part.insert(place, signature)
    return digest


def _commented(sample: Sample) -> bytes:
    """Keep the digest that the sender signed, and bring that of the forgery along in a comment before it."""
    root = sample.signed()
    found(root, f".//{{*}}{sample.claim}").text = sample.evil
    value = found(sample.part(root), "d:Signature//d:DigestValue")
    comment = etree.Comment(_unsigned_digest(root, sample))
    comment.tail, value.text = value.text, None
    value.insert(0, comment)
    return etree.tostring(root)


def _two_infos(sample: Sample, *, first: bool) -> bytes:
    """Bring a second SignedInfo along, with the digest of the forgery; the sender signed the other."""
    root = sample.signed()
    found(root, f".//{{*}}{sample.claim}").text = sample.evil
    info = found(sample.part(root), "d:Signature/d:SignedInfo")
    other = copy.deepcopy(info)
    found(other, ".//d:DigestValue").text = _unsigned_digest(root, sample)
    if first:
        info.addprevious(other)
    else:
        info.addnext(other)
    return etree.tostring(root)


def _manifest(sample: Sample) -> bytes:
    """Sign a Manifest, whose own references nobody has to check."""
    root = sample.forged()
    part = sample.part(root)
    manifest = f'<ds:Manifest xmlns:ds="{DS}" Id="_m"><ds:Reference URI="#{part.get("ID")}"/></ds:Manifest>'
    octets = canonical(etree.fromstring(manifest))
    form = Form(
        uri="#_m",
        transforms=(EXCLUSIVE,),
        type=f"{DS}Manifest",
        octets=lambda _: octets,
        inside=f"<ds:Object>{manifest}</ds:Object>",
    )
    sign(part, sample.keys, form)
    return etree.tostring(root)


def _outside(sample: Sample) -> bytes:
    _ELSEWHERE.write_bytes(b"<anything/>")
    return bytes(_sealed(Form(uri=f"file://{_ELSEWHERE}", octets=lambda _: b"<anything/>"))(sample))


def _retrieved(sample: Sample) -> bytes:
    """Let KeyInfo point to a key elsewhere in the message."""
    method = f'<ds:KeyInfo><ds:RetrievalMethod URI="#_k" Type="{DS}X509Data"/></ds:KeyInfo>'
    certificate = f"<ds:X509Certificate>{STRANGER.certificate_body}</ds:X509Certificate>"
    inside = f'<ds:Object><ds:X509Data Id="_k">{certificate}</ds:X509Data></ds:Object>'
    return bytes(_sealed(Form(key_info=method, inside=inside), _other_key)(sample))


def _whole(element: Element) -> bytes:
    return canonical(element.getroottree().getroot())


def _transform(*transforms: str, octets: bytes | None = None) -> Callable[[Sample], bytes]:
    return _sealed(Form(transforms=transforms, octets=(lambda _: octets) if octets is not None else None))


_MISSING = {
    "removed": _edited(_removed),
    "empty": _edited(_empty),
    "without a value": _edited(_no_value),
    "in another namespace": _edited(_renamed),
    "itself in another namespace": _edited(_foreign),
}
_KEYS = {
    "a stranger's key": _sealed(Form(key_info=x509(STRANGER)), _other_key),
    "a stranger's key as KeyValue": _sealed(Form(key_info=key_value(STRANGER)), _other_key),
    "a stranger's key, retrieved": _retrieved,
    "a partner's key of another role": lambda sample: _sealed(Form(key_info=x509(_other_role(sample))), _other_role)(
        sample
    ),
    "HMAC-SHA1 with the certificate": _sealed(Form(method=f"{DS}hmac-sha1"), secret="certificate"),
    "HMAC-SHA256 with the certificate": _sealed(Form(method=f"{MORE}hmac-sha256"), secret="certificate"),
}
_ALGORITHMS = {
    "RSA-SHA1": _sealed(Form(method=f"{DS}rsa-sha1")),
    "RSA-MD5": _sealed(Form(method=f"{MORE}rsa-md5")),
    "SHA-1 digest": _sealed(Form(digest=f"{DS}sha1")),
    "MD5 digest": _sealed(Form(digest=f"{MORE}md5")),
    "inclusive canonical form of SignedInfo": _sealed(Form(canonical=INCLUSIVE)),
    "canonical form of SignedInfo with comments": _sealed(Form(canonical=COMMENTS)),
}
_REFERENCES = {
    "none": _sealed(Form(references=0)),
    "two": _sealed(Form(references=2)),
    "the whole document": _sealed(Form(uri="", octets=_whole)),
    "without URI": _sealed(Form(uri=None, octets=_whole)),
    "XPointer to the root": _sealed(Form(uri="#xpointer(/)", octets=_whole)),
    "XPointer to the ID": lambda sample: _sealed(Form(uri=f"#xpointer(id('{_other_part(sample).get('ID')}'))"))(sample),
    "a file": _outside,
    "a Manifest": _manifest,
    "with a Type": _sealed(Form(type=f"{DS}Object")),
    "to an ID that is not there": _sealed(Form(uri="#_nowhere", octets=_whole)),
}
_TRANSFORMS = {
    "none": _transform(),
    "enveloped alone": _transform(ENVELOPED),
    "canonical form alone": _transform(EXCLUSIVE),
    "the wrong way round": _transform(EXCLUSIVE, ENVELOPED),
    "twice": _transform(ENVELOPED, EXCLUSIVE, EXCLUSIVE),
    "inclusive canonical form": _transform(ENVELOPED, INCLUSIVE),
    "with comments": _transform(ENVELOPED, COMMENTS),
    "XSLT": _transform(f"{XSLT}|{_STYLESHEET}", octets=b"anything"),
    "XPath": _transform(f"{XPATH}|<ds:XPath>false()</ds:XPath>", octets=b""),
    "base64": _sealed(Form(transforms=(f"{DS}base64",), octets=in_base64)),
}


_WRONG = "<ds:DigestValue>AAAA</ds:DigestValue>"
_DIGESTS = {
    "in a comment": _commented,
    "a second one behind": _sealed(Form(digests=f"{{digest}}{_WRONG}")),
    "a second one before": _sealed(Form(digests=f"{_WRONG}{{digest}}")),
    "in a second SignedInfo behind": lambda sample: _two_infos(sample, first=False),
    "in a second SignedInfo before": lambda sample: _two_infos(sample, first=True),
}

_FAMILIES = {
    "signature missing": _MISSING,
    "key": _KEYS,
    "algorithm": _ALGORITHMS,
    "reference": _REFERENCES,
    "transform": _TRANSFORMS,
    "digest": _DIGESTS,
}
VARIANTS = [Variant(family, name, make) for family, makes in _FAMILIES.items() for name, make in makes.items()]
VARIANTS.append(
    Variant("transform", "XSLT without end", _transform(f"{XSLT}|{_ENDLESS}", octets=b"anything"), fools=False)
)
