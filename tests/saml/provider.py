"""A service provider for tests, written on lxml and xmlsec: it asks, resolves, and reads answers as a client would."""

import base64
import secrets
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from urllib.parse import quote_plus, urlencode

import xmlsec
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from lxml import etree

from chalicelib.saml.craft.decoding import deflate
from local.identities import MACHTIGEN
from provisioning.keys import KeyPair, new_key_pair

ENTITY_ID = "https://ominous.example/metadata"
ACS, ARTIFACT_ACS = "https://ominous.example/acs", "https://ominous.example/artifact?tenant=1"
SSO = "https://machtigen.example/saml/sso"
KEYS = new_key_pair("provider of the tests")
SAML = "urn:oasis:names:tc:SAML:2.0"
NAMES = {
    "p": f"{SAML}:protocol",
    "a": f"{SAML}:assertion",
    "d": xmlsec.constants.DSigNs,
    "e": xmlsec.constants.EncNs,
    "s": "http://schemas.xmlsoap.org/soap/envelope/",
}
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


def written(moment: datetime) -> str:
    """Write a moment as SAML does: in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(slots=True)
class Result:
    """What a provider reads in an answer it has verified."""

    status: list[str]
    message: str | None
    attributes: dict[str, str] = field(default_factory=dict)
    level: str = ""
    audience: str = ""
    in_response_to: str = ""
    destination: str = ""
    lifetime: float = 0.0


@dataclass(slots=True)
class FakeProvider:
    keys: KeyPair = field(default_factory=lambda: KEYS)
    entity_id: str = ENTITY_ID
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC), kw_only=True)

    def metadata(self, *, encryption: bool = True) -> bytes:
        use = "" if encryption else ' use="signing"'
        return f"""<md:EntityDescriptor xmlns:md="{SAML}:metadata" xmlns:ds="{NAMES["d"]}" entityID="{self.entity_id}">
