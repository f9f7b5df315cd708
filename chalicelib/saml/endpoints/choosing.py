"""The choice page: for whom someone signs in at a provider (combiconnect.md 1.6)."""

import json
from collections.abc import Mapping, Sequence

from chalicelib.login.conductor import choices, finish, go_on, own_login, ran_out
from chalicelib.login.decision import Decision, Failed
from chalicelib.login.logins import Login, LoginState
from chalicelib.login.question import Wanted
from chalicelib.login.releasing import over, person_of, question_of, service_of
from chalicelib.mandates.model import Mandate
from chalicelib.mandates.parties import names_of_others
from chalicelib.saml.endpoints.browsers import browser_of
from chalicelib.saml.endpoints.leading import led
from chalicelib.saml.endpoints.ports import SamlPorts
from chalicelib.web.forms import Form
from chalicelib.web.pages import page
from chalicelib.web.texts import N_
from chalicelib.web.visit import Reply, Visit

_MOST_SHOWN = 10
"""People in the list. Who acts for more finds them by name."""

_MOST_KEPT = 300_000
"""Characters of the names of all, which are one item of a table: with more of them they are fetched for each page."""

_ERRORS = {"person_missing": N_("Choose for whom you want to sign in.")}

_LONGEST_CHOICE = 64
"""Characters: those of a case, and some."""


def choose_person(ports: SamlPorts, visit: Visit, login_id: str) -> Reply:
    """Show the choice. A login that has nothing to choose, or where the choice was made, goes on from here."""
    browser = browser_of(visit)
    login = own_login(ports, login_id, browser, visit.now)
    if login.decision is not None or (_due(login) and question_of(login).wanted is Wanted.SELF):
        return led(go_on(ports, login, visit.now), browser, visit) if visit.method == "GET" else Reply()
    return _choice_page(ports, login, visit, Form({"q": visit.asked("q").strip()[:100]}, _ERRORS))


def take_choice(ports: SamlPorts, visit: Visit, login_id: str) -> Reply:
    """Take a choice, once it is known who chooses. The same again, where no answer came, is the same."""
    browser, form = browser_of(visit), Form(visit.fields, _ERRORS)
    login = own_login(ports, login_id, browser, visit.now)
    if visit.switches_language:
        decided = login.decision is not None
        return choose_person(ports, visit, login_id) if decided else _choice_page(ports, login, visit, form)
    if not _due(login) or question_of(login).wanted is Wanted.SELF:
        raise over(login)
    decision = _chosen(login, form, visit)
    if decision is None:
        return _choice_page(ports, login, visit, form, status=422)
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


def _choice_page(ports: SamlPorts, login: Login, visit: Visit, form: Form, status: int = 200) -> Reply:
    question, service = question_of(login), service_of(ports, login)
    if login.decision is not None or not _due(login):
        raise over(login)
    expired = login.expired(visit.now)
    usable = [] if expired else choices(ports, login, service, visit.now)
    names = _names(ports, login, usable, visit) if usable else {}
    found = _matching(usable, names, form.value("q"))
    return page(
        "choose_person.html",
        visit,
        status=status,
        login=login,
        service=service,
        total=len(usable),
        found=len(found),
        mandates=found[:_MOST_SHOWN],
        names=names,
        form=form,
        many=len(usable) > _MOST_SHOWN,
        expired=expired,
        signed_in_at=_signed_in_at(ports, login),
        may_be_self=question.wanted is Wanted.EITHER,
        form_target=question.location,
    )


def _names(ports: SamlPorts, login: Login, usable: Sequence[Mandate], visit: Visit) -> Mapping[str, str]:
    """Return the name of each represented person by case. Many are fetched once and kept, sealed, while this lasts."""
    person = person_of(ports, login)
    if len(usable) <= _MOST_SHOWN:
        return names_of_others(person, usable, vault=ports.vault, people=ports.people)
    draft_id = f"names:{login.login_id}"
    kept = ports.sessions.draft(person, draft_id, visit.now)
    if kept is None or any(mandate.case_id not in kept for mandate in usable):
        kept = dict(names_of_others(person, usable, vault=ports.vault, people=ports.people))
        if len(json.dumps(kept)) <= _MOST_KEPT:
            ports.sessions.save_draft(person, draft_id, kept, visit.now)
    return kept


def _matching(usable: Sequence[Mandate], names: Mapping[str, str], words: str) -> list[Mandate]:
    """Return those in whose name every word occurs, by name."""
    wanted = words.casefold().split()
    named = [(names.get(mandate.case_id, "").casefold(), mandate) for mandate in usable]
    fitting = [(name, mandate) for name, mandate in named if all(word in name for word in wanted)]
    return [mandate for _, mandate in sorted(fitting, key=lambda one: one[0])]


def _signed_in_at(ports: SamlPorts, login: Login) -> list[str]:
    """Return where else this sign-in counts, by the names of the connections (combiconnect.md 5.5)."""
    if not login.reused or login.shared is None or (shared := ports.federation.shared(login.shared)) is None:
        return []
    return list(dict.fromkeys(told.name for told in shared.told))
