"""Signing in with DigiD: sending someone there, and taking them back in the browser that began."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.errors import Conflict, InvalidMessage, SignInOver
from chalicelib.login.browsers import handing, hashed, shared_cookie, shared_value
from chalicelib.login.logins import LOGIN_LIFE, Failed, Login, LoginState, SignOn
from chalicelib.login.once import remembering
from chalicelib.login.ports import SamlPorts
from chalicelib.login.shared import SharedSignIn
from chalicelib.login.under_way import check_browser, find, over, person_of, ran_out, required
from chalicelib.observe import Metric, count, log, note_refusal, note_sender
from chalicelib.people.bsn import Bsn
from chalicelib.saml.craft.gate import Unverified, opened_response, response_from_post, response_from_soap
from chalicelib.saml.craft.shapes import ARTIFACT_RESPONSE, RESPONSE
from chalicelib.saml.craft.uris import ARTIFACT, POST
from chalicelib.saml.messages.artifact_questions import resolution_address, resolve_envelope
from chalicelib.saml.messages.digid import (
    Identity,
    NotSignedIn,
    build_request,
    post_field,
    read_response,
    redirect_address,
    response_inside,
)
from chalicelib.saml.messages.levels import Level
from chalicelib.saml.partners.roles import IdentityProvider
from chalicelib.storage.table import Item
from chalicelib.web.pages import page
from chalicelib.web.visit import Cookie, Reply, Visit, redirect

_OUR_PATH = re.compile(r"/(?!/)[A-Za-z0-9/_.-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Returned:
    """Someone is back from DigiD."""

    login: Login
    bsn: Bsn | None = None
    """Who it is, where DigiD says so now."""
    failed: Failed | None = None
    """Why nobody signed in."""


def send_to_digid(
    ports: SamlPorts,
    visit: Visit,
    level: Level,
    *,
    path: str = "/mandates",
    sign_on: SignOn | None = None,
    once: tuple[Item, ...] = (),
) -> Reply:
    """Start a login and send the browser to DigiD. The browser gets a handle, without which nothing goes on.

    `once` is what counts together with it. Raises `Conflict` when that counted before.
    """
    login, bound = new_login(ports, visit, level, path if _OUR_PATH.fullmatch(path) else "/mandates", sign_on)
    (provider, answer), us = ports.digid(visit.now), ports.us(visit.now)
    request = build_request(login.digid_request, level, provider, us, visit.now, answer=answer)
    if POST not in provider.sign_on:
        reply = redirect(redirect_address(request, login.login_id, us), bound)
    else:
        fields = {"SAMLRequest": post_field(request, us)}
        reply = post_page(visit, "DigiD", request.destination, fields, login.login_id, cookies=(bound,))
    # Last: what failed before has changed nothing.
    ports.logins.start(login, *once)
    return reply


def new_login(ports: SamlPorts, visit: Visit, level: Level, path: str, sign_on: SignOn | None) -> tuple[Login, Cookie]:
    """Make a new login, not yet started, and the cookie without which no browser goes on with it."""
    new_id = ports.adapters.new_id
    handle = new_id()
    session = visit.session or visit.past
    login = Login(
        login_id=new_id(),
        browser=hashed(handle),
        digid_request=f"_{new_id()}",
        level=level,
        expires_at=visit.now + LOGIN_LIFE,
        session=new_id(),
        path=path,
        sign_on=sign_on,
        replaces=session.key if session else None,
    )
    return login, handing(handle, visit)


def recognised(ports: SamlPorts, login: Login, known: SharedSignIn) -> Login:
    """Return a login, not yet started, of someone whose earlier sign-in at this domain counts: nobody goes to DigiD."""
    sealed = ports.adapters.vault.seal(known.bsn.digits, login.sealing_context)
    return replace(login, state=LoginState.IDENTIFIED, bsn=sealed, reached=known.level, reused=True, shared=known.key)


def post_page(
    visit: Visit,
    name: str,
    location: str,
    message: dict[str, str],
    relay_state: str | None,
    *,
    cookies: tuple[Cookie, ...] = (),
) -> Reply:
    """Make a page whose form takes a message to another party: by itself, or with one click where scripts are off."""
    fields = message if relay_state is None else {**message, "RelayState": relay_state}
    return page("go_on.html", visit, name=name, location=location, fields=fields, form_target=location, cookies=cookies)


def take_back(ports: SamlPorts, visit: Visit) -> Returned:
    """Read DigiD's answer, in the browser that began; one that was read before leads on.

    A refused answer ends a login for a provider, which hears of it; a login to our own site stays as it was. Raises
    `InvalidMessage`, or `Refused` (`cookies_off`, `login_over`).
    """
    login = find(ports, visit.asked("RelayState") or visit.field("RelayState"))
    if login is None:
        _message(visit)
        raise over(login)
    check_browser(login, visit)
    if login.state is not LoginState.SENT:
        return Returned(login)
    if login.expired(visit.now):
        return Returned(login, failed=ran_out(login, visit))
    try:
        identity = _read(ports, login, visit)
    except NotSignedIn as error:
        return Returned(login, failed=Failed.by(error.failure, error))
    except InvalidMessage as error:
        if login.sign_on is None:
            raise
        note_refusal(error)
        return Returned(login, failed=Failed.by("failed", error))
    return Returned(_identified(ports, login, identity, visit), identity.bsn)


def moved_cookie(ports: SamlPorts, login: Login, visit: Visit) -> tuple[Cookie, ...]:
    """Return the new cookie by which the browser of someone who comes from DigiD shares the sign-in in a domain."""
    domain = required(login).domain
    if domain is None or login.shared is None or login.reused:
        return ()
    new = ports.adapters.new_id()
    ports.federation.move(shared_value(visit), new, person_of(ports, login), domain, login.shared, visit.now)
    return (shared_cookie(new),)


def _message(visit: Visit) -> Unverified | str:
    """Return the artifact, or the message. Raises `InvalidMessage`."""
    artifact = visit.asked("SAMLart") or visit.field("SAMLart")
    return artifact or response_from_post(visit.form, RESPONSE)


def _read(ports: SamlPorts, login: Login, visit: Visit) -> Identity:
    """Read DigiD's answer to a login. Raises `NotSignedIn` or `InvalidMessage`."""
    provider, _ = ports.digid(visit.now)
    note_sender(provider.entity_id)
    message = _message(visit)
    if isinstance(message, str):
        octets, binding, wrapper = _fetched(ports, message, provider, visit.now), ARTIFACT, None
    else:
        octets, binding, wrapper = _accepted(message, provider), POST, message.wrapper
    return read_response(
        opened_response(octets, ports.encryption.all(visit.now), provider.signing),
        provider=provider,
        us=ports.us(visit.now),
        request_id=login.digid_request,
        level=Level(login.level),
        now=visit.now,
        binding=binding,
        wrapper=wrapper,
    )


