"""Invariant 1: a mandate that is active now, of who signed in, for the service or what it is behind, at its level."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.catalogue.model import (
    Announcement,
    Authorisation,
    Relation,
    RelationKind,
    Service,
    ServiceId,
    Validity,
)
from chalicelib.days import NETHERLANDS
from chalicelib.errors import NotFound
from chalicelib.mandates.model.cases import CaseId, Party
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.model.period import Period
from chalicelib.mandates.model.selection import Selection
from chalicelib.mandates.rules.deciding import Denial, denial, may_act, usable
from chalicelib.people.actor import Citizen
from chalicelib.people.pseudonym import PersonId
from tests.builders import (
    GENEROUS,
    NOW,
    PORTAL_ID,
    SERVICE_ID,
    a_mandate,
    a_period,
    a_request,
    a_service,
    an_opening,
    making,
    revoke_in,
)
from tests.fakes import FakeMandates

HENK, MINA = PersonId("henk"), PersonId("mina")
TODAY, DAY = date(2031, 5, 17), timedelta(days=1)
BEHIND = a_service(behind=(Relation(PORTAL_ID),))


class Catalogue:
    def __init__(self, *services: Service) -> None:
        self._services = {service.service_id: service for service in services}

    def service(self, service_id: str) -> Service:
        try:
            return self._services[ServiceId(service_id)]
        except KeyError:
            raise NotFound("service") from None


OFFERED = Catalogue(a_service(), a_service(service_id=PORTAL_ID, index=None))


def behind(kind: RelationKind, valid: Validity = Validity()) -> Service:  # noqa: B008 - frozen
    return a_service(behind=(Relation(PORTAL_ID, kind, valid),))


@pytest.mark.parametrize(
    ("mandate", "expected"),
    [
        (a_mandate(), None),
        (a_mandate(period=Period(TODAY, TODAY)), None),
        (a_mandate(period=Period(TODAY - 9 * DAY, TODAY)), None),
        (a_mandate(period=Period(TODAY + DAY, TODAY + 9 * DAY)), Denial.NOT_ACTIVE),
        (a_mandate(period=Period(TODAY - 9 * DAY, TODAY - DAY)), Denial.NOT_ACTIVE),
        (a_mandate(ended_at=NOW, ended_by=Party.REPRESENTED), Denial.NOT_ACTIVE),
        (a_mandate(ended_at=NOW, ended_by=Party.REPRESENTATIVE), Denial.NOT_ACTIVE),
        (a_mandate(service_id=ServiceId("another")), Denial.ANOTHER_SERVICE),
        (a_mandate(service_id=PORTAL_ID), Denial.ANOTHER_SERVICE),
        (a_mandate(representative=MINA), Denial.NOT_THEIRS),
        (a_mandate(represented=HENK, representative=PersonId("vera")), Denial.NOT_THEIRS),
    ],
)
def test_a_mandate_opens_its_own_service_to_its_representative_while_it_lasts(
    mandate: Mandate, expected: Denial | None
) -> None:
    assert denial(mandate, HENK, a_service(), 20, NOW) == expected


def test_a_mandate_opens_nothing_from_the_midnight_at_which_its_last_day_ends() -> None:
    mandate = a_mandate(period=Period(TODAY, TODAY))
    midnight = datetime(2031, 5, 18, tzinfo=NETHERLANDS)
    assert denial(mandate, HENK, a_service(), 20, midnight - timedelta(microseconds=1)) is None
    assert denial(mandate, HENK, a_service(), 20, midnight) is Denial.NOT_ACTIVE


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        (behind(RelationKind.PORTAL), None),
        (behind(RelationKind.SET), None),
        (behind(RelationKind.MAILBOX), Denial.ANOTHER_SERVICE),
        (behind(RelationKind.MEDIATION), Denial.ANOTHER_SERVICE),
        (behind(RelationKind.PORTAL, Validity(active=False)), Denial.ANOTHER_SERVICE),
        (behind(RelationKind.SET, Validity(until=NOW)), Denial.ANOTHER_SERVICE),
        (behind(RelationKind.SET, Validity(since=NOW)), None),
    ],
)
def test_a_mandate_for_a_portal_or_a_set_opens_what_is_behind_it_then(
    service: Service, expected: Denial | None
) -> None:
    mandate = a_mandate(service_id=PORTAL_ID)
    assert denial(mandate, HENK, service, 20, NOW) == expected


def test_a_mandate_opens_no_service_that_it_is_without() -> None:
    mandate = a_mandate(service_id=PORTAL_ID, without=(SERVICE_ID,))
    assert denial(mandate, HENK, BEHIND, 20, NOW) is Denial.RESTRICTED
    assert denial(mandate, HENK, replace(BEHIND, service_id=ServiceId("another")), 20, NOW) is None


def test_a_mandate_that_is_suspended_opens_nothing() -> None:
    assert denial(a_mandate(suspended_at=NOW), HENK, a_service(), 20, NOW) is Denial.NOT_ACTIVE


@pytest.mark.parametrize(
    "parents",
    [
        Catalogue(),
        Catalogue(a_service(service_id=PORTAL_ID, valid=(Validity(until=NOW),))),
        Catalogue(a_service(service_id=PORTAL_ID, mandatable=False)),
    ],
)
def test_a_portal_or_set_that_has_ended_opens_nothing_that_is_behind_it(parents: Catalogue) -> None:
    mandate = a_mandate(service_id=PORTAL_ID)
    register = _register(mandate)
    told = may_act(mandate.case_id, HENK, BEHIND, 20, mandates=register, services=parents, now=NOW)
    assert told is Denial.PARENT_ENDED
    assert _usable(register, usable(HENK, BEHIND, 20, NOW, services=parents)) == []
    assert _usable(register, usable(HENK, BEHIND, 20, NOW, services=OFFERED)) == [mandate]


@pytest.mark.parametrize("mandated", [10, 20, 25, 30])
@pytest.mark.parametrize("signed_in", [10, 20, 25, 30])
@pytest.mark.parametrize("asked", [10, 20, 25, 30])
def test_the_mandate_and_the_sign_in_both_reach_the_level_of_the_service(
    mandated: int, signed_in: int, asked: int
) -> None:
    enough = mandated >= asked and signed_in >= asked
    told = denial(a_mandate(level=mandated), HENK, a_service(level=asked), signed_in, NOW)
    assert told == (None if enough else Denial.LEVEL_TOO_LOW)


@pytest.mark.parametrize(
    ("mandated", "asked", "enough"), [(20, 10, True), (20, 20, True), (20, 25, False), (25, 25, True)]
)
def test_a_mandate_reaches_what_a_provider_asks_above_the_level_of_the_service(
    mandated: int, asked: int, *, enough: bool
) -> None:
    mandate = a_mandate(level=mandated)
    register = _register(mandate)
    told = may_act(mandate.case_id, HENK, a_service(), 30, asked=asked, mandates=register, services=OFFERED, now=NOW)
    assert told == (mandate if enough else Denial.LEVEL_TOO_LOW)
    shown = _usable(register, usable(HENK, a_service(), 30, NOW, services=OFFERED, asked=asked))
    assert shown == ([mandate] if enough else [])


def test_a_level_that_is_announced_counts_from_its_moment() -> None:
    service = a_service(announced=Announcement(25, NOW))
    assert denial(a_mandate(), HENK, service, 30, NOW - timedelta(seconds=1)) is None
    assert denial(a_mandate(), HENK, service, 30, NOW) is Denial.LEVEL_TOO_LOW


@pytest.mark.parametrize(
    "service",
    [
        a_service(mandatable=False),
        a_service(authorisation=Authorisation.ORGANISATION),
        a_service(authorisation=Authorisation.NOBODY),
        a_service(valid=(Validity(), Validity(active=False))),
        a_service(valid=(Validity(until=NOW),)),
    ],
)
def test_a_service_for_which_nobody_may_be_mandated_is_opened_by_no_mandate(service: Service) -> None:
    assert denial(a_mandate(), HENK, service, 20, NOW) is Denial.NOT_MANDATABLE


def test_a_mandate_that_is_revoked_meanwhile_is_usable_no_more() -> None:
    register = _register(a_mandate())
    (chosen,) = _usable(register, usable(HENK, a_service(), 20, NOW, services=OFFERED))
    revoke_in(register, chosen, Citizen(chosen.represented, 20), NOW)
    assert (
        may_act(chosen.case_id, HENK, a_service(), 20, mandates=register, services=OFFERED, now=NOW)
        is Denial.NOT_ACTIVE
    )
    assert _usable(register, usable(HENK, a_service(), 20, NOW, services=OFFERED)) == []


@pytest.mark.parametrize(("service", "level"), [(a_service(mandatable=False), 30), (a_service(level=25), 20)])
def test_the_register_is_not_asked_for_what_nobody_could_use(service: Service, level: int) -> None:
    assert usable(HENK, service, level, NOW, services=OFFERED).services == ()


def test_those_of_one_person_are_looked_for_by_that_person() -> None:
    register, vera = _register(a_mandate()), a_mandate().represented
    assert _usable(register, usable(HENK, a_service(), 20, NOW, services=OFFERED, other=vera)) == [a_mandate()]
    assert _usable(register, usable(HENK, a_service(), 20, NOW, services=OFFERED, other=MINA)) == []
    assert _usable(register, usable(vera, a_service(), 20, NOW, services=OFFERED, other=HENK)) == []


def test_a_case_that_does_not_exist_and_another_s_are_denied_alike() -> None:
    register = _register(a_mandate())
    for case_id, by in (("0" * 32, HENK), (a_mandate().case_id, MINA)):
        assert may_act(case_id, by, a_service(), 20, mandates=register, services=OFFERED, now=NOW) is Denial.NOT_THEIRS


PEOPLE = tuple(PersonId(name) for name in ("vera", "henk", "mina", "okke"))
SERVICES = (SERVICE_ID, PORTAL_ID, ServiceId("44444444-4444-4444-8444-444444444444"))
levels = st.sampled_from([10, 20, 25, 30])
days = st.integers(-40, 40)


@dataclass(frozen=True)
class Life:
    """One mandate's history, as facts that a reader can check by hand. Days are counted from that of `NOW`."""

    of: PersonId
    by: PersonId
    service_id: ServiceId
    first: int
    length: int
    level: int
    revoked_on: int | None

    def opens(self, by: PersonId, at: Service, level: int, day: int) -> bool:
        revoked = self.revoked_on is not None and self.revoked_on <= day
        lasting = self.first <= day < self.first + self.length and not revoked
        portal = {relation.parent for relation in at.behind}
        return (
            self.by == by
            and lasting
            and self.service_id in {at.service_id} | portal
            and self.level >= at.level <= level
        )


