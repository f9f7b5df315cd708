"""My mandates: an overview with what wants an answer first, and four lists to search in, that come by pages."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from chalicelib.mandates.for_another.approving import asked_of_me
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.seeing.asked import asked_by_me
from chalicelib.paging import PER_PAGE, Page, page_of
from chalicelib.people.bsn import Bsn
from chalicelib.site.listed import Captions, Sought, View, captions
from chalicelib.site.ports import SitePorts
from chalicelib.site.services import Services, every_service
from chalicelib.site.texts import ERRORS, REFUSALS
from chalicelib.web.forms import Form
from chalicelib.web.http import Caller, Routes, kept_form
from chalicelib.web.pages import page
from chalicelib.web.visit import Reply, Visit, redirect

routes = Routes[SitePorts](__name__, REFUSALS)

_FEW = 5
"""Rows of each list that the overview shows."""

_LONGEST = 100
"""Characters of what is searched for, and of the id of a service."""

_DIGITS = 6
"""Who types so many digits means the number of a person: what they typed never stands in an address."""


@routes.get("/mandates", Caller.SIGNED_IN)
def my_mandates(ports: SitePorts, visit: Visit) -> Reply:
    sought = _sought({name: visit.asked(name) for name in ("view", "state", "service", "q")})
    if sought is None:
        return _overview(ports, visit)
    return _list_page(ports, visit, sought, Form({"q": sought.words}, ERRORS))


@routes.get("/mandates/search", Caller.SIGNED_IN)
def search_again(ports: SitePorts, visit: Visit) -> Reply:
    """Go on with a search during which the session ran out."""
    return _searched(ports, visit, kept_form(visit, ports.sessions))


@routes.post("/mandates/search", Caller.SIGNED_IN)
def search_mandates(ports: SitePorts, visit: Visit) -> Reply:
    return _searched(ports, visit, visit.fields)


def _searched(ports: SitePorts, visit: Visit, fields: Mapping[str, str]) -> Reply:
    """Look for words of services at an address that can be kept, and for a person by number in the answer itself."""
    sought, form = _sought(fields), Form(fields, ERRORS)
    if sought is None:
        return redirect("/mandates")
    if not _means_number(form.value("q")):
        return redirect(sought.address())
    bsn = form.read("q", Bsn.parse)
    other = ports.secrets.pseudonyms.person(bsn) if bsn else None
    return _list_page(ports, visit, replace(sought, other=other), form, status=200 if bsn else 422)


def _sought(fields: Mapping[str, str]) -> Sought | None:
    """Return what is looked for; None where it is in no list of ours."""
    try:
        view = View(fields.get("view", ""))
    except ValueError:
        return None
    words, service = (fields.get(name, "").strip()[:_LONGEST] for name in ("q", "service"))
    return Sought(view, fields.get("state") == "past", "" if _means_number(words) else words, service)


def _means_number(text: str) -> bool:
    return sum(character.isdigit() for character in text) >= _DIGITS


def _list_page(ports: SitePorts, visit: Visit, sought: Sought, form: Form, status: int = 200) -> Reply:
    known: Services = {}
    if sought.words or sought.service:
        known = every_service(ports.catalogue)
        sought = sought.among(known, visit.language)
    listed, shown = _listed(ports, visit, sought, known)
    return page(
        "mandate_list.html",
        visit,
        status=status,
        sought=sought,
        listed=listed,
        shown=shown,
        form=form,
        sent=bool(visit.asked("sent")),
    )


def _listed(ports: SitePorts, visit: Visit, sought: Sought, known: Services) -> tuple[Page[Any], Captions]:
    store, person, place = ports.mandates, visit.signed_in.actor.person, visit.asked("page")
    if sought.view is View.ASKED:
        everything = asked_by_me(store.requests(person), store.askings(person))
        mine = page_of(sought.asked(everything, visit.now), place)
        return mine, captions(ports, visit, mine.rows, known)
    if sought.view is View.ASKED_OF_ME:
        visits = page_of(sought.asked_of_me(asked_of_me(store.requests(person)), visit.now), place)
        return visits, captions(ports, visit, [one for asked in visits.rows for one in asked.requests], known)
    # All of one person are on one page: no place in it could stand in an address.
    mandates = _mandates(ports, visit, sought, place, None if sought.other else PER_PAGE)
    shown = captions(ports, visit, mandates.rows, known)
    return replace(mandates, rows=_by_name(mandates.rows, shown)), shown


def _mandates(ports: SitePorts, visit: Visit, sought: Sought, place: str, limit: int | None) -> Page[Mandate]:
    of = ports.mandates.given_page if sought.view is View.GIVEN else ports.mandates.held_page
    return of(visit.signed_in.actor.person, place, limit, sought.selection(visit.now))


def _by_name(mandates: Sequence[Mandate], shown: Captions) -> tuple[Mandate, ...]:
    return tuple(sorted(mandates, key=lambda mandate: shown.names.get(mandate.case_id, "").casefold()))


def _overview(ports: SitePorts, visit: Visit) -> Reply:
    store, person, now = ports.mandates, visit.signed_in.actor.person, visit.now
    requests = store.requests(person)
    asked = Sought(View.ASKED).asked(asked_by_me(requests, store.askings(person)), now)
    visits = Sought(View.ASKED_OF_ME).asked_of_me(asked_of_me(requests), now)
    given, held = (_mandates(ports, visit, Sought(view), "", _FEW) for view in (View.GIVEN, View.HELD))
    cases = [*given.rows, *held.rows, *asked[:_FEW], *chain.from_iterable(one.requests for one in visits[:_FEW])]
    shown = captions(ports, visit, cases, {})
    return page(
        "mandates.html",
        visit,
        shown=shown,
        given=replace(given, rows=_by_name(given.rows, shown)),
        held=replace(held, rows=_by_name(held.rows, shown)),
        asked=asked,
        asked_of_me=visits,
        few=_FEW,
    )
