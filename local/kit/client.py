"""A client that stands in for the provider's: its metadata with one more key to sign and one more to read with."""

import base64
import secrets
import zlib
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

import xmlsec
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from lxml import etree

from chalicelib.saml.partners.addresses import ConsumerService
from chalicelib.saml.partners.registration import oin_in
from local.digid.names import NAMES, signed
from provisioning.keys import KeyPair, new_key_pair

ACTING, LEGAL = "ActingSubjectID", "LegalSubjectID"
_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_KEY_NAME = "the test kit's key"


@dataclass(slots=True)
class Answer:
    """What a provider reads in an answer."""

    status: list[str]
    message: str
    persons: dict[str, str] = field(default_factory=dict)
    """BSN by attribute: `ActingSubjectID`, and `LegalSubjectID` when someone is represented."""
    readers: int = 0
    """Keys for which the answer, or its first identifier, was encrypted."""


class Client:
    def __init__(self, document: bytes, destination: str, machtigen: str) -> None:
        root = etree.fromstring(document, etree.XMLParser(remove_comments=True, resolve_entities=False))
        self._destination, self._machtigen = destination, machtigen
        entities = [root] if root.tag.endswith("EntityDescriptor") else root.findall("m:EntityDescriptor", NAMES)
        self.entity_id = entities[0].get("entityID", "")
        self.keys = new_key_pair("test kit", oin=oin_in(self.entity_id))
        self._reads = new_key_pair("test kit reads")
        self.metadata = self._with_our_keys(root, entities)

    def request(self, consumer: ConsumerService, service: str, *, represented: bool, now: datetime) -> etree._Element:
        """Build an AuthnRequest; `service` is the element or attribute that names the service."""
        scoping = f"<p:Scoping><p:RequesterID>{self._machtigen}</p:RequesterID></p:Scoping>" if represented else ""
        attribute, _, extensions = service.partition("|")
        return etree.fromstring(
            f'<p:AuthnRequest xmlns:p="{NAMES["p"]}" xmlns:a="{NAMES["a"]}" ID="_{secrets.token_hex(16)}" '
            f'Version="2.0" IssueInstant="{now:%Y-%m-%dT%H:%M:%SZ}" Destination="{self._destination}" '
            f'AssertionConsumerServiceIndex="{consumer.index}" {attribute}><a:Issuer>{self.entity_id}</a:Issuer>'
            f"{extensions}{scoping}</p:AuthnRequest>"
        )

    def form(self, request: etree._Element) -> dict[str, str]:
        message = etree.tostring(signed(request, self.keys))
        return {"SAMLRequest": base64.b64encode(message).decode(), "RelayState": "kit"}

    def query(self, request: etree._Element) -> str:
        stream = zlib.compressobj(9, zlib.DEFLATED, -15)
        message = base64.b64encode(stream.compress(etree.tostring(request)) + stream.flush()).decode()
        octets = urlencode({"SAMLRequest": message, "RelayState": "kit", "SigAlg": _SHA256})
        key = serialization.load_pem_private_key(self.keys.key.encode(), None)
        if not isinstance(key, RSAPrivateKey):
            raise TypeError("not an RSA key")
        signature = base64.b64encode(key.sign(octets.encode(), PKCS1v15(), hashes.SHA256())).decode()
        return f"{octets}&{urlencode({'Signature': signature})}"

    def resolve(self, artifact: str, now: datetime) -> bytes:
        root = etree.fromstring(
            f'<p:ArtifactResolve xmlns:p="{NAMES["p"]}" xmlns:a="{NAMES["a"]}" ID="_{secrets.token_hex(16)}" '
            f'Version="2.0" IssueInstant="{now:%Y-%m-%dT%H:%M:%SZ}"><a:Issuer>{self.entity_id}</a:Issuer>'
            f"<p:Artifact>{artifact}</p:Artifact></p:ArtifactResolve>"
        )
        soap = "http://schemas.xmlsoap.org/soap/envelope/"
        envelope = etree.Element(f"{{{soap}}}Envelope")
        etree.SubElement(envelope, f"{{{soap}}}Body").append(signed(root, self.keys))
        return etree.tostring(envelope)

    def read(self, response: etree._Element) -> Answer:
        codes = [code.get("Value", "").rpartition(":")[2] for code in response.iterfind(".//p:StatusCode", NAMES)]
        answer = Answer(codes, response.findtext(".//p:StatusMessage", "", NAMES))
        whole = response.find("a:EncryptedAssertion", NAMES)
        assertion = self._opened(whole) if whole is not None else response.find("a:Assertion", NAMES)
        if assertion is None:
            return answer
        for attribute in assertion.iterfind("a:AttributeStatement/a:Attribute", NAMES):
            name, (value, *_) = attribute.get("Name", "").rpartition(":")[2], attribute
            hidden = value.find("a:EncryptedID", NAMES)
            if name in (ACTING, LEGAL):
                answer.persons[name] = (value if hidden is None else self._opened(hidden)).text or ""
                holder = hidden if whole is None else whole
                answer.readers = 0 if holder is None else len(holder.findall(".//{*}EncryptedKey"))
        return answer

    def _opened(self, holder: etree._Element) -> etree._Element:
        """Open an EncryptedAssertion or EncryptedID with the key that is addressed to us by name."""
        copy = etree.fromstring(etree.tostring(holder))
        data, keys = copy[0], copy.findall(".//{*}EncryptedKey")
        ours = [key for key in keys if len(keys) == 1 or key.findtext("d:KeyInfo/d:KeyName", "", NAMES) == _KEY_NAME]
        info = data.find("d:KeyInfo", NAMES)
        if info is None or len(ours) != 1:
            raise ValueError("the answer is not encrypted for every key of the metadata")
        for child in list(info):
            info.remove(child)
        info.append(ours[0])
        manager = xmlsec.KeysManager()
        manager.add_key(xmlsec.Key.from_memory(self._reads.key, xmlsec.KeyFormat.PEM))
        del data.attrib["Type"]
        return etree.fromstring(bytes(xmlsec.EncryptionContext(manager).decrypt(data)))

    def _with_our_keys(self, root: etree._Element, entities: list[etree._Element]) -> bytes:
        for signature in list(root.iterfind(".//d:Signature", NAMES)):
            parent = signature.getparent()
            if parent is not None:
                parent.remove(signature)
        for number, entity in enumerate(entities):
            role = entity.find("m:SPSSODescriptor", NAMES)
            if role is not None:
                place = len(role.findall("m:KeyDescriptor", NAMES))
                reads = number > 0 or len(entities) == 1
                described = [("signing", self.keys)] if number == 0 else []
                for use, pair in [*described, *([("encryption", self._reads)] if reads else [])]:
                    role.insert(place, _descriptor(use, pair))
        return etree.tostring(root)


def _descriptor(use: str, pair: KeyPair) -> etree._Element:
    return etree.fromstring(
        f'<m:KeyDescriptor xmlns:m="{NAMES["m"]}" xmlns:d="{NAMES["d"]}" use="{use}"><d:KeyInfo>'
        f"<d:KeyName>{_KEY_NAME}</d:KeyName><d:X509Data><d:X509Certificate>{pair.certificate_body}</d:X509Certificate>"
        "</d:X509Data></d:KeyInfo></m:KeyDescriptor>"
    )
