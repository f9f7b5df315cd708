"""What DigiD says about a sign-in, by Artifact; and by POST, as other identity providers do (combiconnect.md 3.9)."""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

import xmlsec
from lxml import etree

from local.digid.encrypting import encrypt
from local.digid.forms import DIGID, Form
from local.digid.names import CLASSES, NAMES, SAML, declared, key_name, new_id, signed, written
from local.digid.requests import WITHIN, Asked
from provisioning.keys import KeyPair

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_WHERE = "127.0.0.1"
"""Address of the browser."""
_ATTRIBUTES = (
    '<saml:AttributeStatement><saml:Attribute Name="department"><saml:AttributeValue>x</saml:AttributeValue>'
    "</saml:Attribute></saml:AttributeStatement>"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a sign-in ended: `name_id` and `level`, or a failure: status and second status."""

    asked: Asked
    name_id: str = ""
    level: str = ""
    status: tuple[str, ...] = ("Success",)


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who answers, and in which form; `encrypt_to` is the certificate (PEM) of the reader, for the encrypted forms."""

    entity_id: str
    keys: KeyPair
    form: Form = DIGID
    encrypt_to: str = ""

    @property
    def key_info(self) -> str:
        name = f"<ds:KeyName>{key_name(self.keys.certificate)}</ds:KeyName>"
        body = f"<ds:X509Data><ds:X509Certificate>{self.keys.certificate_body}</ds:X509Certificate></ds:X509Data>"
        return f"<ds:KeyInfo>{name}{'' if self.form.sparse else body}</ds:KeyInfo>"

    def sign(self, element: etree._Element) -> None:
        signed(element, self.keys, prefixes=self.form.prefixes, key_info=self.key_info)


def signed_in(asked: Asked, bsn: str, level: str) -> Outcome:
    return Outcome(asked, f"s00000000:{bsn}", level)


def cancelled(asked: Asked) -> Outcome:
    """DigiD says this of every sign-in that failed."""
    return Outcome(asked, status=("Responder", "AuthnFailed"))


def denied(asked: Asked) -> Outcome:
    return Outcome(asked, status=("Requester", "RequestDenied"))


def response(outcome: Outcome, issuer: Issuer, at: datetime) -> str:
    """Return the value of SAMLResponse: the Response signed, and the assertion in it."""
    form = issuer.form
    destination = f" Destination={quoteattr(outcome.asked.consumer)}"
    document = _response(outcome, issuer, at, destination, form.outermost)
    root = etree.fromstring(document)
    _finish(root, issuer)
    if form.whole or outcome.status != ("Success",):
        issuer.sign(root)
    return base64.b64encode(etree.tostring(root)).decode()


def artifact_response(
    outcome: Outcome | None,
    resolve_id: str | None,
    issuer: Issuer,
    at: datetime,
    status: tuple[str, ...] = ("Success",),
) -> bytes:
    """Return the SOAP envelope around what an artifact stands for, or around nothing; all of it is signed."""
    form, answers = issuer.form, f" InResponseTo={quoteattr(resolve_id)}" if resolve_id else ""
    destination = f" Destination={quoteattr(outcome.asked.consumer)}" if outcome and form.destination else ""
    inside = _response(outcome, issuer, at, destination, () if form.outside else form.outermost) if outcome else ""
    envelope = etree.fromstring(
        f'<soapenv:Envelope xmlns:soapenv="{SOAP}"><soapenv:Body>'
        f'<samlp:ArtifactResponse{declared(*form.outermost)} ID="{new_id()}" Version="2.0" '
        f'IssueInstant="{written(at)}"{answers}>'
        f"<saml:Issuer>{escape(issuer.entity_id)}</saml:Issuer>{_status(status)}{inside}"
        "</samlp:ArtifactResponse></soapenv:Body></soapenv:Envelope>"
    )
    message = envelope[0][0]
    inner = message.find("p:Response", NAMES)
    if inner is not None:
        _finish(inner, issuer)
        if form.response:
            issuer.sign(inner)
    issuer.sign(message)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + etree.tostring(envelope)


def _finish(root: etree._Element, issuer: Issuer) -> None:
    """Sign and encrypt the assertion in a Response where it stands."""
    assertion = root.find("a:Assertion", NAMES)
    if assertion is None:
        return
    if issuer.form.assertion:
        issuer.sign(assertion)
    if issuer.form.encrypted:
        _encrypt(assertion, root, issuer.encrypt_to)


def _response(outcome: Outcome, issuer: Issuer, at: datetime, destination: str, spaces: tuple[str, ...]) -> str:
    inside = _assertion(outcome, issuer, at) if outcome.status == ("Success",) else ""
    return (
        f'<samlp:Response{declared(*spaces)} ID="{new_id()}" Version="2.0" IssueInstant="{written(at)}"{destination} '
        f"InResponseTo={quoteattr(outcome.asked.request_id)}><saml:Issuer>{escape(issuer.entity_id)}</saml:Issuer>"
        f"{_status(outcome.status)}{inside}</samlp:Response>"
    )


def _assertion(outcome: Outcome, issuer: Issuer, at: datetime) -> str:
    form = issuer.form
    spaces = "" if form.outside else declared("saml")
    return (
        f'<saml:Assertion{spaces} ID="{new_id()}" Version="2.0" IssueInstant="{written(at)}">'
        f"<saml:Issuer>{escape(issuer.entity_id)}</saml:Issuer>{_subject(outcome, at)}"
        f"{_conditions(outcome.asked, form, at)}{_ATTRIBUTES if form.attributes else ''}"
        f"{_statement(outcome, form, at)}</saml:Assertion>"
    )


def _subject(outcome: Outcome, at: datetime) -> str:
    asked = outcome.asked
    return (
        f"<saml:Subject><saml:NameID>{outcome.name_id}</saml:NameID>"
        f'<saml:SubjectConfirmation Method="{SAML}:cm:bearer">'
        f'<saml:SubjectConfirmationData NotOnOrAfter="{written(at + WITHIN)}" Recipient={quoteattr(asked.consumer)} '
        f"InResponseTo={quoteattr(asked.request_id)}/></saml:SubjectConfirmation></saml:Subject>"
    )


def _conditions(asked: Asked, form: Form, at: datetime) -> str:
    holds = "" if form.sparse else f' NotBefore="{written(at - WITHIN)}" NotOnOrAfter="{written(at + WITHIN)}"'
    return (
        f"<saml:Conditions{holds}><saml:AudienceRestriction><saml:Audience>{escape(asked.issuer)}</saml:Audience>"
        "</saml:AudienceRestriction></saml:Conditions>"
    )


def _statement(outcome: Outcome, form: Form, at: datetime) -> str:
    session = "" if form.sparse else f' SessionIndex="{secrets.token_hex(8)}"'
    where = "" if form.sparse else f'<saml:SubjectLocality Address="{_WHERE}"/>'
    return (
        f'<saml:AuthnStatement AuthnInstant="{written(at)}"{session}>{where}<saml:AuthnContext>'
        f"<saml:AuthnContextClassRef>{SAML}:ac:classes:{CLASSES[outcome.level]}</saml:AuthnContextClassRef>"
        "</saml:AuthnContext></saml:AuthnStatement>"
    )


def _status(codes: tuple[str, ...]) -> str:
    inner = "".join(f'<samlp:StatusCode Value="{SAML}:status:{code}"/>' for code in codes[1:])
    return f'<samlp:Status><samlp:StatusCode Value="{SAML}:status:{codes[0]}">{inner}</samlp:StatusCode></samlp:Status>'


def _encrypt(assertion: etree._Element, parent: etree._Element, certificate: str) -> None:
    """Put an EncryptedAssertion in the place of an assertion."""
    holder = etree.Element(f"{{{NAMES['a']}}}EncryptedAssertion", nsmap={"saml": NAMES["a"]})
    parent.replace(assertion, holder)
    holder.append(assertion)
    encrypt(assertion, certificate, xmlsec.Transform.AES256_GCM)
