"""What a provider gets: a signed Response with an encrypted assertion, or a signed failure (combiconnect.md 3, 4)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree
from saml2 import saml, samlp

from chalicelib.people.bsn import Bsn
from chalicelib.saml import names
from chalicelib.saml.encryption import encrypted
from chalicelib.saml.keys import PrivateKey
from chalicelib.saml.levels import Level
from chalicelib.saml.partners import ServiceProvider
from chalicelib.saml.signatures import sign
from chalicelib.saml.times import ANSWER_LIFE, written

_PREFIXES = {"samlp": names.PROTOCOL, "saml": names.ASSERTION}


@dataclass(frozen=True, slots=True)
class Failure:
    """A status that says no."""

    top: str
    second: str
    message: str | None = None


CANCELLED = Failure(names.RESPONDER, names.AUTHN_FAILED, names.CANCELLED)
FAILED = Failure(names.RESPONDER, names.AUTHN_FAILED)
DENIED = Failure(names.RESPONDER, names.REQUEST_DENIED)
NOT_SUPPORTED = Failure(names.REQUESTER, names.NO_SUPPORTED_IDP)


@dataclass(frozen=True, slots=True)
class Released:
    """Who signed in, and for whom. `legal` is None for someone who acts for themself."""

    acting: Bsn
    legal: Bsn | None
    level: Level
    service_uuid: str
    session: str
    """Transient NameID and SessionIndex."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """Where an answer goes and what it answers."""

    provider: ServiceProvider = field(repr=False)
    location: str
    request_id: str


@dataclass(frozen=True, slots=True)
class Issuer:
    """We, as we sign answers. `new_id` returns at least 128 random bits in hex."""

    entity_id: str
    key: PrivateKey
    new_id: Callable[[], str]

    def message_id(self) -> str:
        return f"_{self.new_id()}"


def response(outcome: Released | Failure, to: Addressee, issuer: Issuer, now: datetime) -> etree._Element:
    """Build the signed Response for an outcome, valid for two minutes from `now` and for this provider only."""
    root = _envelope(outcome, to, issuer, now)
    if isinstance(outcome, Released):
        assertion = _signed_assertion(outcome, to, issuer, now)
        root.append(encrypted(assertion, to.provider.encryption[0], to.provider.encryption_methods))
    sign(root, issuer.key)
    return root


def _envelope(outcome: Released | Failure, to: Addressee, issuer: Issuer, now: datetime) -> etree._Element:
    message = samlp.Response(
        id=issuer.message_id(),
        version="2.0",
        issue_instant=written(now),
        destination=to.location,
        in_response_to=to.request_id,
        issuer=saml.Issuer(text=issuer.entity_id),
        status=_status(None if isinstance(outcome, Released) else outcome),
    )
    return to_xml(message)


def artifact_response(inside: etree._Element | None, resolve_id: str, issuer: Issuer, now: datetime) -> etree._Element:
    """Build the signed ArtifactResponse. Without a Response inside, the artifact had nothing for whom asked (3.2)."""
    message = samlp.ArtifactResponse(
        id=issuer.message_id(),
        version="2.0",
        issue_instant=written(now),
        in_response_to=resolve_id,
        issuer=saml.Issuer(text=issuer.entity_id),
        status=_status(None),
    )
    root = to_xml(message)
    if inside is not None:
        root.append(inside)
    sign(root, issuer.key)
    return root


def to_xml(message: samlp.SamlBase) -> etree._Element:
    """Turn one of pysaml2's message objects into an element that can be signed."""
    return etree.fromstring(message.to_string(_PREFIXES))


def octets(element: etree._Element) -> bytes:
    return etree.tostring(element, encoding="utf-8", xml_declaration=True)


def _signed_assertion(who: Released, to: Addressee, issuer: Issuer, now: datetime) -> etree._Element:
    assertion = to_xml(_assertion(who, to, issuer, now))
    sign(assertion, issuer.key)
    return assertion


def _assertion(who: Released, to: Addressee, issuer: Issuer, now: datetime) -> saml.Assertion:
    until = written(now + ANSWER_LIFE)
    confirmation = saml.SubjectConfirmation(
        method=names.BEARER,
        subject_confirmation_data=saml.SubjectConfirmationData(
            in_response_to=to.request_id, recipient=to.location, not_on_or_after=until
        ),
    )
    audience = saml.AudienceRestriction(audience=[saml.Audience(text=to.provider.entity_id)])
    context = saml.AuthnContext(authn_context_class_ref=saml.AuthnContextClassRef(text=who.level.uri))
    return saml.Assertion(
        id=issuer.message_id(),
        version="2.0",
        issue_instant=written(now),
        issuer=saml.Issuer(text=issuer.entity_id),
        subject=saml.Subject(
            name_id=saml.NameID(format=names.TRANSIENT, text=who.session), subject_confirmation=[confirmation]
        ),
        conditions=saml.Conditions(
            not_before=written(now - ANSWER_LIFE), not_on_or_after=until, audience_restriction=[audience]
        ),
        authn_statement=[
            saml.AuthnStatement(authn_instant=written(now), session_index=who.session, authn_context=context)
        ],
        attribute_statement=[saml.AttributeStatement(attribute=_attributes(who))],
    )


def _attributes(who: Released) -> list[saml.Attribute]:
    values = {names.SERVICE_UUID: who.service_uuid, names.ACTING_SUBJECT: who.acting.digits}
    if who.legal is not None:
        values[names.LEGAL_SUBJECT] = who.legal.digits
    return [
        saml.Attribute(name=name, attribute_value=[saml.AttributeValue(text=value)]) for name, value in values.items()
    ]


def _status(failure: Failure | None) -> samlp.Status:
    if failure is None:
        return samlp.Status(status_code=samlp.StatusCode(value=names.SUCCESS))
    code = samlp.StatusCode(value=failure.top, status_code=samlp.StatusCode(value=failure.second))
    message = samlp.StatusMessage(text=failure.message) if failure.message else None
    return samlp.Status(status_code=code, status_message=message)
