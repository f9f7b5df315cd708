"""Sign-on for a provider: whom to answer for, the decision, and the release of the answer (invariant 1)."""

import base64
from urllib.parse import urlencode

from lxml import etree

from chalicelib.catalogue.model import Service
from chalicelib.errors import InvalidMessage, NotFound, Refused
from chalicelib.mandates.model import Mandate
from chalicelib.mandates.using import may_use, note_refusal, note_use, usable
from chalicelib.people.bsn import Bsn
from chalicelib.saml import answers
from chalicelib.saml.answers import Addressee, Failure, Released, response
from chalicelib.saml.artifacts import Waiting, new_artifact
from chalicelib.saml.gate import Unverified
from chalicelib.saml.levels import Level
from chalicelib.saml.logging_out import remember
from chalicelib.saml.logins import LOGIN_LIFE, Decision, Login, SignOn
from chalicelib.saml.names import ARTIFACT
from chalicelib.saml.replay import use_once
from chalicelib.saml.requests import SignOnRequest, read_request
from chalicelib.saml.sign_in import post_page
from chalicelib.saml.wiring import COMBICONNECT, MACHTIGEN, saml
from chalicelib.web.visit import Reply, Visit, redirect
from chalicelib.wiring import current

FAILURES = {
    "cancelled": answers.CANCELLED,
    "failed": answers.FAILED,
    "denied": answers.DENIED,
    "not_supported": answers.NOT_SUPPORTED,
}
"""Decisions that are not a release, by the name under which they are kept."""


def accept_request(message: Unverified, visit: Visit) -> tuple[SignOn, Service]:
    """Verify and read a provider's request. Raises `InvalidMessage`, or `NotFound` for who or what is unknown."""
    ours = saml()
    connection, provider = ours.connected(message.issuer, visit.now)
    request = read_request(
        message.accept(provider.signing),
        provider,
        destination=ours.sign_on_address,
        unasked=connection.unasked,
        bvd=MACHTIGEN,
        now=visit.now,
    )
    use_once(current().transient, "request", request.entity_id, request.request_id, visit.now)
    service = _service(request)
    sign_on = SignOn(
        entity_id=request.entity_id,
        request_id=request.request_id,
        location=request.consumer.location,
        binding=request.consumer.binding,
        relay_state=message.relay_state,
        service_id=service.service_id,
        wanted=request.wanted,
    )
    return sign_on, service


def service_of(login: Login) -> Service:
    return current().catalogue.service(required(login).service_id)


def required(login: Login) -> SignOn:
    """Return the provider's request of a login. Raises `Refused` for a login to our own site."""
    if login.sign_on is None:
        raise Refused("login_over")
    return login.sign_on


def acting(login: Login) -> Bsn:
    """Return who signed in. Raises `Refused` when DigiD has not said so yet."""
    if login.bsn is None:
        raise Refused("login_over")
    return Bsn(current().vault.open(login.bsn, login.sealing_context))


def choices(login: Login, service: Service, visit: Visit) -> list[Mandate]:
    """Return the mandates that can be used for this login now."""
    wiring = current()
    person = wiring.secrets.pseudonyms.person(acting(login))
    return usable(person, service, login.reached, store=wiring.mandates, now=visit.now)


def finish(login: Login, decision: Decision, visit: Visit) -> Reply:
    """Decide a login, once, and send the browser to the provider with the answer or a reference to it."""
    decided = saml().logins.decide(login, decision)
    sign_on = required(decided)
    if sign_on.binding == ARTIFACT:
        artifact = new_artifact(COMBICONNECT, current().pick)
        saml().artifacts.keep(artifact, Waiting(sign_on.entity_id, decided.login_id), visit.now)
        relay = {"RelayState": sign_on.relay_state} if sign_on.relay_state is not None else {}
        separator = "&" if "?" in sign_on.location else "?"
        return redirect(f"{sign_on.location}{separator}{urlencode({'SAMLart': artifact, **relay})}")
    fields = {"SAMLResponse": base64.b64encode(answers.octets(release(decided, visit))).decode()}
    if sign_on.relay_state is not None:
        fields["RelayState"] = sign_on.relay_state
    return post_page(visit, current().catalogue.connection(sign_on.entity_id).name, sign_on.location, fields)


def release(login: Login, visit: Visit) -> etree._Element:
    """Make the signed Response for a decided login, from what holds at this moment."""
    sign_on = required(login)
    to = Addressee(saml().connected(sign_on.entity_id, visit.now)[1], sign_on.location, sign_on.request_id)
    outcome = _outcome(login, visit)
    if isinstance(outcome, Released):
        remember(outcome.session, sign_on.entity_id, visit.now)
    return response(outcome, to, saml().issuer(visit.now), visit.now)


def refuse_at_once(sign_on: SignOn, failure: str, visit: Visit) -> Reply:
    """Answer a request that we understand but do not support, without a sign-in (combiconnect.md 2.4)."""
    wiring = current()
    expires_at = visit.now + LOGIN_LIFE
    login = Login(wiring.new_id(), "", f"_{wiring.new_id()}", 0, expires_at, sign_on=sign_on)
    saml().logins.start(login)
    return finish(login, Decision(failure=failure), visit)


def _outcome(login: Login, visit: Visit) -> Released | Failure:
    decision = login.decision
    if decision is None:
        return answers.FAILED
    if decision.failure is not None:
        return FAILURES[decision.failure]
    session = current().new_id()
    level = Level(login.reached)
    service_id = required(login).service_id
    if decision.case_id is None:
        return Released(acting(login), None, level, service_id, session)
    try:
        mandate = _confirmed(login, decision.case_id, visit)
    except Refused:
        return answers.DENIED
    legal = Bsn(current().vault.open(mandate.represented_bsn, f"case:{mandate.case_id}"))
    return Released(acting(login), legal, level, service_id, session)


def _confirmed(login: Login, case_id: str, visit: Visit) -> Mandate:
    """Read the mandate once more, consistently, and write its use down before it is told (invariants 1 and 10)."""
    wiring, service = current(), service_of(login)
    person = wiring.secrets.pseudonyms.person(acting(login))
    try:
        mandate = may_use(case_id, person, service, login.reached, store=wiring.mandates, now=visit.now)
    except Refused:
        note_refused(login, visit)
        raise
    note_use(
        mandate, login.login_id, provider=service.provider, level=login.reached, store=wiring.mandates, now=visit.now
    )
    return mandate


def note_refused(login: Login, visit: Visit) -> None:
    """Let the represented person see that somebody whom they once mandated was refused."""
    wiring = current()
    note_refusal(
        wiring.secrets.pseudonyms.person(acting(login)),
        service_of(login),
        login.login_id,
        level=login.reached,
        store=wiring.mandates,
        now=visit.now,
    )


def _service(request: SignOnRequest) -> Service:
    """Return the service that is asked for; the only one of a connection need not be named."""
    catalogue = current().catalogue
    offered = catalogue.services_of(request.entity_id)
    if request.service_uuid is not None:
        if request.service_uuid not in offered.values():
            raise NotFound("service")
        return catalogue.service(request.service_uuid)
    if request.service_index is not None:
        if request.service_index not in offered:
            raise NotFound("service")
        return catalogue.service(offered[request.service_index])
    if not offered:
        raise InvalidMessage("no service")
    return catalogue.service(offered[min(offered)])
