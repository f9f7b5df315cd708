"""What happens at the addresses of `routes.py`."""

from dataclasses import dataclass, replace

from chalicelib.catalogue.model import Profile
from chalicelib.login.asking import begin, go_on
from chalicelib.login.browsers import giving_up
from chalicelib.login.choosing import choose_person, take_choice
from chalicelib.login.identifying import Returned, moved_cookie, send_to_digid, take_back
from chalicelib.login.logins import Decision, LoginState
from chalicelib.login.ports import SamlPorts
from chalicelib.login.releasing import finish
from chalicelib.login.under_way import acting, over
from chalicelib.saml.combiconnect.logging_out import log_out
from chalicelib.saml.combiconnect.resolving import resolve
from chalicelib.saml.craft import gate
from chalicelib.saml.craft.shapes import AUTHN_REQUEST, LOGOUT_REQUEST
from chalicelib.saml.craft.uris import ARTIFACT, POST, REDIRECT
from chalicelib.saml.messages import our_metadata as metadata
from chalicelib.saml.messages.levels import Level
from chalicelib.saml.messages.our_metadata import Addresses, Published
from chalicelib.web.pages import page
from chalicelib.web.sessions import session_key
from chalicelib.web.soap_faults import CONTENT_TYPE
from chalicelib.web.visit import SESSION_COOKIE, Cookie, Reply, Visit, redirect

_ANSWERS = {"artifact": ARTIFACT, "post": POST}
_METADATA = "application/samlmetadata+xml"
LEVELS = {str(int(level)): level for level in Level}


@dataclass(frozen=True, slots=True)
class Views:
    ports: SamlPorts

    def log_in(self, visit: Visit) -> Reply:
        """Sign in to our own site; `next` is a path of ours, `level` the lowest level of assurance."""
        level = LEVELS.get(visit.asked("level"), Level.BASIC)
        return send_to_digid(self.ports, visit, level, path=visit.asked("next") or "/mandates")

    def sign_on_by_redirect(self, visit: Visit) -> Reply:
        return begin(self.ports, gate.from_query(visit.query, "SAMLRequest", AUTHN_REQUEST), REDIRECT, visit)

    def sign_on_by_post(self, visit: Visit) -> Reply:
        return begin(self.ports, gate.from_post(visit.form, "SAMLRequest", AUTHN_REQUEST), POST, visit)

    def return_from_digid(self, visit: Visit) -> Reply:
        """Take DigiD's answer from a form, or its artifact from a form or a query string."""
        returned = take_back(self.ports, visit)
        if returned.login.sign_on is None:
            return self._to_our_site(returned, visit)
        if returned.failed is not None:
            return finish(self.ports, returned.login, Decision(failed=returned.failed), visit)
        reply = go_on(self.ports, returned.login, visit)
        return replace(reply, cookies=(*reply.cookies, *moved_cookie(self.ports, returned.login, visit)))

    def choose_person(self, visit: Visit, login_id: str) -> Reply:
        return choose_person(self.ports, visit, login_id)

    def take_choice(self, visit: Visit, login_id: str) -> Reply:
        return take_choice(self.ports, visit, login_id)

    def resolve_artifact(self, visit: Visit) -> Reply:
        return Reply(resolve(self.ports, visit).decode(), content_type=CONTENT_TYPE)

    def log_out_by_redirect(self, visit: Visit) -> Reply:
        return log_out(self.ports, gate.from_query(visit.query, "SAMLRequest", LOGOUT_REQUEST), REDIRECT, visit)

    def log_out_by_post(self, visit: Visit) -> Reply:
        return log_out(self.ports, gate.from_post(visit.form, "SAMLRequest", LOGOUT_REQUEST), POST, visit)

    def our_metadata(self, visit: Visit) -> Reply:
        """Show our metadata: `profile=combiconnect` for the national profile, there `role=digid` or `role=machtigen`
        for who makes the statements in an Advice; `certificates=one` for clients that refuse a second.
        """
        settings = self.ports.adapters.settings
        national = visit.asked("profile") == Profile.COMBICONNECT
        name, signing = self.ports.published(visit.asked("role") if national else "")
        keys = Published(signing.all(visit.now), self.ports.encryption.all(visit.now))
        addresses = Addresses(
            sign_on=f"{settings.base_url}/saml/sso",
            logout=f"{settings.base_url}/saml/slo",
            resolution=f"{settings.back_channel_url if national else settings.base_url}/saml/artifact",
        )
        document = metadata.identity_provider(
            name,
            f"_{self.ports.adapters.new_id()}",
            addresses,
            keys.only_active() if visit.asked("certificates") == "one" else keys,
            Profile.COMBICONNECT if national else Profile.GENERAL,
            visit.now,
        )
        return Reply(document.decode(), content_type=_METADATA)

    def our_digid_metadata(self, visit: Visit) -> Reply:
        """Show what whoever signs people in has to know of us, for how the pinned one answers or as `answer` says."""
        keys = Published(self.ports.signing.all(visit.now), self.ports.encryption.all(visit.now))
        answer = _ANSWERS.get(visit.asked("answer")) or self.ports.answer(visit.now)
        document = metadata.service_provider(
            self.ports.us(visit.now), f"_{self.ports.adapters.new_id()}", keys, visit.now, answer
        )
        return Reply(document.decode(), content_type=_METADATA)

    def _to_our_site(self, returned: Returned, visit: Visit) -> Reply:
        """Begin a session in place of the one before. Of one sign-in there is one session."""
        login, adapters = returned.login, self.ports.adapters
        if returned.failed is not None:
            return page("not_signed_in.html", visit, again=login.path)
        if login.state is LoginState.DECIDED or login.expired(visit.now):
            raise over(login)
        bsn = returned.bsn or acting(self.ports, login)
        token, person = adapters.new_id() + adapters.new_id(), adapters.secrets.pseudonyms.person(bsn)
        self.ports.adapters.sessions.end_earlier(login.replaces, visit.cookies.get(SESSION_COOKIE))
        self.ports.adapters.sessions.start(token, adapters.new_id(), person, bsn, login.reached, visit.now)
        if not self.ports.logins.settle(login, session_key(token)):
            self.ports.adapters.sessions.end(token)
            raise over(login)
        return redirect(login.path, Cookie(SESSION_COOKIE, token), *giving_up(login, visit))
