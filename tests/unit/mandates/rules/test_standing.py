"""How a mandate stands to a person: what its state says, unless there is nothing left to use it for."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.catalogue.model import Authorisation, Relation, RelationKind, Service, ServiceId, Validity
from chalicelib.mandates.model.cases import Party
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.model.period import Period
from chalicelib.mandates.rules.standing import ShownState, behind, shown_state
from chalicelib.people.actor import Cause
from tests.builders import NOW, PORTAL_ID, SERVICE_ID, a_mandate, a_service

TODAY, DAY = date(2031, 5, 17), timedelta(days=1)
ONE, TWO = ServiceId("one"), ServiceId("two")
OVER, FOR_ALL = (Validity(until=NOW),), a_service(service_id=PORTAL_ID)


def part(service_id: ServiceId = ONE, kind: RelationKind = RelationKind.SET, **changes: object) -> Service:
    return a_service(**{"service_id": service_id, "behind": (Relation(PORTAL_ID, kind),), **changes})


def shown(mandate: Mandate, *services: Service) -> ShownState:
    return shown_state(mandate, {one.service_id: one for one in services}, NOW)


@pytest.mark.parametrize(
    ("mandate", "expected"),
    [
        (a_mandate(), ShownState.ACTIVE),
        (a_mandate(period=Period(TODAY + DAY, TODAY + DAY)), ShownState.FUTURE),
        (a_mandate(suspended_at=NOW), ShownState.SUSPENDED),
        (a_mandate(period=Period(TODAY - DAY, TODAY - DAY)), ShownState.EXPIRED),
        (a_mandate(ended_at=NOW, ended_by=Party.REPRESENTED), ShownState.REVOKED),
        (a_mandate(ended_at=NOW, cause=Cause.DEATH), ShownState.ENDED),
    ],
)
def test_a_mandate_stands_as_its_state_says_unless_there_is_nothing_left_to_use_it_for(
    mandate: Mandate, expected: ShownState
) -> None:
    living = expected in (ShownState.ACTIVE, ShownState.FUTURE, ShownState.SUSPENDED)
    closed = ShownState.CLOSED if living else expected
    assert shown(mandate, a_service()) is expected
    assert shown(mandate) is closed
    assert shown(mandate, a_service(valid=OVER)) is closed
    assert shown(mandate, a_service(authorisation=Authorisation.NOBODY)) is closed


LEFT: dict[str, tuple[tuple[Service, ...], tuple[ServiceId, ...], bool]] = {
    "both are there": ((part(), part(TWO)), (), True),
    "one has ended": ((part(valid=OVER), part(TWO)), (), True),
    "one was taken out": ((part(), part(TWO)), (ONE,), True),
    "one has ended, the other was taken out": ((part(valid=OVER), part(TWO)), (TWO,), False),
    "all have ended": ((part(valid=OVER), part(TWO, valid=OVER)), (), False),
    "nobody may be mandated for any": ((part(mandatable=False),), (), False),
    "it is behind the set no more": ((part(behind=(Relation(PORTAL_ID, RelationKind.SET, OVER[0]),)),), (), False),
}


@pytest.mark.parametrize(("services", "without", "something"), LEFT.values(), ids=LEFT)
def test_a_mandate_for_a_set_of_which_nothing_is_left_is_closed(
    services: tuple[Service, ...], without: tuple[ServiceId, ...], *, something: bool
) -> None:
    mandate = a_mandate(service_id=PORTAL_ID, without=without)
    assert shown(mandate, FOR_ALL, *services) is (ShownState.ACTIVE if something else ShownState.CLOSED)


def test_a_portal_may_be_used_itself_when_nothing_behind_it_is_left() -> None:
    mandate = a_mandate(service_id=PORTAL_ID, without=(ONE,))
    assert shown(mandate, FOR_ALL, part(kind=RelationKind.PORTAL)) is ShownState.ACTIVE
    assert shown(mandate, FOR_ALL, part(), part(TWO, RelationKind.PORTAL, valid=OVER)) is ShownState.ACTIVE
    assert shown(mandate, a_service(service_id=PORTAL_ID, valid=OVER), part(TWO)) is ShownState.CLOSED


@pytest.mark.parametrize(
    ("services", "service_id", "expected"),
    [
        ((a_service(level=25),), SERVICE_ID, ShownState.UNCONFIRMED),
        ((FOR_ALL, part(level=25)), PORTAL_ID, ShownState.UNCONFIRMED),
        ((FOR_ALL, part(level=25), part(TWO)), PORTAL_ID, ShownState.ACTIVE),
        ((FOR_ALL, part(kind=RelationKind.PORTAL, level=25)), PORTAL_ID, ShownState.ACTIVE),
    ],
    ids=["its service", "all of its set", "not all of its set", "not the portal itself"],
)
def test_a_mandate_that_counts_for_too_little_everywhere_waits_to_be_confirmed(
    services: tuple[Service, ...], service_id: ServiceId, expected: ShownState
) -> None:
    mandate = a_mandate(service_id=service_id)
    assert mandate.level == 20
    assert shown(mandate, *services) is expected
    assert shown(replace(mandate, period=Period(TODAY + DAY, TODAY + DAY)), *services) is ShownState.FUTURE
    assert shown(replace(mandate, suspended_at=NOW), *services) is ShownState.SUSPENDED


@pytest.mark.parametrize("kind", [RelationKind.MAILBOX, RelationKind.MEDIATION])
def test_what_a_mandate_does_not_open_makes_no_set_of_its_service(kind: RelationKind) -> None:
    assert shown(a_mandate(service_id=PORTAL_ID), FOR_ALL, part(kind=kind)) is ShownState.ACTIVE


def test_what_stands_behind_a_mandate_is_what_it_opens_now() -> None:
    mandate = a_mandate(service_id=PORTAL_ID)
    assert behind(mandate, [FOR_ALL, part(), part(TWO, RelationKind.PORTAL), a_service()], NOW) == [
        part(),
        part(TWO, RelationKind.PORTAL),
    ]
    assert not behind(a_mandate(service_id=PORTAL_ID, without=(ONE,)), [part()], NOW)
    assert not behind(mandate, [part(kind=RelationKind.MAILBOX), part(TWO, valid=OVER)], NOW)
    assert not behind(a_mandate(), [FOR_ALL, part()], NOW)
