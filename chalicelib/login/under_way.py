"""A sign-in under way: whose browser it is, what it is for, who it is, and how it is decided."""

import re

from chalicelib.catalogue.model import Service
from chalicelib.errors import Conflict, Explained, SignInOver
from chalicelib.login.browsers import began_here
from chalicelib.login.logins import Decision, Failed, Login, LoginState, SignOn
from chalicelib.login.ports import SamlPorts
from chalicelib.mandates.deciding import usable
from chalicelib.mandates.model import Mandate
from chalicelib.observe import note_failure
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import PersonId
from chalicelib.saml.craft.times import written
from chalicelib.saml.messages.requests import Wanted
from chalicelib.web.visit import LOGIN_COOKIE, Visit

_ID = re.compile(r"[0-9a-f]{32}")


def find(ports: SamlPorts, login_id: str) -> Login | None:
    return ports.logins.find(login_id) if _ID.fullmatch(login_id) else None


def own_login(ports: SamlPorts, visit: Visit, login_id: str) -> Login:
    """Return a login for a provider that this browser began, over or not. Raises `SignInOver`."""
    login = find(ports, login_id)
    if login is None:
        raise over(login)
    required(login)
    check_browser(login, visit)
    return login


def check_browser(login: Login, visit: Visit) -> None:
    """Raise `SignInOver` in a browser that did not begin this login, or lost the cookie, or has its answer already."""
    if began_here(login, visit):
        return
    if login.sign_on is not None and (login.state is LoginState.DECIDED or login.expired(visit.now)):
        raise over(login)
    received = "the cookie of other sign-ins" if visit.cookies.get(LOGIN_COOKIE) else ""
    expected = f"{LOGIN_COOKIE} as this sign-in set it"
    if login.sign_on is not None:
        reason = "came back without the cookie of this sign-in: nothing is answered"
        lost = Explained(reason, received=received, expected=expected)
        note_failure(login.sign_on.entity_id, login.login_id, "cookies_off", lost)
    raise SignInOver("cookies_off", received=received, expected=expected)


def over(login: Login | None) -> SignInOver:
    """Say that a login does not go on, and how it stands."""
    stands = "a sign-in that we do not know"
    if login is not None:
        stands = f"{login.state}, good until {written(login.expires_at)}"
    return SignInOver("login_over", received=stands, expected="a sign-in under way that waits for this step")


def ran_out(login: Login, visit: Visit) -> Failed:
    """Return the failure of a login that was not decided in time."""
    return Failed.of("failed", "took too long", received=visit.now, expected=f"before {written(login.expires_at)}")


def required(login: Login) -> SignOn:
    """Return the provider's request of a login. Raises `SignInOver` for a login to our own site."""
    if login.sign_on is None:
        raise over(login)
    return login.sign_on


def acting(ports: SamlPorts, login: Login) -> Bsn:
    """Return who signed in. Raises `SignInOver` when DigiD has not said so yet."""
    if login.bsn is None:
        raise over(login)
    return Bsn(ports.adapters.vault.open(login.bsn, login.sealing_context))


def person_of(ports: SamlPorts, login: Login) -> PersonId:
    return ports.adapters.secrets.pseudonyms.person(acting(ports, login))


def service_of(ports: SamlPorts, login: Login) -> Service:
    return ports.adapters.catalogue.service(required(login).service_id)


def choices(ports: SamlPorts, login: Login, service: Service, visit: Visit) -> list[Mandate]:
    """Return the mandates that can be used for this login now."""
    return usable(person_of(ports, login), service, login.reached, mandates=ports.adapters.mandates, now=visit.now)


def asks(ports: SamlPorts, login: Login, visit: Visit) -> bool:
    """Tell whether the person has something to choose."""
    wanted = required(login).wanted
    return wanted is Wanted.REPRESENTED or (
        wanted is Wanted.EITHER and bool(choices(ports, login, service_of(ports, login), visit))
    )


def decide(ports: SamlPorts, login: Login, decision: Decision) -> Login:
    """Write down how a login ends. The same again is the same; raises `SignInOver` for anything else."""
    known: Login | None = login
    if login.decision is None:
        try:
            return ports.logins.decide(login, decision)
        except Conflict:
            known = find(ports, login.login_id)
    if known is None or known.decision != decision:
        raise over(known)
    return known
