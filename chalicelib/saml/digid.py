"""Our role towards DigiD: ask it to sign someone in, and read what it answers (combiconnect.md 3.6, DigiD SAML 3.x)."""

import base64
import re
from dataclasses import dataclass
from datetime import datetime

from lxml import etree
from saml2 import saml, samlp

from chalicelib.errors import InvalidMessage
from chalicelib.people.bsn import Bsn
from chalicelib.saml import names
from chalicelib.saml.answers import octets
from chalicelib.saml.assertions import to_xml
from chalicelib.saml.decoding import deflate
from chalicelib.saml.keys import PrivateKey
from chalicelib.saml.levels import Level
from chalicelib.saml.names import tag
from chalicelib.saml.parsing import parse
from chalicelib.saml.partners import IdentityProvider
from chalicelib.saml.queries import sign_query
from chalicelib.saml.signatures import sign
from chalicelib.saml.times import SKEW, instant, written

_FAILURES = {names.AUTHN_FAILED: "cancelled", names.NO_AUTHN_CONTEXT: "level_too_low"}
"""What a second-level status of DigiD means for the provider; any other is a failure (combiconnect.md 4.1)."""

_NAME_ID = re.compile(r"(?:s00000000:)?([0-9]{9})")
"""Sector code of the BSN, which a test identity provider may leave out (design.md section 5)."""


