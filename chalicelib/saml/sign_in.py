"""Signing in with DigiD: sending someone there, and taking them back in the browser that began."""

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.errors import Conflict, InvalidMessage, Refused
from chalicelib.observe import Metric, count, log
from chalicelib.people.bsn import Bsn
from chalicelib.saml.artifact_questions import resolution_address, resolve_envelope
from chalicelib.saml.digid import (
    Identity,
    NotSignedIn,
    build_request,
    post_field,
    read_response,
    redirect_address,
    response_inside,
)
from chalicelib.saml.federation import LONGEST, SharedSignIn
from chalicelib.saml.gate import Unverified, opened_response, response_from_post, response_from_soap
from chalicelib.saml.levels import Level
from chalicelib.saml.logins import LOGIN_LIFE, Login, LoginState, SignOn
from chalicelib.saml.names import REDIRECT
from chalicelib.saml.partners import IdentityProvider
from chalicelib.saml.replay import use_once
from chalicelib.saml.shapes import ARTIFACT_RESPONSE, RESPONSE
from chalicelib.saml.wiring import saml
from chalicelib.web.pages import page
from chalicelib.web.visit import LOGIN_COOKIE, SHARED_COOKIE, Cookie, Reply, Visit, redirect
from chalicelib.wiring import current

_OUR_PATH = re.compile(r"/(?!/)[A-Za-z0-9/_.-]*", re.ASCII)
_COOKIE = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Returned:
    """Someone is back from DigiD."""

    login: Login
    bsn: Bsn | None
    """None when DigiD says that nobody signed in."""
    failure: str | None = None
    """Why nobody did, as a key of `answers.FAILURES`."""


def send_to_digid(visit: Visit, level: Level, *, path: str = "/mandates", sign_on: SignOn | None = None) -> Reply:
    """Start a login and send the browser to DigiD. The browser gets a cookie, without which nothing goes on."""
    ours = saml()
    login, bound = _started(visit, level, path if _OUR_PATH.fullmatch(path) else "/mandates", sign_on)
    ours.logins.start(login)
    (provider, answer), us = ours.digid(visit.now), ours.us(visit.now)
    request = build_request(login.digid_request, level, provider, us, visit.now, answer=answer)
    if REDIRECT in provider.sign_on:
        return redirect(redirect_address(request, login.login_id, us), bound)
    fields = {"SAMLRequest": post_field(request, us), "RelayState": login.login_id}
    return post_page(visit, "DigiD", request.destination, fields, cookies=(bound,))


def start_known(visit: Visit, level: Level, sign_on: SignOn, known: SharedSignIn) -> tuple[Login, Cookie]:
    """Start a login of someone whose earlier sign-in at this provider's domain counts: nobody goes to DigiD."""
    login, bound = _started(visit, level, "/", sign_on)
    sealed = current().vault.seal(known.bsn.digits, login.sealing_context)
    login = replace(login, state=LoginState.IDENTIFIED, bsn=sealed, reached=known.level, reused=True)
    saml().logins.start(login)
    return login, bound


def shared_cookie(visit: Visit) -> Cookie:
    """Return the cookie by which a browser's sign-in is found again: the one that it sent, or a new one."""
    sent = visit.cookies.get(SHARED_COOKIE, "")
    value = sent if _COOKIE.fullmatch(sent) else current().new_id()
    return Cookie(SHARED_COOKIE, value, same_site="None", max_age=int(LONGEST.total_seconds()))


def _started(visit: Visit, level: Level, path: str, sign_on: SignOn | None) -> tuple[Login, Cookie]:
    """Return a new login, and the cookie without which no browser goes on with it."""
    new_id = current().new_id
    cookie = _browser(visit) or new_id()
    login = Login(
        login_id=new_id(),
        browser=_hashed(cookie),
        digid_request=f"_{new_id()}",
        level=level,
        expires_at=visit.now + LOGIN_LIFE,
        path=path,
        sign_on=sign_on,
    )
    # SameSite=None: DigiD's answer comes as a form from another site.
    return login, Cookie(LOGIN_COOKIE, cookie, same_site="None", max_age=int(LOGIN_LIFE.total_seconds()))


