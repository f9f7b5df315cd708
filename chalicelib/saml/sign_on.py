"""Sign-on for a provider: whom to answer for, the decision, and the release of the answer (invariant 1)."""

import base64
from datetime import datetime
from urllib.parse import urlencode

from lxml import etree

from chalicelib.catalogue.model import Connection, Profile, Service
from chalicelib.errors import Conflict, InvalidMessage, NotFound, Refused, Unavailable
from chalicelib.mandates.model import Mandate
from chalicelib.mandates.using import may_use, note_refusal, note_use, usable
from chalicelib.observe import Metric, count, log
from chalicelib.people.bsn import Bsn
from chalicelib.saml.answers import FAILURES, Failure, octets, response
from chalicelib.saml.artifacts import Waiting, new_artifact
from chalicelib.saml.assertions import Addressee, Released
from chalicelib.saml.federation import Told
from chalicelib.saml.gate import Unverified
from chalicelib.saml.levels import Level
from chalicelib.saml.logins import LOGIN_LIFE, Decision, Login, SignOn
from chalicelib.saml.names import ARTIFACT, POST
from chalicelib.saml.partners import ServiceProvider
from chalicelib.saml.replay import use_once
from chalicelib.saml.requests import SignOnRequest, Wanted, read_request
from chalicelib.saml.sign_in import post_page
from chalicelib.saml.wiring import saml
from chalicelib.web.visit import Reply, Visit, redirect
from chalicelib.wiring import current


def accept_request(message: Unverified, binding: str, visit: Visit) -> tuple[SignOnRequest, Connection, Service]:
    """Verify and read a provider's request. Raises `InvalidMessage`, or `NotFound` for who or what is unknown."""
    ours = saml()
    connection, provider = ours.connected(message.issuer, visit.now)
    if connection.profile is Profile.COMBICONNECT and binding != POST:
        raise InvalidMessage("CombiConnect asks by POST", received=binding, expected=POST)
    request = read_request(message.accept(provider.signing), connection, provider, ours.as_asked, visit.now)
    use_once(current().transient, "request", request.entity_id, request.request_id, visit.now)
    service = _service(request, provider)
    if service.entity_id != request.audience or service.asked_through != request.entity_id:
        raise NotFound("service of the sender", received=[service.service_id, request.audience])
    if not service.counts(visit.now):
        raise NotFound("service", received=service.service_id)
    ours.recipient(connection, service.entity_id, visit.now)
    return request, connection, service


def as_offered(request: SignOnRequest, service: Service, now: datetime) -> tuple[Wanted, str | None]:
    """Return for whom one may sign in, within what the service offers; or why the request cannot be served."""
    wanted = request.wanted
    if wanted is Wanted.EITHER and not (service.digid and service.may_be_mandated(now)):
        wanted = Wanted.SELF if service.digid else Wanted.REPRESENTED
    if wanted is Wanted.UNSUPPORTED:
        return wanted, "not_supported"
    if not request.level_supported:
        return wanted, "level_not_supported"
    offered = service.digid if wanted is not Wanted.REPRESENTED else service.may_be_mandated(now)
    return wanted, None if offered else "function_not_supported"


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
    """Decide a login and send the browser to the provider with the answer or a reference to it.

    Raises `Refused("login_over")` for one that was decided before.
    """
    try:
        decided = saml().logins.decide(login, decision)
    except Conflict:
        raise Refused("login_over") from None
    sign_on = required(decided)
    if sign_on.binding == ARTIFACT:
        artifact = new_artifact(current().settings.combiconnect_entity_id, current().pick)
        saml().artifacts.keep(artifact, Waiting(sign_on.entity_id, decided.login_id, visit.now))
        relay = {"RelayState": sign_on.relay_state} if sign_on.relay_state is not None else {}
        separator = "&" if "?" in sign_on.location else "?"
        return redirect(f"{sign_on.location}{separator}{urlencode({'SAMLart': artifact, **relay})}")
    answer = release(decided, _outcome(decided, visit), visit.now)
    fields = {"SAMLResponse": base64.b64encode(octets(answer)).decode()}
    if sign_on.relay_state is not None:
        fields["RelayState"] = sign_on.relay_state
    return post_page(visit, current().catalogue.connection(sign_on.entity_id).name, sign_on.location, fields)


