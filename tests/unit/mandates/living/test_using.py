"""What both people see of a mandate's story: who did it by their side of it, and no pseudonym."""

from dataclasses import replace
from datetime import timedelta
from itertools import chain

import pytest

from chalicelib.audit.trail import Event, Happening, by_whom
from chalicelib.mandates.living.revoking import revoke
from chalicelib.mandates.living.using import note_refused_use, note_use
from chalicelib.mandates.model.cases import Party
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.seeing.story import Line, story
from chalicelib.people.actor import Actor, Cause, Provider, System
from tests.builders import HENK, MINA, NOW, STAFF, VERA, a_mandate, a_request, an_opening, making, signed_in
from tests.fakes import FakeMandates

OMINOUS = Provider("Gemeente Ominous")
HOUR = timedelta(hours=1)


@pytest.fixture
def store() -> FakeMandates:
    return FakeMandates()


@pytest.fixture
def mandate(store: FakeMandates) -> Mandate:
    asked = a_request(represented=signed_in(VERA).person)
    made = a_mandate(asked, representative=signed_in(HENK).person, activated_at=NOW + HOUR)
    store.open_requests(an_opening(asked))
    store.make(making(asked, made), signed_in(HENK))
    return made


def test_a_story_names_sides_and_the_provider_and_no_person(store: FakeMandates, mandate: Mandate) -> None:
    henk = signed_in(HENK, 25)
    note_use(mandate, "one", by=henk, where=OMINOUS, store=store, now=NOW + 2 * HOUR)
    note_refused_use(mandate.case_id, "two", by=henk, where=OMINOUS, store=store, now=NOW + 3 * HOUR)
    revoke(signed_in(VERA), mandate.case_id, store=store, now=NOW + 4 * HOUR)
    told = story(mandate, store=store)
    assert told.uses == [
        Line(Happening.USE_REFUSED, NOW + 3 * HOUR, "representative", 25, "Gemeente Ominous"),
        Line(Happening.USED, NOW + 2 * HOUR, "representative", 25, "Gemeente Ominous"),
    ]
    assert told.changes == [
        Line(Happening.REVOKED, NOW + 4 * HOUR, "represented", 20),
        Line(Happening.ACTIVATED, NOW + HOUR, "representative", 20),
        Line(Happening.REQUESTED, NOW, "represented", 20),
    ]
    assert not {signed_in(who).person for who in (VERA, HENK)} & {str(text) for line in chain(*told) for text in line}


def test_what_the_system_does_is_told_with_its_cause(store: FakeMandates, mandate: Mandate) -> None:
    by = System(Cause.OPERATOR)
    suspended = replace(mandate, suspended_at=NOW + HOUR, version=3)
    store.change(mandate, suspended, Event(Happening.SUSPENDED, NOW + 2 * HOUR, by))
    line = Line(Happening.SUSPENDED, NOW + 2 * HOUR, "system", cause=Cause.OPERATOR)
    assert story(suspended, store=store).changes[0] == line


def test_an_event_says_who_did_it_and_at_which_level(store: FakeMandates, mandate: Mandate) -> None:
    note_use(mandate, "one", by=signed_in(HENK, 25), where=OMINOUS, store=store, now=NOW + 2 * HOUR)
    used, activated, requested = store.history(mandate.case_id, mandate.sides)
    assert (used.by, used.where) == (signed_in(HENK, 25), OMINOUS)
    assert [activated.by, requested.by] == [signed_in(HENK), signed_in(VERA)]


def test_the_refusal_of_somebody_elses_mandate_is_not_written_down(store: FakeMandates, mandate: Mandate) -> None:
    before = store.history(mandate.case_id, mandate.sides)
    note_refused_use(mandate.case_id, "one", by=signed_in(MINA), where=OMINOUS, store=store, now=NOW)
    note_refused_use("nothing", "one", by=signed_in(MINA), where=OMINOUS, store=store, now=NOW)
    assert store.history(mandate.case_id, mandate.sides) == before


@pytest.mark.parametrize(
    ("by", "name"),
    [
        (signed_in(VERA), Party.REPRESENTED),
        (signed_in(HENK), Party.REPRESENTATIVE),
        (OMINOUS, "Gemeente Ominous"),
        (System(Cause.GUESSES), "system"),
        (signed_in(MINA), "neither"),
        (STAFF, "helpdesk"),
    ],
)
def test_each_kind_of_actor_has_a_name_in_a_case(by: Actor, name: str) -> None:
    sides = replace(a_mandate(), represented=signed_in(VERA).person, representative=signed_in(HENK).person).sides
    assert by_whom(by, sides) == name
