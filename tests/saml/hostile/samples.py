"""What a sender really sends, per role of ours that takes it in, and what an attacker would like it to say."""

import copy
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from lxml import etree

from local.digid.requests import Asked
from provisioning.keys import KeyPair, new_key_pair
from tests.http.client import DIGID, DIGID_KEYS
from tests.saml.hostile.forging import sign
from tests.saml.provider import ENTITY_ID, KEYS, NAMES, FakeProvider, found, written

METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"
STRANGER = new_key_pair("stranger")
HENK, VICTIM = "900100758", "900100084"
SUCCESS = f'<p:StatusCode Value="{NAMES["p"].removesuffix("protocol")}status:Success"/>'


@dataclass(frozen=True)
class Sample:
    """A message before it is signed. `target` is the path of the element that its sender signs; `claim` the tag of the
    one whose text the attacker wants to be `evil`.
    """

    role: str
    keys: KeyPair = field(repr=False)
    root: etree._Element = field(repr=False)
    claim: str
    evil: str
    target: str = "."

    def fresh(self) -> etree._Element:
        return copy.deepcopy(self.root)

    def signed(self) -> etree._Element:
        return self.seal(self.fresh())

    def forged(self) -> etree._Element:
        """Return the message with the attacker's claim, unsigned."""
        root = self.fresh()
        found(root, f".//{{*}}{self.claim}").text = self.evil
        return root

    def seal(self, root: etree._Element) -> etree._Element:
        """Sign a message as its sender does."""
        sign(self.part(root), self.keys)
        return root

    def part(self, root: etree._Element) -> etree._Element:
        return root if self.target == "." else found(root, self.target)


def authn_request() -> Sample:
    return Sample("sign-on", KEYS, FakeProvider().on_behalf(), "RequesterID", "urn:evil")


def artifact_resolution(artifact: str = "AAQAAGdlbnVpbmU=") -> Sample:
    envelope = etree.fromstring(FakeProvider().resolve(artifact))
    root = etree.fromstring(etree.tostring(envelope[0][0]))
    root.remove(found(root, "d:Signature"))
    return Sample("artifact resolution", KEYS, root, "Artifact", "AAQAAGV2aWw=")


def logout(name_id: str = "genuine") -> Sample:
    root = etree.fromstring(
        f'<p:LogoutRequest xmlns:p="{NAMES["p"]}" xmlns:a="{NAMES["a"]}" ID="{_id()}" Version="2.0" '
        f'IssueInstant="{_written()}" Destination="https://machtigen.example/saml/slo"><a:Issuer>{ENTITY_ID}</a:Issuer>'
        f"<a:NameID>{name_id}</a:NameID></p:LogoutRequest>"
    )
    return Sample("logout", KEYS, root, "NameID", "evil")


ASKED = Asked(
    "_asked", "https://machtigen.example/saml/digid/metadata", "https://machtigen.example/saml/digid/acs", "", ""
)


def response(asked: Asked = ASKED) -> Sample:
    """DigiD's Response, signed as a whole."""
    return Sample("DigiD, Response", DIGID_KEYS, _response(asked), "NameID", f"s00000000:{VICTIM}")


def assertion(asked: Asked = ASKED) -> Sample:
    """DigiD's Response, of which only the assertion is signed."""
    return Sample("DigiD, assertion", DIGID_KEYS, _response(asked), "NameID", f"s00000000:{VICTIM}", "a:Assertion")


def artifact_response(asked: Asked = ASKED, resolve_id: str = "_resolve") -> Sample:
    """DigiD's Response in the ArtifactResponse around it, which is signed."""
    inside = etree.tostring(_response(asked)).decode()
    root = etree.fromstring(
        f'<p:ArtifactResponse xmlns:p="{NAMES["p"]}" xmlns:a="{NAMES["a"]}" ID="{_id()}" Version="2.0" '
        f'IssueInstant="{_written()}" InResponseTo="{resolve_id}"><a:Issuer>{DIGID}/metadata</a:Issuer>'
        f"<p:Status>{SUCCESS}</p:Status>{inside}</p:ArtifactResponse>"
    )
    return Sample("DigiD, ArtifactResponse", DIGID_KEYS, root, "NameID", f"s00000000:{VICTIM}")


def metadata() -> Sample:
    root = etree.fromstring(FakeProvider().metadata(), etree.XMLParser(remove_comments=True))
    root.set("ID", _id())
    return Sample("metadata import", KEYS, root, "X509Certificate", STRANGER.certificate_body)


def _response(asked: Asked) -> etree._Element:
    now, until = _written(), _written(minutes=2)
    saml = NAMES["p"].removesuffix(":protocol")
    return etree.fromstring(
        f"""<p:Response xmlns:p="{NAMES["p"]}" xmlns:a="{NAMES["a"]}" ID="{_id()}" Version="2.0" IssueInstant="{now}"
 Destination="{asked.consumer}" InResponseTo="{asked.request_id}"><a:Issuer>{DIGID}/metadata</a:Issuer>
<p:Status>{SUCCESS}</p:Status><a:Assertion ID="{_id()}" Version="2.0" IssueInstant="{now}">
<a:Issuer>{DIGID}/metadata</a:Issuer><a:Subject><a:NameID>s00000000:{HENK}</a:NameID>
<a:SubjectConfirmation Method="{saml}:cm:bearer"><a:SubjectConfirmationData InResponseTo="{asked.request_id}"
 Recipient="{asked.consumer}" NotOnOrAfter="{until}"/></a:SubjectConfirmation></a:Subject>
<a:Conditions NotBefore="{now}" NotOnOrAfter="{until}"><a:AudienceRestriction><a:Audience>{asked.issuer}</a:Audience>
</a:AudienceRestriction></a:Conditions><a:AuthnStatement AuthnInstant="{now}"><a:AuthnContext>
<a:AuthnContextClassRef>{saml}:ac:classes:MobileTwoFactorContract</a:AuthnContextClassRef></a:AuthnContext>
</a:AuthnStatement></a:Assertion></p:Response>"""
    )


def _id() -> str:
    return f"_{secrets.token_hex(16)}"


def _written(**later: float) -> str:
    return written(datetime.now(UTC) + timedelta(**later))


SAMPLES = (response, assertion, artifact_response, authn_request, artifact_resolution, logout, metadata)
ROLES = tuple(make().role for make in SAMPLES)
NOT_IN_METADATA = frozenset(ROLES) - {"metadata import"}
"""People write comments and CDATA in metadata: there they are dropped before anything is read."""
