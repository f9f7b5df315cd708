"""What a provider gets: a Response with an assertion, or one that says no (combiconnect.md sections 3 and 4)."""

from dataclasses import dataclass
from datetime import datetime

from saml2 import saml, samlp

from chalicelib.catalogue.model import Profile
from chalicelib.login.answer import Answer
from chalicelib.saml.craft import uris
from chalicelib.saml.craft.signatures import Signature
from chalicelib.saml.craft.times import written
from chalicelib.saml.messages import assertions
from chalicelib.saml.messages.assertions import Addressee, Identities
from chalicelib.saml.messages.outgoing import Issuer, Outgoing


@dataclass(frozen=True, slots=True)
class Status:
    """A status that says no."""

    top: str
    second: str
    message: str | None = None


FAILURES = {
    "cancelled": Status(uris.RESPONDER, uris.AUTHN_FAILED, uris.CANCELLED),
    "failed": Status(uris.RESPONDER, uris.AUTHN_FAILED),
    "denied": Status(uris.RESPONDER, uris.REQUEST_DENIED),
    "level_too_low": Status(uris.RESPONDER, uris.NO_AUTHN_CONTEXT),
    "level_not_supported": Status(uris.RESPONDER, uris.NO_AUTHN_CONTEXT, "Level of assurance not supported"),
    "passive": Status(uris.RESPONDER, uris.NO_PASSIVE),
    "not_supported": Status(uris.REQUESTER, uris.NO_SUPPORTED_IDP),
    "function_not_supported": Status(uris.RESPONDER, uris.REQUEST_UNSUPPORTED, "Not supported for this service"),
    "unavailable": Status(uris.RESPONDER, uris.REQUEST_DENIED, "Temporarily unavailable"),
    "too_late": Status(uris.REQUESTER, uris.REQUEST_DENIED),
}
"""The statuses of combiconnect.md section 4, by the name under which a decision is kept."""


def response(outcome: Answer | Status, to: Addressee, we: Identities, profile: Profile, now: datetime) -> Outgoing:
    """Build the Response for an outcome, valid for two minutes and for this provider only.

    In the national profile it is not signed: it only ever travels inside a signed ArtifactResponse (1.7).
    """
    message = envelope(outcome, to, we.entrance, now)
    if profile is Profile.COMBICONNECT:
        if isinstance(outcome, Status):
            return Outgoing(message)
        assertion = assertions.combiconnect(outcome, to, we, now)
        message.assertion = [assertion.message]
        return Outgoing(message, assertion.signatures)
    if isinstance(outcome, Answer):
        message.encrypted_assertion = [assertions.general(outcome, to, we.entrance, now)]
    return Outgoing(message, (Signature(message.id, we.entrance.key),))


def envelope(outcome: Answer | Status, to: Addressee, issuer: Issuer, now: datetime) -> samlp.Response:
    """Return a Response with everything but the assertion."""
    return samlp.Response(
        id=issuer.message_id(),
        version="2.0",
        issue_instant=written(now),
        destination=to.location,
        in_response_to=to.request_id,
        issuer=saml.Issuer(text=issuer.entity_id),
        status=status(None if isinstance(outcome, Answer) else outcome),
    )


def status(failure: Status | None) -> samlp.Status:
    if failure is None:
        return samlp.Status(status_code=samlp.StatusCode(value=uris.SUCCESS))
    code = samlp.StatusCode(value=failure.top, status_code=samlp.StatusCode(value=failure.second))
    message = samlp.StatusMessage(text=failure.message) if failure.message else None
    return samlp.Status(status_code=code, status_message=message)
