"""The assertion that an answer holds: for any client, or as CombiConnect lays it out (combiconnect.md 3.4 to 3.7)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from saml2 import ExtensionElement, saml

from chalicelib.login.answer import Answer
from chalicelib.saml.craft import uris
from chalicelib.saml.craft.encryption import Recipient
from chalicelib.saml.craft.signatures import Signature
from chalicelib.saml.craft.times import ANSWER_LIFE, written
from chalicelib.saml.messages.encrypted import encrypted_assertion, encrypted_id
from chalicelib.saml.messages.outgoing import Issuer, Outgoing, written_out


@dataclass(frozen=True, slots=True)
class Identities:
    """Our three identities, each with a key of its own (combiconnect.md 1.1)."""

    entrance: Issuer
    """CombiConnect, which answers."""
    digid: Issuer
    """Says who signed in."""
    machtigen: Issuer
    """Says who is mandated by whom: the declaration."""
    machtigen_reads: Recipient
    """Machtigen as a reader: in DigiD's statement it learns who signed in (combiconnect.md 3.6)."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """Where an answer goes and what it answers."""

    entity_id: str
    """Of the connection."""
    location: str
    request_id: str
    recipient: Recipient = field(repr=False)
    """Who may read identifiers: the service provider, never a cluster supplier."""
    sent_at: datetime | None = None
    """When the browser was sent to the provider, from where the answer's life counts; None for now."""

    @property
    def audience(self) -> tuple[str, ...]:
        """The connection first: some clients look no further (combiconnect.md 3.4)."""
        return tuple(dict.fromkeys((self.entity_id, self.recipient.entity_id)))


def general(who: Answer, to: Addressee, issuer: Issuer, now: datetime) -> saml.EncryptedAssertion:
    """Return an assertion for any client, signed and then encrypted as a whole."""
    return encrypted_assertion(in_the_clear(who, to, issuer, now).octets(), to.recipient)


def in_the_clear(who: Answer, to: Addressee, issuer: Issuer, now: datetime) -> Outgoing:
    """Return the assertion inside, with identifiers as plain attributes. It never leaves us like this."""
    values = {uris.SERVICE_UUID: who.service_uuid, uris.ACTING_SUBJECT: who.acting.digits}
    if who.legal is not None:
        values[uris.LEGAL_SUBJECT] = who.legal.digits
    attributes = [_attribute(name, text=value) for name, value in values.items()]
    return _built(who, to, issuer, now, audience=to.audience, attributes=attributes, certificate=True)


def combiconnect(who: Answer, to: Addressee, we: Identities, now: datetime) -> Outgoing:
    """Return an assertion with encrypted identifiers, and the statements it rests on in its Advice, all signed."""
    asked = (we.entrance.entity_id,)
    read_by = (to.recipient, we.machtigen_reads) if who.legal else (to.recipient,)
    acting = _identifiers(replace(who, legal=None), read_by, we.digid)
    advice = [_built(who, to, we.digid, now, audience=asked, attributes=acting)]
    if who.legal is not None:
        both = _identifiers(who, (to.recipient,), we.machtigen)
        advice.append(_built(who, to, we.machtigen, now, audience=asked, attributes=both))
    attributes = _identifiers(who, (to.recipient,), we.entrance)
    return _built(who, to, we.entrance, now, audience=to.audience, attributes=attributes, advice=advice)


def _identifiers(who: Answer, readers: Sequence[Recipient], issuer: Issuer) -> list[saml.Attribute]:
    """Return the attributes, with every identifier encrypted afresh: no Id may stand twice in a document (3.6)."""
    attributes = [_attribute(uris.SERVICE_UUID, text=who.service_uuid)]
    for name, bsn in ((uris.ACTING_SUBJECT, who.acting), (uris.LEGAL_SUBJECT, who.legal)):
        if bsn is not None:
            name_id = saml.NameID(format=uris.PERSISTENT, name_qualifier=uris.LEGACY_BSN, text=bsn.digits)
            encrypted = encrypted_id(written_out(name_id), readers, issuer.new_id)
            attributes.append(_attribute(name, children=[encrypted]))
    return attributes


def _attribute(
    name: str, *, text: str | None = None, children: Sequence[saml.EncryptedID] | None = None
) -> saml.Attribute:
    # By itself pysaml2 writes a NameFormat, by which Shibboleth maps, and an xsi:type: our messages do without.
    value = ExtensionElement("AttributeValue", uris.ASSERTION, children=children, text=text)
    return saml.Attribute(name=name, name_format=None, attribute_value=[value])


def _built(
    who: Answer,
    to: Addressee,
    issuer: Issuer,
    now: datetime,
    *,
    audience: Sequence[str],
    attributes: Sequence[saml.Attribute],
    advice: Sequence[Outgoing] = (),
    certificate: bool = False,
) -> Outgoing:
    statements = [one.message for one in advice]
    assertion = saml.Assertion(
        id=issuer.message_id(),
        version="2.0",
        issue_instant=written(now),
        issuer=saml.Issuer(text=issuer.entity_id),
        subject=_subject(who, to, now),
        conditions=_conditions(to, audience, now),
        advice=saml.Advice(assertion=statements) if statements else None,
        authn_statement=[_authentication(who, statements, now)],
        attribute_statement=[saml.AttributeStatement(attribute=attributes)],
    )
    inside = (signature for one in advice for signature in one.signatures)
    return Outgoing(assertion, (*inside, Signature(assertion.id, issuer.key, certificate)))


def _subject(who: Answer, to: Addressee, now: datetime) -> saml.Subject:
    until = written((to.sent_at or now) + ANSWER_LIFE)
    data = saml.SubjectConfirmationData(in_response_to=to.request_id, recipient=to.location, not_on_or_after=until)
    return saml.Subject(
        name_id=saml.NameID(format=uris.TRANSIENT, text=who.session),
        subject_confirmation=[saml.SubjectConfirmation(method=uris.BEARER, subject_confirmation_data=data)],
    )


def _conditions(to: Addressee, audience: Sequence[str], now: datetime) -> saml.Conditions:
    middle = to.sent_at or now
    restriction = saml.AudienceRestriction(audience=[saml.Audience(text=entity_id) for entity_id in audience])
    return saml.Conditions(
        not_before=written(middle - ANSWER_LIFE),
        not_on_or_after=written(middle + ANSWER_LIFE),
        audience_restriction=[restriction],
    )


def _authentication(who: Answer, advice: Sequence[saml.Assertion], now: datetime) -> saml.AuthnStatement:
    """State the level, and on whose word: those whose statements stand in the Advice, in the same order (3.4)."""
    authorities = [statement.issuer.text for statement in advice]
    context = saml.AuthnContext(
        authn_context_class_ref=saml.AuthnContextClassRef(text=who.level.uri),
        authenticating_authority=[saml.AuthenticatingAuthority(text=entity_id) for entity_id in authorities],
    )
    return saml.AuthnStatement(authn_instant=written(now), session_index=who.session, authn_context=context)
