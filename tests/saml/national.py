"""A provider that speaks the national profile, as a client of its own on lxml and xmlsec (combiconnect.md 3.8)."""

import base64
from dataclasses import dataclass, field
from datetime import datetime

import xmlsec
from lxml import etree

from provisioning.keys import KeyPair, new_key_pair
from tests.saml.provider import NAMES, SAML, FakeProvider, certificate_in, found, verify

OIN, SUPPLIER_OIN = "00000009999999999999", "00000009999999999001"
ENTITY_ID = f"urn:nl-eid-gdi:1.0:DV:{OIN}:entities:9000"
SUPPLIER = f"urn:nl-eid-gdi:1.0:LC:{SUPPLIER_OIN}:entities:9000"
ACS = "https://dv.example/acs"
SIGNING, READING, NEXT = new_key_pair("dv", oin=OIN), new_key_pair("dv reads"), new_key_pair("dv reads next")
SUPPLIER_KEYS = new_key_pair("lc", oin=SUPPLIER_OIN)


@dataclass(slots=True)
class Declared:
    """What a provider reads in an answer, after all that section 3.8 lists was checked."""

    status: list[str]
    message: str | None
    identifiers: dict[str, str] = field(default_factory=dict)
    """BSN by attribute."""
    level: str = ""
    audience: list[str] = field(default_factory=list)
    authorities: list[str] = field(default_factory=list)
    advice: list[etree._Element] = field(default_factory=list)
    assertion: etree._Element | None = None


