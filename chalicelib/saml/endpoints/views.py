"""What happens at the addresses of `routes.py`."""

import re
from dataclasses import dataclass

from chalicelib.login.browser import Browser
from chalicelib.login.conductor import Returned, begin, begin_ours, lead_on, take_back
from chalicelib.login.identity import Brought
from chalicelib.login.levels import Level
from chalicelib.login.logins import LoginState
from chalicelib.login.releasing import acting, over
from chalicelib.people.actor import Citizen
from chalicelib.saml.combiconnect.asking import read_question
from chalicelib.saml.combiconnect.resolving import resolve
from chalicelib.saml.craft import gate
from chalicelib.saml.craft.shapes import AUTHN_REQUEST, LOGOUT_REQUEST
from chalicelib.saml.craft.uris import POST, REDIRECT
from chalicelib.saml.endpoints.browsers import browser_of, giving_up, sharing
from chalicelib.saml.endpoints.choosing import choose_person, take_choice
from chalicelib.saml.endpoints.leading import departing, led
from chalicelib.saml.endpoints.ports import SamlPorts
from chalicelib.web.pages import page
from chalicelib.web.sessions import session_key
from chalicelib.web.soap_faults import CONTENT_TYPE
from chalicelib.web.visit import SESSION_COOKIE, Cookie, Reply, Visit, redirect

_OUR_PAGE = re.compile(r"/(?!/)[A-Za-z0-9/_.-]{0,250}(\?[A-Za-z0-9_.~*+&=%-]{0,2000})?", re.ASCII)
"""A path, and the query of a form, not too long for a header. What a host could be made of stands in neither."""
LEVELS = {str(int(level)): level for level in Level}


@dataclass(frozen=True, slots=True)
class Views:
    ports: SamlPorts

    def sign_in(self, visit: Visit) -> Reply:
        """Sign in to our own site; `next` is an address of ours, `level` the lowest level of assurance."""
        level, path = LEVELS.get(visit.asked("level"), Level.BASIC), visit.asked("next")
        browser, ours = browser_of(visit), path if _OUR_PAGE.fullmatch(path) else "/mandates"
        return led(begin_ours(self.ports, level, ours, browser, visit.now), browser, visit)

    def begin_by_redirect(self, visit: Visit) -> Reply:
        return self._asked(gate.from_query(visit.query, "SAMLRequest", AUTHN_REQUEST), REDIRECT, visit)

    def begin_by_post(self, visit: Visit) -> Reply:
        return self._asked(gate.from_post(visit.form, "SAMLRequest", AUTHN_REQUEST), POST, visit)

    def return_from_digid(self, visit: Visit) -> Reply:
        """Take DigiD's answer from a form, or its artifact from a form or a query string."""
        browser, brought = browser_of(visit), Brought(visit.query, visit.form)
        login_id = visit.asked("RelayState") or visit.field("RelayState")
        returned = take_back(self.ports, login_id, brought, browser, visit.now)
        if returned.login.question is None:
            return self._to_our_site(returned, browser, visit)
        step, new = lead_on(self.ports, returned, browser, visit.now)
        return led(step, browser, visit, *([sharing(new)] if new is not None else []))

    def choose_person(self, visit: Visit, login_id: str) -> Reply:
        return choose_person(self.ports, visit, login_id)

    def take_choice(self, visit: Visit, login_id: str) -> Reply:
        return take_choice(self.ports, visit, login_id)

    def resolve_artifact(self, visit: Visit) -> Reply:
        envelope = resolve(self.ports, visit.body, visit.client_certificate, visit.now)
        return Reply(envelope.decode(), content_type=CONTENT_TYPE)

    def log_out_by_redirect(self, visit: Visit) -> Reply:
        return self._logged_out(gate.from_query(visit.query, "SAMLRequest", LOGOUT_REQUEST), REDIRECT, visit)

    def log_out_by_post(self, visit: Visit) -> Reply:
        return self._logged_out(gate.from_post(visit.form, "SAMLRequest", LOGOUT_REQUEST), POST, visit)

    def our_metadata(self, visit: Visit) -> Reply:
        # Here and below imported where it is used: no sign-in waits for it.
        from chalicelib.saml.endpoints.publishing import to_providers  # noqa: PLC0415

        return to_providers(self.ports, visit)

    def our_digid_metadata(self, visit: Visit) -> Reply:
        from chalicelib.saml.endpoints.publishing import to_digid  # noqa: PLC0415

        return to_digid(self.ports, visit)

    def _logged_out(self, message: gate.Unverified, binding: str, visit: Visit) -> Reply:
        from chalicelib.saml.combiconnect.logging_out import log_out  # noqa: PLC0415

        return departing(log_out(self.ports, message, binding, visit.now), visit)

    def _asked(self, message: gate.Unverified, binding: str, visit: Visit) -> Reply:
        browser, asked = browser_of(visit), read_question(self.ports, message, binding, visit.now)
        return led(begin(self.ports, asked, browser, visit.now), browser, visit)

    def _to_our_site(self, returned: Returned, browser: Browser, visit: Visit) -> Reply:
        """Begin a session in place of the one before. Of one sign-in there is one session."""
        login, ports, sessions = returned.login, self.ports, self.ports.sessions
        if returned.failed is not None:
            return page("not_signed_in.html", visit, again=login.path)
        if login.state is LoginState.DECIDED or login.expired(visit.now):
            raise over(login)
        bsn = returned.subject or acting(ports, login)
        token = ports.new_id() + ports.new_id()
        sessions.end_earlier(login.replaces, visit.cookies.get(SESSION_COOKIE))
        sessions.start(token, ports.new_id(), Citizen(ports.person(bsn), login.reached), bsn, visit.now)
        if not ports.logins.settle(login, session_key(token)):
            sessions.end(token)
            raise over(login)
        return redirect(login.path, Cookie(SESSION_COOKIE, token), *giving_up(login, browser))