@dataclass(frozen=True, slots=True)
class Us:
    """We, as DigiD knows us."""

    entity_id: str
    consumer: str
    key: PrivateKey


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signed in, at which level."""

    bsn: Bsn
    level: Level
    assertion_id: str


class NotSignedIn(Exception):
    """DigiD says, signed, that nobody signed in as we asked. `failure` is a key of `answers.FAILURES`."""

    def __init__(self, failure: str) -> None:
        super().__init__(failure)
        self.failure = failure


def build_request(
    request_id: str, level: Level, provider: IdentityProvider, us: Us, now: datetime, *, answer: str = names.POST
) -> samlp.AuthnRequest:
    """Build an AuthnRequest for at least a level, always with a fresh sign-in; `answer` is a binding."""
    context = samlp.RequestedAuthnContext(
        comparison="minimum", authn_context_class_ref=[saml.AuthnContextClassRef(text=level.digid_class)]
    )
    return samlp.AuthnRequest(
        id=request_id,
        version="2.0",
        issue_instant=written(now),
        destination=provider.sign_on.get(names.REDIRECT) or provider.sign_on[names.POST],
        force_authn="true",
        protocol_binding=answer,
        assertion_consumer_service_url=us.consumer,
        issuer=saml.Issuer(text=us.entity_id),
        requested_authn_context=context,
    )


def redirect_address(request: samlp.AuthnRequest, relay_state: str, us: Us) -> str:
    """Return where to send the browser, the request signed in the query string."""
    message = base64.b64encode(deflate(str(request).encode())).decode()
    separator = "&" if "?" in request.destination else "?"
    return f"{request.destination}{separator}{sign_query('SAMLRequest', message, relay_state, us.key)}"


def post_field(request: samlp.AuthnRequest, us: Us) -> str:
    """Return the value of `SAMLRequest` for a form, the request signed inside."""
    root = to_xml(request)
    sign(root, us.key)
    return base64.b64encode(octets(root)).decode()


def read_response(
    verified: bytes, *, provider: IdentityProvider, us: Us, request_id: str, level: Level, now: datetime
) -> Identity:
    """Read verified octets: a Response, or its assertion alone. Raises `NotSignedIn` or `InvalidMessage`."""
    response = samlp.response_from_string(verified)
    assertion = saml.assertion_from_string(verified) if response is None else _inside(response, us, request_id)
    if assertion.version != "2.0" or not (assertion.id or "").strip():
        raise InvalidMessage("assertion without ID or of another version")
    _check_issuer(assertion.issuer, provider)
    if response is not None:
        _check_issuer(response.issuer, provider)
    _check_subject(assertion.subject, us, request_id, now)
    _check_conditions(assertion.conditions, us, now)
    return Identity(_bsn(assertion.subject.name_id), _level(assertion, level, now), assertion.id)


def response_inside(verified: bytes, *, provider: IdentityProvider, request_id: str) -> bytes:
    """Return the Response in a verified ArtifactResponse to our ArtifactResolve `request_id`.

    Raises `NotSignedIn` when there is none, or `InvalidMessage`.
    """
    message = samlp.artifact_response_from_string(verified)
    _check_issuer(message.issuer, provider)
    if message.version != "2.0" or message.in_response_to != request_id:
        raise InvalidMessage("ArtifactResponse to another question")
    if message.status.status_code.value != names.SUCCESS:
        raise NotSignedIn("failed")
    inside = parse(verified).find(tag("samlp:Response"))
    if inside is None:
        raise NotSignedIn("failed")
    return etree.tostring(inside, method="c14n", exclusive=True)


def _inside(response: samlp.Response, us: Us, request_id: str) -> saml.Assertion:
    if response.version != "2.0" or response.destination != us.consumer or response.in_response_to != request_id:
        raise InvalidMessage("Response is for another address or request")
    if response.status.status_code.value != names.SUCCESS:
        if response.assertion:
            raise InvalidMessage("a failure with an assertion")
        second = response.status.status_code.status_code
        raise NotSignedIn(_FAILURES.get(second.value if second is not None else "", "failed"))
    if len(response.assertion) != 1:
        raise InvalidMessage("not one assertion")
    return response.assertion[0]


def _check_issuer(issuer: saml.Issuer, provider: IdentityProvider) -> None:
    if issuer is None or (issuer.text or "").strip() != provider.entity_id:
        raise InvalidMessage("another issuer")


def _check_subject(subject: saml.Subject, us: Us, request_id: str, now: datetime) -> None:
    confirmations = subject.subject_confirmation
    if len(confirmations) != 1 or confirmations[0].method != names.BEARER:
        raise InvalidMessage("not one bearer confirmation")
    data = confirmations[0].subject_confirmation_data
    if data is None or data.recipient != us.consumer or data.in_response_to != request_id or data.not_before:
        raise InvalidMessage("assertion is for another address or request")
    if data.not_on_or_after is None or now >= instant(data.not_on_or_after) + SKEW:
        raise InvalidMessage("assertion is too old")


def _check_conditions(conditions: saml.Conditions, us: Us, now: datetime) -> None:
    if conditions.not_before and now < instant(conditions.not_before) - SKEW:
        raise InvalidMessage("assertion is not valid yet")
    if conditions.not_on_or_after and now >= instant(conditions.not_on_or_after) + SKEW:
        raise InvalidMessage("assertion is too old")
    restrictions = conditions.audience_restriction
    if not restrictions or any(
        us.entity_id not in [(audience.text or "").strip() for audience in restriction.audience]
        for restriction in restrictions
    ):
        raise InvalidMessage("assertion is for another audience")


def _bsn(name_id: saml.NameID | None) -> Bsn:
    match = _NAME_ID.fullmatch((name_id.text or "").strip()) if name_id is not None else None
    if match is None or not match[1].isascii():
        raise InvalidMessage("NameID is not a BSN")
    try:
        return Bsn(match[1])
    except ValueError:
        raise InvalidMessage("NameID is not a BSN") from None


def _level(assertion: saml.Assertion, asked: Level, now: datetime) -> Level:
    statement = assertion.authn_statement[0]
    context = statement.authn_context
    if context is None or context.authn_context_class_ref is None:
        raise InvalidMessage("no level of assurance")
    try:
        reached = Level.from_class((context.authn_context_class_ref.text or "").strip())
    except ValueError:
        raise InvalidMessage("unknown level of assurance") from None
    # We ask for a fresh sign-in (ForceAuthn), so an old one is not an answer to our question.
    if not now - _FRESH <= instant(statement.authn_instant or "") <= now + SKEW:
        raise InvalidMessage("not a fresh sign-in")
    if reached < asked:
        raise NotSignedIn("level_too_low")
    return reached


_FRESH = 15 * SKEW
"""A sign-in may take a quarter of an hour."""