def redeem(waiting: Waiting, visit: Visit) -> etree._Element | None:
    """Make the Response that an artifact stands for, from what holds now. None for a login that has been forgotten."""
    login = saml().logins.find(waiting.login_id)
    if login is None:
        return None
    outcome = FAILURES["too_late"] if waiting.late(visit.now) else _outcome(login, visit)
    return release(login, outcome, visit.now, sent_at=waiting.sent_at)


def release(
    login: Login, outcome: Released | Failure, now: datetime, *, sent_at: datetime | None = None
) -> etree._Element:
    """Make the Response for an outcome, and remember what a provider is told."""
    ours, sign_on = saml(), required(login)
    connection, _ = ours.connected(sign_on.entity_id, now)
    to = Addressee(
        entity_id=sign_on.entity_id,
        location=sign_on.location,
        request_id=sign_on.request_id,
        recipient=ours.recipient(connection, service_of(login).entity_id, now),
        sent_at=sent_at,
    )
    released = isinstance(outcome, Released)
    log().info("provider_answered", entity_id=sign_on.entity_id, login_id=login.login_id, released=released)
    count(Metric.ANSWER_RELEASED if released else Metric.ANSWER_REFUSED)
    if isinstance(outcome, Released):
        told = Told(outcome.session, sign_on.entity_id, connection.name, login.login_id)
        ours.federation.tell(told, outcome.acting, outcome.level, sign_on.shared, now, fresh=not login.reused)
    return response(outcome, to, ours.identities(now), connection.profile, now)


def start_decided(sign_on: SignOn, visit: Visit) -> Login:
    """Begin a login that no browser goes on with, because it is about to be answered."""
    wiring = current()
    login = Login(wiring.new_id(), "", f"_{wiring.new_id()}", 0, visit.now + LOGIN_LIFE, sign_on=sign_on)
    saml().logins.start(login)
    return login


def _outcome(login: Login, visit: Visit) -> Released | Failure:
    """Return what is told. When the register cannot be asked, nobody is named, and the provider hears that."""
    try:
        return _decided(login, visit)
    except Unavailable as error:
        log().error("release_failed", dependency=error.dependency, login_id=login.login_id)
        return FAILURES["denied"]


def _decided(login: Login, visit: Visit) -> Released | Failure:
    decision = login.decision
    if decision is None or decision.failure is not None:
        return FAILURES[decision.failure if decision and decision.failure else "failed"]
    service, level = service_of(login), Level(login.reached)
    if (failure := _overtaken(login, service, level, visit.now)) is not None:
        return FAILURES[failure]
    session = current().new_id()
    if decision.case_id is None:
        return Released(acting(login), None, level, service.service_id, session)
    try:
        mandate = _confirmed(login, decision.case_id, service, visit)
    except Refused:
        return FAILURES["denied"]
    legal = Bsn(current().vault.open(mandate.represented_bsn, f"case:{mandate.case_id}"))
    return Released(acting(login), legal, level, service.service_id, session)


def _overtaken(login: Login, service: Service, level: Level, now: datetime) -> str | None:
    """Return the failure, if what was so when someone signed in is so no more."""
    if not service.counts(now):
        return "denied"
    shared = required(login).shared
    if login.reused and (shared is None or saml().federation.shared(shared) is None):
        # Logged out since, in another window.
        return "failed"
    return "level_too_low" if level < service.level_at(now) else None


def _confirmed(login: Login, case_id: str, service: Service, visit: Visit) -> Mandate:
    """Read the mandate once more, consistently, and write its use down before it is told (invariants 1 and 10)."""
    wiring = current()
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


def _service(request: SignOnRequest, provider: ServiceProvider) -> Service:
    """Return the service that is asked for: by UUID, or by an index of the registry or of the provider's metadata.

    The only one of a connection need not be named.
    """
    catalogue = current().catalogue
    if request.service_uuid is not None:
        return catalogue.service(request.service_uuid)
    if request.service_index is not None:
        offered_as = {offer.index: offer.service_uuid for offer in provider.services}.get(request.service_index)
        if offered_as is not None:
            return catalogue.service(offered_as.lower())
        return catalogue.service_at(request.entity_id, request.service_index)
    offered = catalogue.services_of(request.entity_id)
    if not offered:
        raise InvalidMessage("no service is asked for, and the connection has none", received="")
    return catalogue.service(offered[min(offered)])