<!-- written by hand -->
<md:SPSSODescriptor protocolSupportEnumeration="{NAMES["p"]}"><md:KeyDescriptor{use}><ds:KeyInfo>
<ds:X509Data><ds:X509Certificate>{self.keys.certificate_body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>
</md:KeyDescriptor><md:SingleLogoutService Binding="{SAML}:bindings:HTTP-POST" Location="https://ominous.example/slo"/>
<md:AssertionConsumerService Binding="{SAML}:bindings:HTTP-POST" Location="{ACS}" index="0" isDefault="true"/>
<md:AssertionConsumerService Binding="{SAML}:bindings:HTTP-Artifact" Location="{ARTIFACT_ACS}" index="1"/>
</md:SPSSODescriptor></md:EntityDescriptor>""".encode()

    def request(self, *, scoping: str = "", attributes: str = "", inside: str = "", **changes: str) -> etree._Element:
        """Build an AuthnRequest; `changes` replace its attributes, an empty one leaves it out."""
        facts = {
            "ID": f"_{secrets.token_hex(16)}",
            "Version": "2.0",
            "IssueInstant": written(self.clock()),
            "Destination": SSO,
            "AttributeConsumingServiceIndex": "2",
            **changes,
        }
        named = " ".join(f'{name}="{value}"' for name, value in facts.items() if value)
        return etree.fromstring(
            f'<p:AuthnRequest xmlns:p="{NAMES["p"]}" xmlns:a="{NAMES["a"]}" {named} {attributes}>'
            f"<a:Issuer>{self.entity_id}</a:Issuer>{inside}{scoping}</p:AuthnRequest>"
        )

    def on_behalf(self, **changes: str) -> etree._Element:
        scoping = f"<p:Scoping><p:RequesterID>{MACHTIGEN}</p:RequesterID></p:Scoping>"
        return self.request(scoping=scoping, **changes)

    def post_form(self, request: etree._Element, relay_state: str | None = None) -> dict[str, str]:
        fields = {"SAMLRequest": base64.b64encode(etree.tostring(self.sign(request))).decode()}
        return fields if relay_state is None else {**fields, "RelayState": relay_state}

    def query(self, request: etree._Element, relay_state: str = "") -> str:
        message = base64.b64encode(deflate(etree.tostring(request))).decode()
        parts = {"SAMLRequest": message, **({"RelayState": relay_state} if relay_state else {}), "SigAlg": RSA_SHA256}
        octets = urlencode(parts)
        signature = base64.b64encode(private_key(self.keys).sign(octets.encode(), PKCS1v15(), hashes.SHA256())).decode()
        return f"{octets}&Signature={quote_plus(signature)}"

    def resolve(self, artifact: str, **changes: str) -> bytes:
        """Build a signed ArtifactResolve in its SOAP envelope."""
        facts = {
            "ID": f"_{secrets.token_hex(16)}",
            "Version": "2.0",
            "IssueInstant": written(self.clock()),
            **changes,
        }
        named = " ".join(f'{name}="{value}"' for name, value in facts.items())
        root = etree.fromstring(
            f'<p:ArtifactResolve xmlns:p="{NAMES["p"]}" xmlns:a="{NAMES["a"]}" {named}>'
            f"<a:Issuer>{self.entity_id}</a:Issuer><p:Artifact>{artifact}</p:Artifact></p:ArtifactResolve>"
        )
        envelope = etree.Element(f"{{{NAMES['s']}}}Envelope")
        etree.SubElement(envelope, f"{{{NAMES['s']}}}Body").append(self.sign(root))
        return etree.tostring(envelope)

    def sign(self, root: etree._Element, at: int = 1) -> etree._Element:
        signature = xmlsec.template.create(root, xmlsec.Transform.EXCL_C14N, xmlsec.Transform.RSA_SHA256)
        reference = xmlsec.template.add_reference(signature, xmlsec.Transform.SHA256, uri=f"#{root.get('ID')}")
        xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
        xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
        root.insert(at, signature)
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(self.keys.key, xmlsec.KeyFormat.PEM)
        context.register_id(root, "ID")
        context.sign(signature)
        return root

    def read(self, response: etree._Element, certificate: str) -> Result:
        """Verify a Response and its assertion with our certificate, decrypt it, and read what it says."""
        verify(response, certificate)
        codes = [code.get("Value", "").rpartition(":")[2] for code in response.iterfind(".//p:StatusCode", NAMES)]
        result = Result(codes, response.findtext(".//p:StatusMessage", None, NAMES))
        result.in_response_to = response.get("InResponseTo", "")
        result.destination = response.get("Destination", "")
        encrypted = response.find("a:EncryptedAssertion", NAMES)
        if encrypted is None:
            return result
        assertion = self._decrypted(encrypted)
        verify(assertion, certificate)
        for attribute in assertion.iterfind(".//a:Attribute", NAMES):
            result.attributes[attribute.get("Name", "").rpartition(":")[2]] = attribute[0].text or ""
        result.level = assertion.findtext(".//a:AuthnContextClassRef", "", NAMES)
        result.audience = assertion.findtext(".//a:Audience", "", NAMES)
        confirmation = assertion.find(".//a:SubjectConfirmationData", NAMES)
        assert confirmation is not None
        assert confirmation.get("InResponseTo") == result.in_response_to
        assert confirmation.get("Recipient") == result.destination
        until = datetime.fromisoformat(confirmation.get("NotOnOrAfter", ""))
        result.lifetime = (until - datetime.fromisoformat(assertion.get("IssueInstant", ""))).total_seconds()
        return result

    def _decrypted(self, encrypted: etree._Element) -> etree._Element:
        manager = xmlsec.KeysManager()
        manager.add_key(xmlsec.Key.from_memory(self.keys.key, xmlsec.KeyFormat.PEM))
        found: etree._Element = xmlsec.EncryptionContext(manager).decrypt(deepcopy(encrypted)[0])
        # Parsed anew, as it was before it was encrypted.
        return etree.fromstring(etree.tostring(found))


@cache
def private_key(keys: KeyPair) -> RSAPrivateKey:
    """Return a private key, loaded once: to load it takes as long as twenty signatures."""
    key = serialization.load_pem_private_key(keys.key.encode(), None)
    assert isinstance(key, RSAPrivateKey)
    return key


def certificate_in(document: bytes) -> str:
    """Return the first certificate in metadata or a part of it, as PEM."""
    body = etree.fromstring(document).findtext(".//d:X509Certificate", "", NAMES)
    return f"-----BEGIN CERTIFICATE-----\n{body.strip()}\n-----END CERTIFICATE-----\n"


def found(root: etree._Element, path: str) -> etree._Element:
    """Return the first element at a path; fails the test when there is none."""
    element = root.find(path, NAMES)
    assert element is not None
    return element


def verify(root: etree._Element, certificate: str) -> None:
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(certificate, xmlsec.KeyFormat.CERT_PEM)
    context.register_id(root, "ID")
    context.verify(found(root, "d:Signature"))
