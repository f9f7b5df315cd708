"""What the simulator reads and says: an AuthnRequest in, a Response out, metadata (combiconnect.md 2.5, 3.6)."""

import base64
import hashlib
import secrets
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from xml.sax.saxutils import escape, quoteattr

import xmlsec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from lxml import etree

from operate.keys import KeyPair

SAML = "urn:oasis:names:tc:SAML:2.0"
NAMES = {"p": f"{SAML}:protocol", "a": f"{SAML}:assertion", "m": f"{SAML}:metadata", "d": xmlsec.constants.DSigNs}
CLASSES = {"10": "PasswordProtectedTransport", "20": "MobileTwoFactorContract", "25": "Smartcard", "30": "SmartcardPKI"}
_LIFE = timedelta(minutes=2)


class WrongRequest(Exception):
    """The request cannot be read or was not signed by who sent it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a service provider asks: who it is, and where the answer goes."""

    request_id: str
    issuer: str
    consumer: str
    relay_state: str
    level: str
    """Lowest level, as a number in text; `10` if none is asked."""
    by_artifact: bool = False
    """Whether the answer goes by Artifact; else by POST."""


def read_redirect(query: str, message: str, signature: str, relay_state: str, certificate: str) -> Asked:
    """Read a request from a query string as received. Raises `WrongRequest`."""
    signed = "&".join(
        part for part in query.split("&") if part.split("=")[0] in ("SAMLRequest", "RelayState", "SigAlg")
    )
    key = x509.load_pem_x509_certificate(certificate.encode()).public_key()
    if not isinstance(key, RSAPublicKey):
        raise WrongRequest("not an RSA key")
    try:
        key.verify(base64.b64decode(signature), signed.encode(), PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        raise WrongRequest("the signature does not verify") from None
    return _asked(etree.fromstring(zlib.decompress(base64.b64decode(message), -15)), relay_state)


def read_post(message: str, relay_state: str, certificate: str) -> Asked:
    """Read a request from a form, signed inside. Raises `WrongRequest`."""
    root = etree.fromstring(base64.b64decode(message))
    _verify(root, certificate)
    return _asked(root, relay_state)


def certificate_in(metadata: bytes) -> str:
    """Return the signing certificate in a service provider's metadata, as PEM."""
    body = etree.fromstring(metadata).findtext(".//d:X509Certificate", "", NAMES)
    return f"-----BEGIN CERTIFICATE-----\n{body.strip()}\n-----END CERTIFICATE-----\n"


def success(asked: Asked, bsn: str, level: str, entity_id: str, keys: KeyPair, at: datetime) -> str:
    """Return the value of SAMLResponse for someone who signed in: assertion and Response signed."""
    now, until = _written(at), _written(at + _LIFE)
    assertion = f"""<a:Assertion xmlns:a="{NAMES["a"]}" ID="{_id()}" Version="2.0" IssueInstant="{now}">
<a:Issuer>{escape(entity_id)}</a:Issuer>
<a:Subject><a:NameID>s00000000:{bsn}</a:NameID><a:SubjectConfirmation Method="{SAML}:cm:bearer">
<a:SubjectConfirmationData InResponseTo={quoteattr(asked.request_id)} Recipient={quoteattr(asked.consumer)}
 NotOnOrAfter="{until}"/>
</a:SubjectConfirmation></a:Subject>
<a:Conditions NotBefore="{_written(at - _LIFE)}" NotOnOrAfter="{until}">
<a:AudienceRestriction><a:Audience>{escape(asked.issuer)}</a:Audience></a:AudienceRestriction>
</a:Conditions>
<a:AuthnStatement AuthnInstant="{now}" SessionIndex="{secrets.token_hex(8)}"><a:AuthnContext>
<a:AuthnContextClassRef>{SAML}:ac:classes:{CLASSES[level]}</a:AuthnContextClassRef>
</a:AuthnContext></a:AuthnStatement>
</a:Assertion>"""
    inside = etree.tostring(signed(etree.fromstring(assertion), keys)).decode()
    return _response(asked, f'<p:StatusCode Value="{SAML}:status:Success"/>', inside, entity_id, keys, at)


def cancelled(asked: Asked, entity_id: str, keys: KeyPair, at: datetime) -> str:
    """Return the value of SAMLResponse for someone who chose to cancel."""
    status = f"""<p:StatusCode Value="{SAML}:status:Responder"><p:StatusCode Value="{SAML}:status:AuthnFailed"/>
</p:StatusCode><p:StatusMessage>Authentication cancelled</p:StatusMessage>"""
    return _response(asked, status, "", entity_id, keys, at)


def metadata(entity_id: str, sign_on: str, keys: KeyPair, until: datetime, resolution: str = "") -> bytes:
    """Return the simulator's signed metadata; `resolution` is where artifacts are resolved, if they are."""
    endpoints = "".join(
        f'<m:SingleSignOnService Binding="{SAML}:bindings:{binding}" Location={quoteattr(sign_on)}/>'
        for binding in ("HTTP-Redirect", "HTTP-POST")
    )
    artifacts = (
        f'<m:ArtifactResolutionService Binding="{SAML}:bindings:SOAP" Location={quoteattr(resolution)} index="0"/>'
    )
    document = f"""<m:EntityDescriptor xmlns:m="{NAMES["m"]}" xmlns:d="{NAMES["d"]}" ID="{_id()}"
 entityID={quoteattr(entity_id)} validUntil="{_written(until)}">
<m:IDPSSODescriptor protocolSupportEnumeration="{NAMES["p"]}" WantAuthnRequestsSigned="true">
<m:KeyDescriptor use="signing"><d:KeyInfo><d:X509Data>
<d:X509Certificate>{keys.certificate_body}</d:X509Certificate>
</d:X509Data></d:KeyInfo></m:KeyDescriptor>{artifacts if resolution else ""}{endpoints}
</m:IDPSSODescriptor></m:EntityDescriptor>"""
    return etree.tostring(signed(etree.fromstring(document), keys))


def _response(asked: Asked, status: str, inside: str, entity_id: str, keys: KeyPair, at: datetime) -> str:
    document = f"""<p:Response xmlns:p="{NAMES["p"]}" xmlns:a="{NAMES["a"]}" ID="{_id()}" Version="2.0"
 IssueInstant="{_written(at)}" Destination={quoteattr(asked.consumer)} InResponseTo={quoteattr(asked.request_id)}>
<a:Issuer>{escape(entity_id)}</a:Issuer><p:Status>{status}</p:Status>{inside}</p:Response>"""
    return base64.b64encode(etree.tostring(signed(etree.fromstring(document), keys))).decode()


def signed(root: etree._Element, keys: KeyPair) -> etree._Element:
    """Sign a message in place, behind its Issuer."""
    signature = xmlsec.template.create(root, xmlsec.Transform.EXCL_C14N, xmlsec.Transform.RSA_SHA256)
    reference = xmlsec.template.add_reference(signature, xmlsec.Transform.SHA256, uri=f"#{root.get('ID')}")
    xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
    xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
    issuer = root.find("a:Issuer", NAMES)
    root.insert(0 if issuer is None else root.index(issuer) + 1, signature)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(keys.key, xmlsec.KeyFormat.PEM)
    context.register_id(root, "ID")
    context.sign(signature)
    return root


def _asked(root: etree._Element, relay_state: str) -> Asked:
    reference = root.findtext(".//a:AuthnContextClassRef", "", NAMES).rpartition(":")[2]
    level = next((number for number, name in CLASSES.items() if name == reference), "10")
    return Asked(
        root.get("ID", ""),
        root.findtext("a:Issuer", "", NAMES).strip(),
        root.get("AssertionConsumerServiceURL", ""),
        relay_state,
        level,
        root.get("ProtocolBinding", "").endswith(":HTTP-Artifact"),
    )


def _id() -> str:
    return f"_{secrets.token_hex(16)}"


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def new_artifact(entity_id: str) -> str:
    """Return an artifact of type 4 for the endpoint with index 0 (SAML bindings 3.6.4)."""
    source = hashlib.sha1(entity_id.encode(), usedforsecurity=False).digest()
    return base64.b64encode(b"\x00\x04\x00\x00" + source + secrets.token_bytes(20)).decode()


def read_resolve(body: bytes, certificate: str) -> tuple[str, str]:
    """Return the ID and the artifact of a signed ArtifactResolve. Raises `WrongRequest`."""
    root = etree.fromstring(body).find(".//p:ArtifactResolve", NAMES)
    if root is None:
        raise WrongRequest("no ArtifactResolve")
    _verify(root, certificate)
    return root.get("ID", ""), root.findtext("p:Artifact", "", NAMES).strip()


def resolved(response: str | None, resolve_id: str, entity_id: str, keys: KeyPair, at: datetime) -> bytes:
    """Return the SOAP envelope around what an artifact stands for: the value of SAMLResponse, or nothing."""
    inside = etree.tostring(etree.fromstring(base64.b64decode(response))).decode() if response else ""
    document = f"""<p:ArtifactResponse xmlns:p="{NAMES["p"]}" xmlns:a="{NAMES["a"]}" ID="{_id()}" Version="2.0"
 IssueInstant="{_written(at)}" InResponseTo={quoteattr(resolve_id)}><a:Issuer>{escape(entity_id)}</a:Issuer>
<p:Status><p:StatusCode Value="{SAML}:status:Success"/></p:Status>{inside}</p:ArtifactResponse>"""
    message = etree.tostring(signed(etree.fromstring(document), keys)).decode()
    soap = "http://schemas.xmlsoap.org/soap/envelope/"
    return f'<s:Envelope xmlns:s="{soap}"><s:Body>{message}</s:Body></s:Envelope>'.encode()


def _verify(root: etree._Element, certificate: str) -> None:
    signature = root.find("d:Signature", NAMES)
    if signature is None:
        raise WrongRequest("not signed")
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(certificate, xmlsec.KeyFormat.CERT_PEM)
    context.register_id(root, "ID")
    try:
        context.verify(signature)
    except xmlsec.Error:
        raise WrongRequest("the signature does not verify") from None
