"""Whom the choice page lists: a page of all for whom somebody may sign in, or those who are searched for."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from chalicelib.catalogue.model import Service
from chalicelib.login.conductor import choices
from chalicelib.login.logins import Login
from chalicelib.login.releasing import person_of
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.rules.deciding import Denial, usable
from chalicelib.mandates.rules.parties import names_of_others
from chalicelib.paging import PER_PAGE, Page
from chalicelib.people.bsn import Bsn
from chalicelib.saml.endpoints.ports import SamlPorts
from chalicelib.web.forms import Form
from chalicelib.web.visit import Visit

_MOST_KEPT = 300_000
"""Characters of the names of all, which are one item of a table: with more of them they are fetched for each search."""

_NUMBER = re.compile(r"[\d\s.\-\u2010-\u2015]{8,}")
"""Who types this means a citizen number, right or wrong."""


class Listed(NamedTuple):
    """Mandates in order of names, which are by case, as far as they can be told."""

    mandates: Sequence[Mandate] = ()
    names: Mapping[str, str] = {}
    found: int = 0
    """How many there are of who is searched for; of them no more than a page is shown."""
    nameless: bool = False
    """Whether nobody could be found by name, because no name can be told now."""
    back: str = ""
    further: str = ""

    @property
    def whole(self) -> bool:
        """Whether there is no page beside this one."""
        return not self.back and not self.further


def too_weak(ports: SamlPorts, login: Login, service: Service, now: datetime) -> Mandate | None:
    """Return a mandate that could be used for this login if both sides had confirmed it at a higher level."""
    person, reached, asked = person_of(ports, login), login.reached, login.level
    low = Denial.LEVEL_TOO_LOW
    selection = usable(person, service, reached, now, services=ports.catalogue, asked=asked, but_for=low)
    return next(iter(ports.mandates.held_page(person, "", 1, selection).rows), None)


def listed(ports: SamlPorts, login: Login, service: Service, visit: Visit, form: Form) -> Listed:
    """Return who is searched for with `q`, a number or words of a name, or without it the page at a place.

    A number is turned into a pseudonym and looked for among the mandates that can be used: nobody else's is found. A
    wrong one is an error of the form.
    """
    words = form.value("q")
    if not words:
        page = choices(ports, login, service, visit.now, form.value("page"))
        return _shown(page, _names(ports, login, page.rows), service)
    if not _NUMBER.fullmatch(words):
        return _named(ports, login, service, visit, words)
    bsn = form.read("q", Bsn.parse)
    if bsn is None:
        return Listed()
    page = choices(ports, login, service, visit.now, limit=None, other=ports.person(bsn))
    return _shown(page, _names(ports, login, page.rows), service)


def _named(ports: SamlPorts, login: Login, service: Service, visit: Visit, words: str) -> Listed:
    """Return those in whose name every word occurs. Names are the register's alone, so all have to be asked for."""
    usable = choices(ports, login, service, visit.now, limit=None).rows
    names = _kept_names(ports, login, usable, visit)
    wanted = words.casefold().split()
    fitting = [one for one in usable if all(word in names.get(one.case_id, "").casefold() for word in wanted)]
    return _shown(Page(tuple(fitting)), names, service)._replace(nameless=bool(usable) and not names)


def _shown(page: Page[Mandate], names: Mapping[str, str], service: Service) -> Listed:
    in_order = sorted(_one_each(page.rows, service), key=lambda mandate: names.get(mandate.case_id, "").casefold())
    return Listed(in_order[:PER_PAGE], names, len(in_order), back=page.back, further=page.further)


def _one_each(mandates: Sequence[Mandate], service: Service) -> Iterable[Mandate]:
    """Return one mandate of each person, as a person is what one chooses: for the service itself before its portal."""
    own_last = sorted(mandates, key=lambda mandate: mandate.service_id == service.service_id)
    return {mandate.represented: mandate for mandate in own_last}.values()


def _names(ports: SamlPorts, login: Login, mandates: Iterable[Mandate]) -> Mapping[str, str]:
    return names_of_others(person_of(ports, login), mandates, vault=ports.vault, people=ports.people)


def _kept_names(ports: SamlPorts, login: Login, usable: Sequence[Mandate], visit: Visit) -> Mapping[str, str]:
    """Return the name of each represented person by case; many are fetched once and kept, sealed, while this lasts."""
    if len(usable) <= PER_PAGE:
        return _names(ports, login, usable)
    person, draft_id = person_of(ports, login), f"names:{login.login_id}"
    kept = ports.sessions.draft(person, draft_id, visit.now)
    if kept is None or any(mandate.case_id not in kept for mandate in usable):
        kept = dict(_names(ports, login, usable))
        if len(json.dumps(kept)) <= _MOST_KEPT:
            ports.sessions.save_draft(person, draft_id, kept, visit.now)
    return kept
