"""The choice page: for whom someone signs in at a provider (combiconnect.md 1.6)."""

from chalicelib.login.conductor import finish, go_on, own_login, ran_out
from chalicelib.login.decision import Decision, Failed
from chalicelib.login.logins import Login, LoginState
from chalicelib.login.question import Wanted
from chalicelib.login.releasing import over, question_of, service_of
from chalicelib.saml.endpoints.browsers import browser_of
from chalicelib.saml.endpoints.leading import led
from chalicelib.saml.endpoints.listing import Listed, listed, too_weak
from chalicelib.saml.endpoints.ports import SamlPorts
from chalicelib.web.forms import Form
from chalicelib.web.pages import page
from chalicelib.web.texts import N_
from chalicelib.web.visit import Reply, Visit

_ERRORS = {
    "person_missing": N_("Choose for whom you want to sign in."),
    "q_wrong": N_("This is not a citizen service number (BSN). It has 8 or 9 digits. Check them one by one."),
}

_LONGEST_CHOICE, _LONGEST_SEARCH = 64, 100
"""Characters: those of a case, and some; and of what is searched for."""


def choose_person(ports: SamlPorts, visit: Visit, login_id: str) -> Reply:
    """Show the choice. A login that has nothing to choose, or where the choice was made, goes on from here."""
    browser = browser_of(visit)
    login = own_login(ports, login_id, browser, visit.now)
    if login.decision is not None or (_due(login) and question_of(login).wanted is Wanted.SELF):
        return led(go_on(ports, login, visit.now), browser, visit) if visit.method == "GET" else Reply()
    return _choice_page(ports, login, visit, Form({"page": visit.asked("page")}, _ERRORS))


def take_choice(ports: SamlPorts, visit: Visit, login_id: str) -> Reply:
    """Take a choice, once it is known who chooses. The same again, where no answer came, is the same.

    A search comes as a form too: a citizen number stands in no address.
    """
    browser, form = browser_of(visit), Form({**visit.fields, "q": visit.field("q")[:_LONGEST_SEARCH]}, _ERRORS)
    login = own_login(ports, login_id, browser, visit.now)
    if visit.switches_language:
        decided = login.decision is not None
        return choose_person(ports, visit, login_id) if decided else _choice_page(ports, login, visit, form)
    if not _due(login) or question_of(login).wanted is Wanted.SELF:
        raise over(login)
    decision = None if visit.field("search") else _chosen(login, form, visit)
    if decision is None:
        return _choice_page(ports, login, visit, form)
    return led(finish(ports, login, decision, visit.now), browser, visit)


def _chosen(login: Login, form: Form, visit: Visit) -> Decision | None:
    """Return how a login ends by what was chosen; None, with a message in the form, when nothing was."""
    if login.expired(visit.now):
        return Decision(failed=ran_out(login, visit.now))
    if visit.field("cancel"):
        return Decision(
            failed=Failed.of("cancelled", "cancelled at the choice", received="cancel", expected="a choice")
        )
    person = form.value("person")
    alone = person == "self" and question_of(login).wanted is not Wanted.EITHER
    if alone or not 0 < len(person) <= _LONGEST_CHOICE:
        form.errors["person"] = "person_missing"
        return None
    return Decision(case_id=None if person == "self" else person)


def _due(login: Login) -> bool:
    """Tell whether DigiD has said who it is, and the provider has not had its answer."""
    return login.state is not LoginState.SENT


def _choice_page(ports: SamlPorts, login: Login, visit: Visit, form: Form) -> Reply:
    question, service = question_of(login), service_of(ports, login)
    if login.decision is not None or not _due(login):
        raise over(login)
    expired = login.expired(visit.now)
    shown = Listed() if expired else listed(ports, login, service, visit, form)
    alone, may_be_self = not shown.mandates and shown.whole and not form.value("q"), question.wanted is Wanted.EITHER
    return page(
        "choose_person.html",
        visit,
        status=422 if form.errors else 200,
        login=login,
        service=service,
        listed=shown,
        mandates=shown.mandates,
        names=shown.names,
        form=form,
        sought=form.value("q"),
        expired=expired,
        signed_in_at=_signed_in_at(ports, login),
        may_be_self=may_be_self,
        too_weak=too_weak(ports, login, service, visit.now) if alone and not (expired or may_be_self) else None,
        form_target=question.location,
    )


def _signed_in_at(ports: SamlPorts, login: Login) -> list[str]:
    """Return where else this sign-in counts, by the names of the connections (combiconnect.md 5.5)."""
    if not login.reused or login.shared is None or (shared := ports.federation.shared(login.shared)) is None:
        return []
    return list(dict.fromkeys(told.name for told in shared.told))