@dataclass(slots=True)
class NationalProvider(FakeProvider):
    """A service provider, or with `supplier` one behind a cluster supplier that asks for it."""

    keys: KeyPair = field(default_factory=lambda: SIGNING)
    entity_id: str = ENTITY_ID
    reading: tuple[KeyPair, ...] = (READING,)
    behind: str = ""
    """EntityID of the provider whose service is asked for, when a cluster supplier asks."""

    def metadata(self, *, encryption: bool = True) -> bytes:
        own = self._entity(self.entity_id, (self.keys,), () if self.behind or not encryption else self.reading)
        if not self.behind:
            return etree.tostring(self.sign(etree.fromstring(own), at=0))
        other = self._entity(self.behind, (), self.reading)
        document = (
            f'<md:EntitiesDescriptor xmlns:md="{SAML}:metadata" ID="_cluster">{own}{other}</md:EntitiesDescriptor>'
        )
        return etree.tostring(self.sign(etree.fromstring(document), at=0))

    def resolve_answer(self, body: bytes, certificate: str) -> Declared | None:
        """Read an ArtifactResponse. None when there is no Response in it."""
        answer = found(etree.fromstring(body), ".//p:ArtifactResponse")
        verify(answer, certificate)
        response = answer.find("p:Response", NAMES)
        if response is None:
            return None
        assert response.find("d:Signature", NAMES) is None
        codes = [code.get("Value", "").rpartition(":")[2] for code in response.iterfind(".//p:StatusCode", NAMES)]
        declared = Declared(codes, response.findtext(".//p:StatusMessage", None, NAMES))
        assertion = response.find("a:Assertion", NAMES)
        if assertion is None:
            return declared
        assert response.get("Destination") == ACS
        assert found(assertion, ".//a:SubjectConfirmationData").get("Recipient") == ACS
        verify(assertion, certificate)
        return self._declared(declared, assertion)

    def _declared(self, declared: Declared, assertion: etree._Element) -> Declared:
        declared.assertion = assertion
        for attribute in assertion.iterfind("a:AttributeStatement/a:Attribute", NAMES):
            encrypted = attribute.find("a:AttributeValue/a:EncryptedID", NAMES)
            if encrypted is not None:
                declared.identifiers[attribute.get("Name", "").rpartition(":")[2]] = self.identifier(encrypted)
        declared.level = assertion.findtext("a:AuthnStatement//a:AuthnContextClassRef", "", NAMES)
        declared.audience = [one.text or "" for one in assertion.iterfind("a:Conditions//a:Audience", NAMES)]
        authorities = assertion.iterfind("a:AuthnStatement//a:AuthenticatingAuthority", NAMES)
        declared.authorities = [one.text or "" for one in authorities]
        declared.advice = assertion.findall("a:Advice/a:Assertion", NAMES)
        return declared

    def identifier(self, encrypted: etree._Element, reader: KeyPair | None = None) -> str:
        """Open an EncryptedID with the key that is addressed to us: by Recipient and by KeyName."""
        pair = reader or self.reading[-1]
        us = self.behind or self.entity_id
        name = f"key-{self.reading.index(pair) + 1}" if pair in self.reading else ""
        copy = etree.fromstring(etree.tostring(encrypted))
        data = found(copy, "e:EncryptedData")
        info = found(data, "d:KeyInfo")
        for child in list(info):
            info.remove(child)
        for key in copy.findall("e:EncryptedKey", NAMES):
            if key.get("Recipient") == us and key.findtext("d:KeyInfo/d:KeyName", "", NAMES) == name:
                info.append(key)
        manager = xmlsec.KeysManager()
        manager.add_key(xmlsec.Key.from_memory(pair.key, xmlsec.KeyFormat.PEM))
        del data.attrib["Type"]
        name_id = etree.fromstring(bytes(xmlsec.EncryptionContext(manager).decrypt(data)))
        assert name_id.get("Format") == f"{SAML}:nameid-format:persistent"
        assert name_id.get("NameQualifier") == "urn:nl-eid-gdi:1.0:id:legacy-BSN"
        return name_id.text or ""

    def _entity(self, entity_id: str, signing: tuple[KeyPair, ...], reading: tuple[KeyPair, ...]) -> str:
        described = [("signing", "sign", pair) for pair in signing]
        described += [("encryption", f"key-{number}", pair) for number, pair in enumerate(reading, 1)]
        keys = "".join(
            f'<md:KeyDescriptor use="{use}"><ds:KeyInfo><ds:KeyName>{name}</ds:KeyName><ds:X509Data>'
            f"<ds:X509Certificate>{pair.certificate_body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
            for use, name, pair in described
        )
        return (
            f'<md:EntityDescriptor xmlns:md="{SAML}:metadata" xmlns:ds="{NAMES["d"]}" ID="_{abs(hash(entity_id))}" '
            f'entityID="{entity_id}" validUntil="2099-01-01T00:00:00Z"><md:SPSSODescriptor '
            f'protocolSupportEnumeration="{NAMES["p"]}" AuthnRequestsSigned="true" WantAssertionsSigned="true">{keys}'
            f'<md:SingleLogoutService Binding="{SAML}:bindings:HTTP-POST" Location="https://dv.example/slo"/>'
            f'<md:AssertionConsumerService Binding="{SAML}:bindings:HTTP-Artifact" Location="{ACS}" index="0" '
            f'isDefault="true"/></md:SPSSODescriptor></md:EntityDescriptor>'
        )


def issued_at(element: etree._Element) -> list[datetime]:
    """Return every IssueInstant of a document: some clients want all of them fresh."""
    root = element.getroottree().getroot()
    stated = [one.get("IssueInstant") for one in root.iter()]
    return [datetime.fromisoformat(one) for one in stated if one]


def our_certificate(metadata: bytes, key_name: str) -> str:
    """Find a certificate of ours by the KeyName of a signature: the message does not carry it."""
    root = etree.fromstring(metadata)
    for info in root.iterfind(".//d:KeyInfo", NAMES):
        if info.findtext("d:KeyName", "", NAMES) == key_name and info.find(".//d:X509Certificate", NAMES) is not None:
            return certificate_in(etree.tostring(info))
    raise AssertionError(f"no key named {key_name}")


def artifact_bytes(artifact: str) -> bytes:
    return base64.b64decode(artifact)
