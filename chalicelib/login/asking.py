"""Sign-on for a provider: its request is let in, and the one who signs in goes on to DigiD, to a choice, or back."""

from dataclasses import replace
from datetime import datetime

from chalicelib.catalogue.model import Connection, Profile, Service
from chalicelib.errors import Conflict, InvalidMessage, NotOpen, Unavailable
from chalicelib.login.browsers import shared_value
from chalicelib.login.identifying import new_login, recognised, send_to_digid
from chalicelib.login.logins import Decision, Failed, Login, LoginState, SignOn
from chalicelib.login.once import remembering, seen_before
from chalicelib.login.ports import SamlPorts
from chalicelib.login.releasing import answer, finish
from chalicelib.login.shared import SharedSignIn, domain_of
from chalicelib.login.under_way import asks, over, ran_out
from chalicelib.observe import log
from chalicelib.saml.craft.gate import Unverified
from chalicelib.saml.craft.uris import POST
from chalicelib.saml.messages.levels import Level
from chalicelib.saml.messages.requests import SignOnRequest, Wanted, read_request
from chalicelib.saml.partners.roles import ServiceProvider
from chalicelib.storage.table import Item
from chalicelib.web.visit import Cookie, Reply, Visit, redirect


def begin(ports: SamlPorts, message: Unverified, binding: str, visit: Visit) -> Reply:
    """Begin a sign-in that a provider asks for. Raises what `_accepted` does; a request counts once."""
    request, connection, service = _accepted(ports, message, binding, visit)
    wanted, failed = _as_offered(ports, request, service, visit.now)
    sign_on = SignOn(
        entity_id=request.entity_id,
        request_id=request.request_id,
        location=request.consumer.location,
        binding=request.consumer.binding,
        relay_state=message.relay_state,
        service_id=service.service_id,
        wanted=wanted,
        domain=domain_of(connection),
    )
    level = Level(max(service.level_at(visit.now), request.level or Level.BASIC))
    once = remembering(ports.adapters.transient, "request", request.entity_id, request.request_id, visit.now)
    try:
        return _begun(ports, request, sign_on, level, failed, once, visit)
    except Conflict:
        raise seen_before(request.request_id) from None


def go_on(ports: SamlPorts, login: Login, visit: Visit) -> Reply:
    """Go on with a login of this browser: to the choice of a person, or to the provider."""
    if login.decision is not None:
        if login.expired(visit.now):
            raise over(login)
        return answer(ports, login, visit)
    if login.expired(visit.now):
        return finish(ports, login, Decision(failed=ran_out(login, visit)), visit)
    return redirect(_choice(login)) if asks(ports, login, visit) else finish(ports, login, Decision(), visit)


def _begun(
    ports: SamlPorts,
    request: SignOnRequest,
    sign_on: SignOn,
    level: Level,
    failed: Failed | None,
    once: Item,
    visit: Visit,
) -> Reply:
    login, bound = new_login(ports, visit, level, "/", sign_on)
    known = None if failed or request.force else _known(ports, sign_on, level, visit)
    if known is not None:
        login = recognised(ports, login, known)
        if not (request.passive and asks(ports, login, visit)):
            return _straight(ports, login, bound, once, visit)
    if failed is None and request.passive:
        expected = "false, or a sign-in of before that leaves nothing to ask"
        failed = Failed.of("passive", "IsPassive, and somebody has to be asked", received="true", expected=expected)
    if failed is not None:
        decided = replace(login, state=LoginState.DECIDED, decision=Decision(failed=failed))
        return _straight(ports, decided, bound, once, visit)
    return send_to_digid(ports, visit, level, sign_on=sign_on, once=(once,))


def _known(ports: SamlPorts, sign_on: SignOn, level: Level, visit: Visit) -> SharedSignIn | None:
    """Return the earlier sign-in of this browser that counts here."""
    cookie = shared_value(visit)
    if cookie is None or sign_on.domain is None:
        return None
    known = ports.federation.found(cookie, sign_on.domain)
    return known if known is not None and known.serves(level, visit.now) else None