def post_page(
    visit: Visit, name: str, location: str, fields: dict[str, str], *, cookies: tuple[Cookie, ...] = ()
) -> Reply:
    """Make a page whose form takes a message to another party: by itself, or with one click where scripts are off."""
    origin = "/".join(location.split("/")[:3])
    return page("go_on.html", visit, name=name, location=location, fields=fields, form_target=origin, cookies=cookies)


def take_back(visit: Visit) -> Returned:
    """Read DigiD's answer. Raises `InvalidMessage`, or `Refused` (`cookies_off`, `login_over`)."""
    ours = saml()
    provider, _ = ours.digid(visit.now)
    artifact = visit.asked("SAMLart") or visit.field("SAMLart")
    message = None if artifact else response_from_post(visit.form, RESPONSE)
    relay_state = message.relay_state if message else visit.asked("RelayState") or visit.field("RelayState")
    login = _login(relay_state or "")
    began_here = _began_here(login, visit)
    if not began_here and login.sign_on is None:
        raise Refused("cookies_off")
    try:
        octets = _accepted(message, provider) if message else _fetched(artifact, provider, visit.now)
        identity = read_response(
            opened_response(octets, ours.encryption.all(visit.now), provider.signing),
            provider=provider,
            us=ours.us(visit.now),
            request_id=login.digid_request,
            level=Level(login.level),
            now=visit.now,
        )
    except NotSignedIn as error:
        return Returned(login, None, error.failure)
    if login.state is LoginState.SENT and (login.expired(visit.now) or not began_here):
        # Too late, or in another browser than the one that was asked: nobody is signed in, and the provider hears it.
        return Returned(login, None, "failed")
    return Returned(_identified(login, identity, visit), identity.bsn)


def _accepted(message: Unverified, provider: IdentityProvider) -> bytes:
    if message.issuer != provider.entity_id:
        raise InvalidMessage("another issuer")
    return message.accept(provider.signing)


def _fetched(artifact: str, provider: IdentityProvider, now: datetime) -> bytes:
    """Return the octets of the Response that an artifact of DigiD stands for. Raises `NotSignedIn` when it has none."""
    ours = saml()
    us, request_id, address = ours.us(now), f"_{current().new_id()}", resolution_address(artifact, provider)
    question = resolve_envelope(artifact, request_id, address, us, now)
    answer = response_from_soap(ours.back_channel.ask(address, question, us.key, provider.signing), ARTIFACT_RESPONSE)
    return response_inside(_accepted(answer, provider), provider=provider, request_id=request_id)


def own_login(visit: Visit, login_id: str) -> Login:
    """Return a login that this browser began, expired or not. Raises `Refused`."""
    login = _login(login_id)
    if not _began_here(login, visit):
        raise Refused("cookies_off")
    return login


def _login(login_id: str) -> Login:
    login = saml().logins.find(login_id) if _COOKIE.fullmatch(login_id) else None
    if login is None:
        raise Refused("login_over")
    return login


def _began_here(login: Login, visit: Visit) -> bool:
    cookie = _browser(visit)
    return cookie is not None and _hashed(cookie) == login.browser


def _identified(login: Login, identity: Identity, visit: Visit) -> Login:
    if login.state is not LoginState.SENT:
        raise Refused("login_over")
    use_once(current().transient, "assertion", "digid", identity.assertion_id, visit.now)
    sealed = current().vault.seal(identity.bsn.digits, login.sealing_context)
    try:
        identified = saml().logins.identify(login, sealed, identity.level)
    except Conflict:
        raise Refused("login_over") from None
    log().info("signed_in", level=int(identity.level), login_id=login.login_id)
    count(Metric.SIGNED_IN)
    return identified


def _browser(visit: Visit) -> str | None:
    cookie = visit.cookies.get(LOGIN_COOKIE, "")
    return cookie if _COOKIE.fullmatch(cookie) else None


def _hashed(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