lives = st.builds(
    Life,
    of=st.sampled_from(PEOPLE),
    by=st.sampled_from(PEOPLE),
    service_id=st.sampled_from(SERVICES),
    first=days,
    length=st.integers(1, 60),
    level=levels,
    revoked_on=st.none() | days,
)


@given(
    histories=st.lists(lives, max_size=6),
    by=st.sampled_from(PEOPLE),
    service=st.sampled_from([a_service(), BEHIND]),
    asked=levels,
    level=levels,
    day=days,
)
def test_whatever_happened_before_only_a_mandate_that_opens_the_service_now_lets_someone_act(
    histories: list[Life], by: PersonId, service: Service, asked: int, level: int, day: int
) -> None:
    at, now = replace(service, level=asked), NOW + day * DAY
    register, cases = FakeMandates(GENEROUS), {}
    for number, life in enumerate(histories):
        mandate = _lived(register, life, number, until=day)
        cases[mandate.case_id] = life
    opening = {case_id for case_id, life in cases.items() if life.opens(by, at, level, day)}
    assert {
        mandate.case_id for mandate in _usable(register, usable(by, at, level, now, services=OFFERED), by)
    } == opening
    for case_id in cases:
        told = may_act(case_id, by, at, level, mandates=register, services=OFFERED, now=now)
        assert isinstance(told, Mandate) == (case_id in opening)


def _lived(register: FakeMandates, life: Life, number: int, until: int) -> Mandate:
    """Let a mandate live in the register until a day."""
    asked = a_request(
        case_id=CaseId(f"{number:032x}"),
        represented=life.of,
        letter_id=f"{number:036x}",
        service_id=life.service_id,
        period=a_period(TODAY + life.first * DAY, life.length),
    )
    mandate = a_mandate(asked, representative=life.by, level=life.level)
    register.open_requests(an_opening(asked))
    register.make(making(asked, mandate), Citizen(mandate.representative, 20))
    if life.revoked_on is not None and life.revoked_on <= until:
        revoke_in(register, mandate, Citizen(life.of, 20), NOW + life.revoked_on * DAY)
    return mandate


def _usable(register: FakeMandates, selection: Selection, by: PersonId = HENK) -> list[Mandate]:
    return list(register.held_page(by, limit=None, selection=selection).rows)


def _register(mandate: Mandate) -> FakeMandates:
    register = FakeMandates()
    register.open_requests(an_opening(asked := a_request()))
    register.make(making(asked, mandate), Citizen(mandate.representative, 20))
    return register