def _straight(ports: SamlPorts, login: Login, bound: Cookie, once: Item, visit: Visit) -> Reply:
    """Start a login that needs no DigiD, and go on with it. After an outage the browser may try again."""
    ports.logins.start(login, once)
    try:
        reply = go_on(ports, login, visit)
    except Unavailable as error:
        log().error("release_failed", dependency=error.dependency, login_id=login.login_id)
        return redirect(_choice(login), bound)
    return replace(reply, cookies=(*reply.cookies, bound)) if reply.location == _choice(login) else reply


def _choice(login: Login) -> str:
    return f"/saml/choice/{login.login_id}"


def _accepted(
    ports: SamlPorts, message: Unverified, binding: str, visit: Visit
) -> tuple[SignOnRequest, Connection, Service]:
    """Verify and read a provider's request. Raises `InvalidMessage`, or `NotOpen` for who or what is unknown."""
    connection, provider = ports.connected(message.issuer, visit.now)
    if connection.profile is Profile.COMBICONNECT and binding != POST:
        raise InvalidMessage("CombiConnect asks by POST", received=binding, expected=POST)
    request = read_request(message.accept(provider.signing), connection, provider, ports.as_asked, visit.now)
    service = _service(ports, request, provider)
    if service.entity_id != request.audience or service.asked_through != request.entity_id:
        raise NotOpen(
            "the service is another's",
            received=[service.service_id, request.audience],
            expected=[service.asked_through, service.entity_id],
        )
    if not service.counts(visit.now):
        raise NotOpen("the service is not open", received=service.service_id, expected="one that counts now")
    ports.recipient(connection, service.entity_id, visit.now)
    return request, connection, service


def _as_offered(
    ports: SamlPorts, request: SignOnRequest, service: Service, now: datetime
) -> tuple[Wanted, Failed | None]:
    """Return for whom one may sign in, within what the service offers; or why the request cannot be served."""
    wanted, mandated = request.wanted, service.may_be_mandated(now)
    if wanted is Wanted.EITHER and not (service.digid and mandated):
        wanted = Wanted.SELF if service.digid else Wanted.REPRESENTED
    if wanted is Wanted.UNSUPPORTED:
        reason, us = "Scoping asks neither for DigiD nor for DigiD Machtigen", ports.as_asked
        expected = [us.machtigen, us.digid, us.entrance]
        return wanted, Failed.of("not_supported", reason, received=request.scoping, expected=expected)
    if not request.level_supported:
        reason, known = "RequestedAuthnContext names no level that we know", [level.digid_class for level in Level]
        return wanted, Failed.of("level_not_supported", reason, received=request.levels, expected=known)
    if service.digid if wanted is not Wanted.REPRESENTED else mandated:
        return wanted, None
    reason = "the service is not offered for oneself, or not for others"
    offered = [one for one, there in ((Wanted.SELF, service.digid), (Wanted.REPRESENTED, mandated)) if there]
    return wanted, Failed.of("function_not_supported", reason, received=wanted, expected=offered)


def _service(ports: SamlPorts, request: SignOnRequest, provider: ServiceProvider) -> Service:
    """Return the service that is asked for: by UUID, or by an index of the registry or of the provider's metadata.

    The only one of a connection need not be named.
    """
    catalogue = ports.adapters.catalogue
    if request.service_uuid is not None:
        return catalogue.service(request.service_uuid)
    if request.service_index is not None:
        offered_as = {offer.index: offer.service_uuid for offer in provider.services}.get(request.service_index)
        if offered_as is not None:
            return catalogue.service(offered_as.lower())
        return catalogue.service_at(request.entity_id, request.service_index)
    offered = catalogue.services_of(request.entity_id)
    if not offered:
        reason = "no service is asked for, and the connection has none"
        raise InvalidMessage(reason, received="", expected="AttributeConsumingServiceIndex or Extensions")
    return catalogue.service(offered[min(offered)])
