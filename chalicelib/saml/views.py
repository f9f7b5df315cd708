"""What happens at the addresses of `routes.py`."""

from dataclasses import replace

from chalicelib.catalogue.model import Profile
from chalicelib.errors import Refused
from chalicelib.saml import gate, metadata
from chalicelib.saml.browsers import giving_up
from chalicelib.saml.levels import Level
from chalicelib.saml.logging_out import log_out
from chalicelib.saml.logins import Decision, LoginState
from chalicelib.saml.metadata import Addresses, Published
from chalicelib.saml.names import ARTIFACT, POST, REDIRECT
from chalicelib.saml.releasing import finish
from chalicelib.saml.resolving import resolve
from chalicelib.saml.shapes import AUTHN_REQUEST, LOGOUT_REQUEST
from chalicelib.saml.sign_in import Returned, moved_cookie, send_to_digid, take_back
from chalicelib.saml.sign_on import begin, go_on
from chalicelib.saml.under_way import acting
from chalicelib.saml.wiring import saml
from chalicelib.web.http import sessions
from chalicelib.web.pages import page
from chalicelib.web.sessions import session_key
from chalicelib.web.soap_faults import CONTENT_TYPE
from chalicelib.web.visit import SESSION_COOKIE, Cookie, Reply, Visit, redirect
from chalicelib.wiring import current

_ANSWERS = {"artifact": ARTIFACT, "post": POST}
_METADATA = "application/samlmetadata+xml"
LEVELS = {str(int(level)): level for level in Level}


def log_in(visit: Visit) -> Reply:
    """Sign in to our own site; `next` is a path of ours, `level` the lowest level of assurance."""
    level = LEVELS.get(visit.asked("level"), Level.BASIC)
    return send_to_digid(visit, level, path=visit.asked("next") or "/mandates")


def sign_on_by_redirect(visit: Visit) -> Reply:
    return begin(gate.from_query(visit.query, "SAMLRequest", AUTHN_REQUEST), REDIRECT, visit)


def sign_on_by_post(visit: Visit) -> Reply:
    return begin(gate.from_post(visit.form, "SAMLRequest", AUTHN_REQUEST), POST, visit)


def return_from_digid(visit: Visit) -> Reply:
    """Take DigiD's answer from a form, or its artifact from a form or a query string."""
    returned = take_back(visit)
    if returned.login.sign_on is None:
        return _to_our_site(returned, visit)
    if returned.failed is not None:
        return finish(returned.login, Decision(failed=returned.failed), visit)
    reply = go_on(returned.login, visit)
    return replace(reply, cookies=(*reply.cookies, *moved_cookie(returned.login, visit)))


def resolve_artifact(visit: Visit) -> Reply:
    return Reply(resolve(visit).decode(), content_type=CONTENT_TYPE)


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
    """Show what whoever signs people in has to know of us, made for how the pinned one answers, or as `answer` says."""
    ours = saml()
    keys = Published(ours.signing.all(visit.now), ours.encryption.all(visit.now))
    answer = _ANSWERS.get(visit.asked("answer")) or ours.answer(visit.now)
    document = metadata.service_provider(ours.us(visit.now), f"_{current().new_id()}", keys, visit.now, answer)
    return Reply(document.decode(), content_type=_METADATA)


def _to_our_site(returned: Returned, visit: Visit) -> Reply:
    """Begin a session in place of the one before. Of one sign-in there is one session."""
    login, wiring = returned.login, current()
    if returned.failed is not None:
        return page("not_signed_in.html", visit, again=login.path)
    if login.state is LoginState.DECIDED or login.expired(visit.now):
        raise Refused("login_over")
    bsn = returned.bsn or acting(login)
    token, person = wiring.new_id() + wiring.new_id(), wiring.secrets.pseudonyms.person(bsn)
    sessions().end_earlier(login.replaces, visit.cookies.get(SESSION_COOKIE))
    sessions().start(token, wiring.new_id(), person, bsn, login.reached, visit.now)
    if not saml().logins.settle(login, session_key(token)):
        sessions().end(token)
        raise Refused("login_over")
    return redirect(login.path, Cookie(SESSION_COOKIE, token), *giving_up(login, visit))