def _accepted(message: Unverified, provider: IdentityProvider) -> bytes:
    if message.issuer != provider.entity_id:
        raise InvalidMessage("another issuer", received=message.issuer, expected=provider.entity_id)
    return message.accept(provider.signing)


def _fetched(ports: SamlPorts, artifact: str, provider: IdentityProvider, now: datetime) -> bytes:
    """Return the octets of the Response that an artifact of DigiD stands for. Raises `NotSignedIn` when it has none."""
    us, request_id, address = ports.us(now), f"_{ports.adapters.new_id()}", resolution_address(artifact, provider)
    question = resolve_envelope(artifact, request_id, address, us, now)
    answer = response_from_soap(ports.back_channel.ask(address, question, us.key, provider.trusted), ARTIFACT_RESPONSE)
    return response_inside(_accepted(answer, provider), provider=provider, request_id=request_id, now=now)


def _identified(ports: SamlPorts, login: Login, identity: Identity, visit: Visit) -> Login:
    """Write down who it is, together with the id of the assertion that says so."""
    sealed = ports.adapters.vault.seal(identity.bsn.digits, login.sealing_context)
    once = remembering(ports.adapters.transient, "assertion", "digid", identity.assertion_id, visit.now)
    try:
        identified = ports.logins.identify(
            login, sealed, identity.level, _shared(ports, login, identity.bsn, visit), once
        )
    except Conflict:
        received = "an answer, or a sign-in, that counted before"
        raise SignInOver("login_over", received=received, expected="DigiD's answer, once") from None
    log().info("signed_in", level=int(identity.level), login_id=login.login_id)
    count(Metric.SIGNED_IN)
    return identified


def _shared(ports: SamlPorts, login: Login, bsn: Bsn, visit: Visit) -> str | None:
    if login.sign_on is None or login.sign_on.domain is None:
        return None
    person, new_key = ports.adapters.secrets.pseudonyms.person(bsn), ports.adapters.new_id()
    return ports.federation.key_for(shared_value(visit), login.sign_on.domain, person, new_key, visit.now)
