"""What happens at the addresses of `routes.py`."""

from chalicelib.errors import Conflict, Refused
from chalicelib.mandates.names import names_of_others
from chalicelib.observe import log
from chalicelib.saml import gate, metadata
from chalicelib.saml.levels import Level
from chalicelib.saml.logging_out import log_out
from chalicelib.saml.logins import Decision, Login
from chalicelib.saml.requests import Wanted
from chalicelib.saml.resolving import resolve
from chalicelib.saml.shapes import AUTHN_REQUEST
from chalicelib.saml.sign_in import Returned, own_login, send_to_digid, take_back
from chalicelib.saml.sign_on import (
    accept_request,
    acting,
    choices,
    finish,
    note_refused,
    refuse_at_once,
    required,
    service_of,
)
from chalicelib.saml.wiring import saml
from chalicelib.web.forms import Form
from chalicelib.web.http import sessions
from chalicelib.web.pages import page
from chalicelib.web.visit import LOGIN_COOKIE, SESSION_COOKIE, Cookie, Reply, Visit, redirect
from chalicelib.wiring import current

LEVELS = {str(int(level)): level for level in Level}


def log_in(visit: Visit) -> Reply:
    """Sign in to our own site; `next` is a path of ours, `level` the lowest level of assurance."""
    level = LEVELS.get(visit.asked("level"), Level.BASIC)
    return send_to_digid(visit, level, path=visit.asked("next") or "/mandates")


def sign_on_by_redirect(visit: Visit) -> Reply:
    return _sign_on(visit, gate.from_query(visit.query, "SAMLRequest", AUTHN_REQUEST))


def sign_on_by_post(visit: Visit) -> Reply:
    return _sign_on(visit, gate.from_post(visit.form, "SAMLRequest", AUTHN_REQUEST))


def return_from_digid(visit: Visit) -> Reply:
    returned = take_back(visit)
    if returned.login.sign_on is not None:
        return _go_on(returned, visit)
    if returned.bsn is None:
        return page("not_signed_in.html", visit, again=returned.login.path)
    wiring = current()
    token, person = wiring.new_id() + wiring.new_id(), wiring.secrets.pseudonyms.person(returned.bsn)
    sessions().start(token, wiring.new_id(), person, returned.bsn, returned.login.reached, visit.now)
    log().info("signed_in", level=returned.login.reached)
    gone = Cookie(LOGIN_COOKIE, "", same_site="None", max_age=0)
    return redirect(returned.login.path, Cookie(SESSION_COOKIE, token), gone)


def choose_person(visit: Visit, login_id: str) -> Reply:
    login = own_login(visit, login_id)
    return _choice_page(login, visit, Form({}))


def take_choice(visit: Visit, login_id: str) -> Reply:
    login = own_login(visit, login_id)
    form = Form(visit.fields)
    answer = form.value("person")
    if visit.switches_language:
        return _choice_page(login, visit, form)
    if login.expired(visit.now):
        return _finish(login, Decision(failure="failed"), visit)
    if visit.field("cancel"):
        return _finish(login, Decision(failure="cancelled"), visit)
    if not answer or (answer == "self" and required(login).wanted is not Wanted.EITHER):
        form.errors["person"] = "person_missing"
        return _choice_page(login, visit, form, status=422)
    return _finish(login, Decision(case_id=None if answer == "self" else answer), visit)


def resolve_artifact(visit: Visit) -> Reply:
    return Reply(resolve(visit).decode(), content_type="text/xml; charset=utf-8")


def log_out_by_post(visit: Visit) -> Reply:
    return log_out(visit)


def our_metadata(visit: Visit) -> Reply:
    ours = saml()
    document = metadata.identity_provider(
        ours.issuer(visit.now), current().settings.base_url, ours.signing.all(visit.now), visit.now
    )
    return Reply(document.decode(), content_type="application/samlmetadata+xml")


def our_digid_metadata(visit: Visit) -> Reply:
    ours = saml()
    document = metadata.service_provider(
        ours.us(visit.now),
        current().new_id(),
        ours.signing.all(visit.now),
        ours.encryption.all(visit.now),
        visit.now,
    )
    return Reply(document.decode(), content_type="application/samlmetadata+xml")


def _sign_on(visit: Visit, message: gate.Unverified) -> Reply:
    sign_on, service = accept_request(message, visit)
    if sign_on.wanted is Wanted.UNSUPPORTED:
        return refuse_at_once(sign_on, "not_supported", visit)
    return send_to_digid(visit, Level(service.level), sign_on=sign_on)


def _go_on(returned: Returned, visit: Visit) -> Reply:
    """Go on after DigiD: straight to the provider for oneself, otherwise to the choice of a person."""
    login = returned.login
    if returned.bsn is None or login.expired(visit.now):
        return _finish(login, Decision(failure="failed" if login.expired(visit.now) else "cancelled"), visit)
    wanted = required(login).wanted
    if wanted is Wanted.SELF or (wanted is Wanted.EITHER and not choices(login, service_of(login), visit)):
        return _finish(login, Decision(), visit)
    return redirect(f"/saml/choice/{login.login_id}")


def _choice_page(login: Login, visit: Visit, form: Form, status: int = 200) -> Reply:
    sign_on, service = required(login), service_of(login)
    if login.decision is not None:
        raise Refused("login_over")
    person = current().secrets.pseudonyms.person(acting(login))
    found = [] if login.expired(visit.now) else choices(login, service, visit)
    if not found and sign_on.wanted is Wanted.REPRESENTED and not login.expired(visit.now):
        note_refused(login, visit)
    return page(
        "choose_person.html",
        visit,
        status=status,
        login=login,
        service=service,
        mandates=found,
        names=names_of_others(person, found),
        form=form,
        expired=login.expired(visit.now),
        may_be_self=sign_on.wanted is Wanted.EITHER,
        form_target="/".join(sign_on.location.split("/")[:3]),
    )


def _finish(login: Login, decision: Decision, visit: Visit) -> Reply:
    try:
        return finish(login, decision, visit)
    except Conflict:
        raise Refused("login_over") from None
