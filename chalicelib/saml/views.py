"""What happens at the addresses of `routes.py`."""

from dataclasses import replace

from chalicelib.catalogue.model import Profile
from chalicelib.saml import gate, metadata
from chalicelib.saml.federation import sharing_key
from chalicelib.saml.levels import Level
from chalicelib.saml.logging_out import log_out
from chalicelib.saml.logins import Decision, Login, SignOn
from chalicelib.saml.metadata import Addresses, Published
from chalicelib.saml.names import POST, REDIRECT
from chalicelib.saml.requests import Wanted
from chalicelib.saml.resolving import resolve
from chalicelib.saml.shapes import AUTHN_REQUEST, LOGOUT_REQUEST
from chalicelib.saml.sign_in import Returned, send_to_digid, shared_cookie, start_known, take_back
from chalicelib.saml.sign_on import (
    accept_request,
    as_offered,
    choices,
    finish,
    required,
    service_of,
    start_decided,
)
from chalicelib.saml.wiring import saml
from chalicelib.web.http import sessions
from chalicelib.web.pages import page
from chalicelib.web.visit import LOGIN_COOKIE, SESSION_COOKIE, Cookie, Reply, Visit, redirect
from chalicelib.wiring import current

_METADATA = "application/samlmetadata+xml"
LEVELS = {str(int(level)): level for level in Level}


def log_in(visit: Visit) -> Reply:
    """Sign in to our own site; `next` is a path of ours, `level` the lowest level of assurance."""
    level = LEVELS.get(visit.asked("level"), Level.BASIC)
    return send_to_digid(visit, level, path=visit.asked("next") or "/mandates")


def sign_on_by_redirect(visit: Visit) -> Reply:
    return _sign_on(visit, gate.from_query(visit.query, "SAMLRequest", AUTHN_REQUEST), REDIRECT)


def sign_on_by_post(visit: Visit) -> Reply:
    return _sign_on(visit, gate.from_post(visit.form, "SAMLRequest", AUTHN_REQUEST), POST)


def return_from_digid(visit: Visit) -> Reply:
    """Take DigiD's answer from a form, or its artifact from a form or a query string."""
    returned = take_back(visit)
    if returned.login.sign_on is not None:
        return _go_on(returned, visit)
    if returned.bsn is None:
        return page("not_signed_in.html", visit, again=returned.login.path)
    wiring = current()
    token, person = wiring.new_id() + wiring.new_id(), wiring.secrets.pseudonyms.person(returned.bsn)
    sessions().start(token, wiring.new_id(), person, returned.bsn, returned.login.reached, visit.now)
    gone = Cookie(LOGIN_COOKIE, "", same_site="None", max_age=0)
    return redirect(returned.login.path, Cookie(SESSION_COOKIE, token), gone)


def resolve_artifact(visit: Visit) -> Reply:
    return Reply(resolve(visit).decode(), content_type="text/xml; charset=utf-8")


def log_out_by_redirect(visit: Visit) -> Reply:
    return log_out(gate.from_query(visit.query, "SAMLRequest", LOGOUT_REQUEST), REDIRECT, visit)


def log_out_by_post(visit: Visit) -> Reply:
    return log_out(gate.from_post(visit.form, "SAMLRequest", LOGOUT_REQUEST), POST, visit)


def our_metadata(visit: Visit) -> Reply:
    """Show our metadata: `profile=combiconnect` for the national profile, there `role=digid` or `role=machtigen` for
    who makes the statements in an Advice; `certificates=one` for clients that refuse a second.
    """
    ours, settings = saml(), current().settings
    national = visit.asked("profile") == Profile.COMBICONNECT
    name, signing = ours.published(visit.asked("role") if national else "")
    keys = Published(signing.all(visit.now), ours.encryption.all(visit.now))
    addresses = Addresses(
        sign_on=f"{settings.base_url}/saml/sso",
        logout=f"{settings.base_url}/saml/slo",
        resolution=f"{settings.back_channel_url if national else settings.base_url}/saml/artifact",
    )
    document = metadata.identity_provider(
        name,
        f"_{current().new_id()}",
        addresses,
        keys.only_active() if visit.asked("certificates") == "one" else keys,
        Profile.COMBICONNECT if national else Profile.GENERAL,
        visit.now,
    )
    return Reply(document.decode(), content_type=_METADATA)


def our_digid_metadata(visit: Visit) -> Reply:
    ours = saml()
    keys = Published(ours.signing.all(visit.now), ours.encryption.all(visit.now))
    document = metadata.service_provider(ours.us(visit.now), f"_{current().new_id()}", keys, visit.now)
    return Reply(document.decode(), content_type=_METADATA)


def _sign_on(visit: Visit, message: gate.Unverified, binding: str) -> Reply:
    request, connection, service = accept_request(message, binding, visit)
    wanted, failure = as_offered(request, service, visit.now)
    cookie = shared_cookie(visit) if connection.sso_domain else None
    sign_on = SignOn(
        entity_id=request.entity_id,
        request_id=request.request_id,
        location=request.consumer.location,
        binding=request.consumer.binding,
        relay_state=message.relay_state,
        service_id=service.service_id,
        wanted=wanted,
        shared=sharing_key(connection, cookie.value) if cookie else None,
    )
    if failure is not None:
        return finish(start_decided(sign_on, visit), Decision(failure=failure), visit)
    level = Level(max(service.level_at(visit.now), request.level or Level.BASIC))
    known = None if request.force or sign_on.shared is None else saml().federation.shared(sign_on.shared)
    if known is not None and known.serves(level, visit.now):
        login, bound = start_known(visit, level, sign_on, known)
        if not (request.passive and _asks(login, visit)):
            reply = _answer_or_ask(login, visit)
            return replace(reply, cookies=(*reply.cookies, bound))
    if request.passive:
        return finish(start_decided(sign_on, visit), Decision(failure="passive"), visit)
    reply = send_to_digid(visit, level, sign_on=sign_on)
    return replace(reply, cookies=(*reply.cookies, cookie)) if cookie else reply


def _go_on(returned: Returned, visit: Visit) -> Reply:
    """Go on after DigiD: to the provider when nobody signed in, or it took too long."""
    login = returned.login
    if returned.bsn is None:
        return finish(login, Decision(failure=returned.failure or "failed"), visit)
    return _answer_or_ask(login, visit)


def _answer_or_ask(login: Login, visit: Visit) -> Reply:
    """Go straight to the provider for oneself, otherwise to the choice of a person."""
    if _asks(login, visit):
        return redirect(f"/saml/choice/{login.login_id}")
    return finish(login, Decision(), visit)


def _asks(login: Login, visit: Visit) -> bool:
    """Tell whether the person has something to choose."""
    wanted = required(login).wanted
    return wanted is Wanted.REPRESENTED or (wanted is Wanted.EITHER and bool(choices(login, service_of(login), visit)))
