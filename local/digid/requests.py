"""What DigiD takes: an AuthnRequest or an ArtifactResolve. It is as strict as DigiD, and in the same way (digid.md)."""

import base64
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from lxml import etree

from local.digid.known import Known
from local.digid.names import CLASSES, NAMES, SAML, verifies

WITHIN = timedelta(minutes=2)
"""How far the IssueInstant of a message may be off, and how long an answer is good."""
_ARTIFACT, _POST = f"{SAML}:bindings:HTTP-Artifact", f"{SAML}:bindings:HTTP-POST"


class NobodyKnown(Exception):
    """Not signed, or not by one whom DigiD knows: it answers 404, and nothing goes to anybody."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a service provider asks: who it is, and where the answer goes."""

    request_id: str
    issuer: str
    consumer: str
    relay_state: str
    level: str
    """Lowest level, as a number in text; `10` if none is asked."""
    refused: str = ""
    """Why the request is invalid, if it is: then the answer is RequestDenied."""


def read_redirect(query: str, known: Known, address: str, now: datetime, *, by_artifact: bool = True) -> Asked:
    """Read a request from a query string as received. Only the first key of the metadata is tried.

    Raises `NobodyKnown`.
    """
    parts = query.split("&")
    signed = "&".join(part for part in parts if part.split("=")[0] in ("SAMLRequest", "RelayState", "SigAlg"))
    given = {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}
    try:
        signature = base64.b64decode(given["Signature"])
        root = etree.fromstring(zlib.decompress(base64.b64decode(given["SAMLRequest"]), -15))
    except (KeyError, ValueError, zlib.error, etree.XMLSyntaxError):
        raise NobodyKnown("not a signed request") from None
    _check_sender(root, known, now)
    _check_query(signed, signature, known.named(None))
    return _asked(root, given.get("RelayState", ""), known, address, now, by_artifact=by_artifact)


def read_post(form: Mapping[str, str], known: Known, address: str, now: datetime, *, by_artifact: bool = True) -> Asked:
    """Read a request from a form, signed inside by the key that it names. Raises `NobodyKnown`."""
    try:
        root = etree.fromstring(base64.b64decode(form["SAMLRequest"]))
    except (KeyError, ValueError, etree.XMLSyntaxError):
        raise NobodyKnown("not a request") from None
    _check_sender(root, known, now)
    _check_signature(root, known)
    return _asked(root, form.get("RelayState", ""), known, address, now, by_artifact=by_artifact)


@dataclass(frozen=True, slots=True)
class Resolve:
    """What a service provider asks about an artifact."""

    resolve_id: str
    issuer: str
    artifact: str
    valid: bool


def read_resolve(body: bytes, known: Known, now: datetime) -> Resolve:
    """Read an ArtifactResolve, in any envelope. Raises `NobodyKnown`."""
    try:
        root = etree.fromstring(body).find(".//p:ArtifactResolve", NAMES)
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        raise NobodyKnown("no ArtifactResolve")
    _check_sender(root, known, now)
    _check_signature(root, known)
    valid = bool(root.get("ID")) and root.get("Version") == "2.0" and _on_time(root, now)
    artifact = root.findtext("p:Artifact", "", NAMES)
    return Resolve(root.get("ID", ""), _issuer(root), artifact, valid)


def _check_sender(root: etree._Element, known: Known, now: datetime) -> None:
    if _issuer(root) != known.entity_id:
        raise NobodyKnown("an unknown issuer")
    if not known.counts(now):
        raise NobodyKnown("a certificate in the metadata is not valid")


def _check_signature(root: etree._Element, known: Known) -> None:
    certificate = known.named(root.findtext("d:Signature/d:KeyInfo/d:KeyName", None, NAMES))
    if certificate is None or not verifies(root, certificate):
        raise NobodyKnown("the signature does not verify")


def _check_query(signed: str, signature: bytes, certificate: str | None) -> None:
    key = x509.load_pem_x509_certificate((certificate or "").encode()).public_key()
    if not isinstance(key, RSAPublicKey):
        raise NobodyKnown("not an RSA key")
    try:
        key.verify(signature, signed.encode(), PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        raise NobodyKnown("the signature does not verify") from None


def _asked(
    root: etree._Element, relay_state: str, known: Known, address: str, now: datetime, *, by_artifact: bool
) -> Asked:
    consumer = _consumer(root, known, _ARTIFACT if by_artifact else _POST)
    if consumer is None:
        raise NobodyKnown("nowhere to answer to")
    reference = root.findtext(".//a:AuthnContextClassRef", "", NAMES).rpartition(":")[2]
    level = next((number for number, name in CLASSES.items() if name == reference), "10")
    refused = _invalid(root, address, now)
    return Asked(root.get("ID", ""), _issuer(root), consumer, relay_state, level, refused)


def _consumer(root: etree._Element, known: Known, binding: str) -> str | None:
    """Return where the answer goes: an address of the binding by which DigiD answers, whatever binding is asked."""
    consumers = [(str(index), address) for index, offered, address in known.consumers if offered == binding]
    named, index = root.get("AssertionConsumerServiceURL"), root.get("AssertionConsumerServiceIndex")
    if named is not None:
        return next((address for _, address in consumers if address == named), None)
    return next((address for number, address in consumers if index in (None, number)), None)


def _invalid(root: etree._Element, address: str, now: datetime) -> str:
    """Return what makes a request invalid, or nothing."""
    contexts = root.findall("p:RequestedAuthnContext", NAMES)
    references = root.findall("p:RequestedAuthnContext/a:AuthnContextClassRef", NAMES)
    by_address = {"AssertionConsumerServiceURL", "ProtocolBinding"} & set(root.keys())
    checks = {
        "not an AuthnRequest": root.tag == f"{{{NAMES['p']}}}AuthnRequest",
        "ID or Version": bool(root.get("ID")) and root.get("Version") == "2.0",
        "IssueInstant": _on_time(root, now),
        "Destination": bool(root.get("Destination")) and address.startswith(root.get("Destination", "")),
        "an index beside an address": not (by_address and root.get("AssertionConsumerServiceIndex") is not None),
        "AuthnContextClassRef": len(references) == len(contexts) <= 1,
        "Comparison": all(context.get("Comparison") == "minimum" for context in contexts),
        "NameIDPolicy": root.find("p:NameIDPolicy", NAMES) is None,
        "IsPassive": root.get("IsPassive") not in ("true", "1"),
    }
    return next((what for what, right in checks.items() if not right), "")


def _issuer(root: etree._Element) -> str:
    return root.findtext("a:Issuer", "", NAMES).strip()


def _on_time(root: etree._Element, now: datetime) -> bool:
    try:
        return abs(now - datetime.fromisoformat(root.get("IssueInstant", ""))) <= WITHIN
    except (ValueError, TypeError):
        return False
