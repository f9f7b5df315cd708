"""Our role towards DigiD: ask it to sign someone in, and read what it answers (combiconnect.md 3.6, DigiD SAML 3.x)."""

import re
from dataclasses import dataclass
from datetime import datetime

from saml2 import saml, samlp

from chalicelib.errors import InvalidMessage
from chalicelib.login.identity import Identity, NotIdentified
from chalicelib.login.levels import Level
from chalicelib.people.bsn import Bsn
from chalicelib.saml.craft import uris
from chalicelib.saml.craft.keys import PrivateKey
from chalicelib.saml.craft.times import SKEW, instant, written
from chalicelib.saml.messages.heads import check_head, check_not_over
from chalicelib.saml.messages.reading import read_as, reading, text_of

_FAILURES = {uris.AUTHN_FAILED: "cancelled", uris.NO_AUTHN_CONTEXT: "level_too_low"}
"""What a second-level status of DigiD means for the provider; any other is a failure (combiconnect.md 4.1)."""

_NAME_ID = re.compile(r"(?:s00000000:)?([0-9]{9})")
"""Sector code of the BSN, which a test identity provider may leave out (design.md section 5)."""

_FRESH = 15 * SKEW
"""A sign-in may take a quarter of an hour."""

_ASSERTION = reading(saml.Assertion, attribute_statement=None)
_RESPONSE = reading(samlp.Response, assertion=[_ASSERTION])
"""Attributes are left alone: pysaml2 raises a `ValueError` where the text of one is not of its type."""

_BSN = "a BSN of nine digits, in its own sector or in none"

_ANOTHER_NUMBER = re.compile(r"s(?!00000000)[0-9]{8}:[0-9]+|(?:s00000000:)?[0-9]{8}")
"""What DigiD also identifies people by: the number of another sector, or one that was never padded to nine digits."""


@dataclass(frozen=True, slots=True)
class Us:
    """We, as DigiD knows us."""

    entity_id: str
    consumer: str
    key: PrivateKey


def build_request(
    request_id: str, level: Level, address: str, us: Us, now: datetime, *, answer: str = uris.ARTIFACT
) -> samlp.AuthnRequest:
    """Build an AuthnRequest for at least a level, always with a fresh sign-in; `answer` is a binding."""
    context = samlp.RequestedAuthnContext(
        comparison="minimum", authn_context_class_ref=[saml.AuthnContextClassRef(text=level.digid_class)]
    )
    return samlp.AuthnRequest(
        id=request_id,
        version="2.0",
        issue_instant=written(now),
        destination=address,
        force_authn="true",
        protocol_binding=answer,
        assertion_consumer_service_url=us.consumer,
        issuer=saml.Issuer(text=us.entity_id),
        requested_authn_context=context,
    )


def read_response(
    verified: bytes,
    *,
    issuer: str,
    us: Us,
    request_id: str,
    now: datetime,
    binding: str = uris.POST,
    wrapper: bytes | None = None,
) -> Identity:
    """Read verified octets that came by a binding: a Response, or an assertion alone with the `wrapper` around it.

    `issuer` is the entityID of who must have said it. Raises `NotIdentified` or `InvalidMessage`.
    """
    response = read_as(verified if wrapper is None else wrapper, _RESPONSE)
    _check_issuer(response.issuer, issuer)
    _check_response(response, us, request_id, binding)
    check_head(response, now)
    inside = _inside(response)
    assertion = inside if wrapper is None else read_as(verified, _ASSERTION)
    check_head(assertion, now)
    _check_issuer(assertion.issuer, issuer)
    _check_subject(assertion.subject, us, request_id, now)
    _check_conditions(assertion.conditions, us, now)
    return Identity(_bsn(assertion.subject.name_id), _level(assertion, now), assertion.id)


def check_resolved(verified: bytes, *, issuer: str, request_id: str, now: datetime) -> None:
    """Check a verified ArtifactResponse to our ArtifactResolve `request_id`, whatever is inside it.

    Raises `NotIdentified` when it says that there is nothing, or `InvalidMessage`.
    """
    message = read_as(verified, samlp.ArtifactResponse)
    _check_issuer(message.issuer, issuer)
    stated = _statuses(message.status)
    failed = stated[:1] != [uris.SUCCESS]
    # What DigiD could not read it refuses without saying what it answers (digid.md A10).
    unnamed = failed and message.in_response_to is None
    if not (unnamed or message.in_response_to == request_id):
        raise _differs("InResponseTo of the ArtifactResponse", message.in_response_to, request_id)
    if failed:
        # Whenever it was made: it comes so when our clock and DigiD's are minutes apart.
        raise NotIdentified("failed", "Status of the ArtifactResponse", received=stated, expected=uris.SUCCESS)
    check_head(message, now)


