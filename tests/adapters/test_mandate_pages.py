"""Pages of mandates: what the register leaves out by itself, and what it is asked to."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.audit.trail import Event, Happening
from chalicelib.catalogue.model import ServiceId
from chalicelib.mandates.model.cases import CaseId, Party
from chalicelib.mandates.model.mandates import LIVING, Mandate, MandateState
from chalicelib.mandates.model.selection import EVERY, Selection
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.paging import Page
from chalicelib.people.actor import Cause, Citizen
from chalicelib.people.pseudonym import PersonId
from tests.adapters.conftest import REAL, store_of
from tests.builders import (
    GENEROUS,
    NOW,
    PORTAL_ID,
    SERVICE_ID,
    a_mandate,
    a_period,
    a_request,
    an_opening,
    making,
)

VERA, HENK, MINA = (PersonId(name) for name in ("vera", "henk", "mina"))
DAY = timedelta(days=1)
PERIODS = {
    MandateState.FUTURE: a_period(NOW.date() + DAY),
    MandateState.ACTIVE: a_period(NOW.date() - 9 * DAY, 10),
    MandateState.EXPIRED: a_period(NOW.date() - 9 * DAY, 9),
}
CHANGES: dict[MandateState, dict[str, Any]] = {
    MandateState.SUSPENDED: {"suspended_at": NOW},
    MandateState.REVOKED: {"ended_at": NOW, "ended_by": Party.REPRESENTATIVE},
    MandateState.ENDED: {"ended_at": NOW, "cause": Cause.GUESSES},
}


@pytest.fixture(params=["fake", *REAL])
def store(request: pytest.FixtureRequest) -> MandateStore:
    return store_of(request.param, request, GENEROUS)


@pytest.fixture
def mandates(store: MandateStore) -> list[Mandate]:
    """Two people let Henk act for them at two services: a mandate in each state. Mina acts for Henk."""
    wanted = [
        *((VERA, SERVICE_ID, state) for state in MandateState),
        (VERA, PORTAL_ID, MandateState.ACTIVE),
        (MINA, SERVICE_ID, MandateState.ACTIVE),
        (MINA, PORTAL_ID, MandateState.FUTURE),
    ]
    made = [_made(store, number, *one) for number, one in enumerate(wanted)]
    _made(store, 99, HENK, SERVICE_ID, MandateState.ACTIVE, representative=MINA)
    return made


def _made(
    store: MandateStore,
    number: int,
    represented: PersonId,
    service_id: ServiceId,
    state: MandateState,
    representative: PersonId = HENK,
) -> Mandate:
    case_id, now = CaseId(f"{number * 77 % 100:032x}"), NOW - 9 * DAY
    asked = a_request(
        case_id=case_id,
        letter_id=f"{case_id}0001",
        represented=represented,
        service_id=service_id,
        period=PERIODS.get(state, a_period()),
        requested_at=now,
    )
    mandate = a_mandate(asked, representative=representative, activated_at=now)
    store.open_requests(an_opening(asked))
    store.make(making(asked, mandate), Citizen(representative, 20))
    if state in CHANGES:
        changed = replace(mandate, version=mandate.version + 1, **CHANGES[state])
        store.change(mandate, changed, Event(Happening.REVOKED, NOW, Citizen(represented, 20)))
        mandate = changed
    assert mandate.state(NOW) is state
    return mandate


def _held(store: MandateStore, selection: Selection, limit: int) -> list[Mandate]:
    return _all(lambda place: store.held_page(HENK, place, limit, selection), limit)


def _given(store: MandateStore, selection: Selection, limit: int) -> list[Mandate]:
    return _all(lambda place: store.given_page(VERA, place, limit, selection), limit)


def _all(page_at: Callable[[str], Page[Mandate]], limit: int) -> list[Mandate]:
    """Go to the last page and back; return all."""
    pages = [page_at("")]
    while pages[-1].further:
        assert len(pages[-1].rows) == limit
        pages.append(page_at(pages[-1].further))
    for here, before in zip(pages[:0:-1], pages[-2::-1], strict=True):
        assert page_at(here.back).rows == before.rows
    return [mandate for page in pages for mandate in page.rows]


def test_pages_have_what_somebody_holds_by_service_and_what_somebody_gave(
    store: MandateStore, mandates: list[Mandate]
) -> None:
    given = [mandate for mandate in mandates if mandate.represented == VERA]
    for limit in (1, 3, 50):
        assert _held(store, EVERY, limit) == sorted(mandates, key=lambda one: (one.service_id, one.case_id))
        assert _given(store, EVERY, limit) == sorted(given, key=lambda one: one.case_id)


SELECTIONS: dict[str, tuple[Selection, Callable[[Mandate], bool]]] = {
    "a service": (Selection(services=(PORTAL_ID,)), lambda one: one.service_id == PORTAL_ID),
    "services": (Selection(services=(PORTAL_ID, ServiceId("none"), SERVICE_ID)), lambda _: True),
    "many services": (
        Selection(services=(PORTAL_ID, *(ServiceId(f"none {number}") for number in range(9)))),
        lambda one: one.service_id == PORTAL_ID,
    ),
    "more services than one question names": (
        Selection(services=(PORTAL_ID, *(ServiceId(f"none {number}") for number in range(150)))),
        lambda one: one.service_id == PORTAL_ID,
    ),
    "no service": (Selection(services=()), lambda _: False),
    "a person": (Selection(other=VERA), lambda one: one.represented == VERA),
    "nobody": (Selection(other=HENK), lambda _: False),
    "living": (Selection(living_at=NOW), lambda one: one.state(NOW) in LIVING),
    "living later": (Selection(living_at=NOW + 9 * DAY), lambda one: one.state(NOW + 9 * DAY) in LIVING),
    "revoked": (
        Selection(fits=lambda one: one.state(NOW) is MandateState.REVOKED),
        lambda one: one.ended_by is not None,
    ),
    "all of these": (
        Selection((SERVICE_ID,), MINA, NOW, lambda one: one.state(NOW) is MandateState.ACTIVE),
        lambda one: (one.service_id, one.represented) == (SERVICE_ID, MINA),
    ),
}


def test_pages_have_what_is_selected(store: MandateStore, mandates: list[Mandate]) -> None:
    for name, (selection, taken) in SELECTIONS.items():
        expected = {one.case_id for one in mandates if taken(one)}
        assert {one.case_id for one in _held(store, selection, 2)} == expected, name
        assert bool(expected) == (name not in ("no service", "nobody"))


def test_who_gave_selects_by_who_got_it(store: MandateStore, mandates: list[Mandate]) -> None:
    of_vera = {one.case_id for one in mandates if one.represented == VERA}
    assert {one.case_id for one in _given(store, Selection(other=HENK), 3)} == of_vera
    assert _given(store, Selection(other=VERA), 3) == []
    at_portal = {one.case_id for one in mandates if one.represented == VERA and one.service_id == PORTAL_ID}
    assert {one.case_id for one in _given(store, Selection(services=(PORTAL_ID,)), 3)} == at_portal
    assert _given(store, Selection(services=()), 3) == []
    many = tuple(ServiceId(f"{number}") for number in range(150))
    assert {one.case_id for one in _given(store, Selection(services=(*many, PORTAL_ID)), 3)} == at_portal
    assert {one.case_id for one in _held(store, Selection(services=(*many[:9], PORTAL_ID)), 3)} >= at_portal


def test_a_place_of_what_somebody_holds_shows_another_nothing_of_it(
    store: MandateStore, mandates: list[Mandate]
) -> None:
    further = store.held_page(HENK, limit=3).further
    assert {one.representative for one in store.held_page(MINA, further).rows} == {MINA}
    assert store.held_page(VERA, further).rows == ()
    assert {one.represented for one in store.given_page(HENK, further).rows} == {HENK}
    assert store.held_page(HENK, "no place at all") == store.held_page(HENK)
    assert len(mandates) > 3


def test_a_mandate_is_living_until_the_midnight_that_ends_it(store: MandateStore) -> None:
    asked = a_request(period=a_period(NOW.date(), 1))
    mandate = replace(a_mandate(asked), representative=HENK)
    store.open_requests(an_opening(asked))
    store.make(making(asked, mandate), Citizen(HENK, 20))
    # 24:00 in the Netherlands is 22:00 in summer.
    midnight = NOW.replace(hour=22, minute=0, second=0)
    for now, living in ((midnight - timedelta(seconds=1), (mandate,)), (midnight, ())):
        assert store.held_page(HENK, selection=Selection(living_at=now)).rows == living