def _differs(what: str, received: str | None, expected: str) -> InvalidMessage:
    return InvalidMessage(what, received=received or "", expected=expected)


def _check_response(response: samlp.Response, us: Us, request_id: str, binding: str) -> None:
    # By Artifact DigiD names no Destination: nobody is sent anywhere (combiconnect.md 3.9).
    unsent = binding == uris.ARTIFACT and response.destination is None
    if not (unsent or response.destination == us.consumer):
        raise _differs("Destination of the Response", response.destination, us.consumer)
    if response.in_response_to != request_id:
        raise _differs("InResponseTo of the Response", response.in_response_to, request_id)


def _inside(response: samlp.Response) -> saml.Assertion:
    stated = _statuses(response.status)
    if stated[:1] != [uris.SUCCESS]:
        if response.assertion:
            raise InvalidMessage("a failure with an assertion", received=stated, expected=uris.SUCCESS)
        failure = _FAILURES.get(stated[-1], "failed") if len(stated) > 1 else "failed"
        raise NotIdentified(failure, "Status of the Response", received=stated, expected=uris.SUCCESS)
    if len(response.assertion) != 1:
        raise InvalidMessage("not one assertion", received=len(response.assertion), expected="one")
    return response.assertion[0]


def _statuses(status: samlp.Status) -> list[str]:
    """Return the StatusCode, and the one inside it if there is one."""
    first = status.status_code
    return [code.value or "" for code in (first, first.status_code) if code is not None]


def _check_issuer(issuer: saml.Issuer, expected: str) -> None:
    if (stated := text_of(issuer)) != expected:
        raise _differs("Issuer", stated, expected)


def _check_subject(subject: saml.Subject, us: Us, request_id: str, now: datetime) -> None:
    confirmations = subject.subject_confirmation
    methods = [confirmation.method or "" for confirmation in confirmations]
    if methods != [uris.BEARER]:
        raise InvalidMessage("SubjectConfirmation", received=methods, expected=uris.BEARER)
    data = confirmations[0].subject_confirmation_data
    if data is None or data.recipient != us.consumer:
        raise _differs("Recipient", data.recipient if data is not None else None, us.consumer)
    if data.in_response_to != request_id:
        raise _differs("InResponseTo of the assertion", data.in_response_to, request_id)
    if data.not_before:
        raise _differs("NotBefore of a SubjectConfirmation", data.not_before, "none")
    check_not_over("NotOnOrAfter of the SubjectConfirmation", data.not_on_or_after or "", now)


def _check_conditions(conditions: saml.Conditions, us: Us, now: datetime) -> None:
    if conditions.not_before and now + SKEW < instant(conditions.not_before):
        raise _differs("NotBefore of Conditions", conditions.not_before, f"at most {written(now)}")
    if conditions.not_on_or_after:
        check_not_over("NotOnOrAfter of Conditions", conditions.not_on_or_after, now)
    restrictions = [
        [text_of(audience) for audience in restriction.audience] for restriction in conditions.audience_restriction
    ]
    if not restrictions or any(us.entity_id not in audiences for audiences in restrictions):
        received = [audience for audiences in restrictions for audience in audiences]
        raise InvalidMessage("Audience", received=received, expected=us.entity_id)


def _bsn(name_id: saml.NameID | None) -> Bsn:
    text = text_of(name_id)
    shape = f"{len(text)} characters, with{'' if ':' in text else 'out'} a sector"
    if _ANOTHER_NUMBER.fullmatch(text):
        raise NotIdentified("failed", "NameID of somebody without a BSN", received=shape, expected=_BSN)
    match = _NAME_ID.fullmatch(text)
    try:
        return Bsn(match[1] if match else "")
    except ValueError:
        raise InvalidMessage("NameID is not a BSN", received=shape, expected=_BSN) from None


def _level(assertion: saml.Assertion, now: datetime) -> Level:
    statement = assertion.authn_statement[0]
    context = statement.authn_context
    if context is None or context.authn_context_class_ref is None:
        raise InvalidMessage("no level of assurance", received="", expected="AuthnContextClassRef")
    reference = text_of(context.authn_context_class_ref)
    try:
        reached = Level.from_class(reference)
    except ValueError:
        raise _differs("AuthnContextClassRef", reference, "a level of DigiD") from None
    # We ask for a fresh sign-in (ForceAuthn), so an old one is not an answer to our question.
    if not now - _FRESH <= instant(statement.authn_instant or "") <= now + SKEW:
        raise _differs("AuthnInstant", statement.authn_instant, f"{written(now - _FRESH)} to {written(now)}")
    if statement.session_not_on_or_after is not None:
        check_not_over("SessionNotOnOrAfter", statement.session_not_on_or_after, now)
    return reached
