"""A mandate that ran its time goes on with a new one, of the same people and service, in two clicks."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from chalicelib.audit.trail import Event, Happening
from chalicelib.catalogue.model import Authorisation, ServiceId
from chalicelib.days import midnight_after
from chalicelib.errors import LevelTooLow, NotFound, Refused
from chalicelib.mandates.direct.renewing import AFTER, BEFORE, next_periods, renewable, successor
from chalicelib.mandates.model.mandates import Consent, Mandate, MandateState, Way
from chalicelib.mandates.model.period import Period
from chalicelib.mandates.rules.wanted import WantedService
from tests.builders import HENK, MINA, NOW, VERA, a_period, a_service, revoke_in, signed_in
from tests.unit.mandates.town import THE_SERVICE, Town

VERA_ID = signed_in(VERA).person


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def mandate(town: Town) -> Mandate:
    return town.represented_before()


def test_it_goes_on_the_day_after_for_as_long_as_it_was(town: Town, mandate: Mandate) -> None:
    same, longest = next_periods(mandate, THE_SERVICE, NOW)
    day = mandate.period.end + timedelta(days=1)
    assert (same.start, same.days, longest.start, longest.days) == (day, 30, day, 365)
    new = town.renew(mandate, NOW, WantedService(THE_SERVICE, same))
    assert (new.previous, new.service_id, new.period) == (mandate.case_id, mandate.service_id, same)
    assert (new.consent, new.representative) == (Consent(Way.RENEWED, 20), mandate.representative)
    assert new.state(NOW) is MandateState.FUTURE
    assert new.state(midnight_after(mandate.period.end)) is MandateState.ACTIVE
    assert town.store.history(new.case_id, new.sides) == [Event(Happening.RENEWED, NOW, signed_in())]
    assert len(town.store.letters) == 3


def test_after_its_end_it_goes_on_today(mandate: Mandate) -> None:
    now = midnight_after(mandate.period.end) + timedelta(days=5)
    same, _ = next_periods(mandate, THE_SERVICE, now)
    assert same.start == now.date() + timedelta(days=1)
    assert same.days == 30


def test_where_it_was_as_long_as_possible_there_is_nothing_to_choose(mandate: Mandate) -> None:
    (only,) = next_periods(mandate, a_service(max_days=30), NOW)
    (shorter,) = next_periods(mandate, a_service(max_days=7), NOW)
    assert (only.days, shorter.days) == (30, 7)


def _days_from_the_end(mandate: Mandate, days: int) -> datetime:
    return midnight_after(mandate.period.end) + timedelta(days=days, hours=-12)


@pytest.mark.parametrize("days", [-BEFORE.days, 0, AFTER.days])
def test_it_can_be_renewed_from_shortly_before_its_end_until_a_year_after(town: Town, days: int) -> None:
    mandate = town.represented_before(period=a_period(days=100))
    at = _days_from_the_end(mandate, days)
    assert renewable(mandate, THE_SERVICE, at)
    wanted = WantedService(THE_SERVICE, next_periods(mandate, THE_SERVICE, at)[0])
    assert town.renew(mandate, at, wanted).previous == mandate.case_id


@pytest.mark.parametrize("days", [-BEFORE.days - 1, AFTER.days + 1])
def test_before_and_after_that_it_cannot(town: Town, days: int) -> None:
    mandate = town.represented_before(period=a_period(days=100))
    at = _days_from_the_end(mandate, days)
    with pytest.raises(Refused, match="not_renewable"):
        town.renew(mandate, at, WantedService(THE_SERVICE, next_periods(mandate, THE_SERVICE, at)[0]))


def test_what_somebody_ended_does_not_go_on(town: Town, mandate: Mandate) -> None:
    revoke_in(town.store, mandate, signed_in(HENK), NOW)
    with pytest.raises(Refused, match="not_renewable"):
        town.renew(mandate, NOW, WantedService(THE_SERVICE, next_periods(mandate, THE_SERVICE, NOW)[0]))


def test_what_was_taken_out_of_it_does_not_come_back_when_it_goes_on(town: Town) -> None:
    restricted = town.represented_before(without=(ServiceId("locks"), ServiceId("bridges")))
    new = town.renew(restricted, NOW, WantedService(THE_SERVICE, next_periods(restricted, THE_SERVICE, NOW)[0]))
    assert new.without == restricted.without


def test_what_is_suspended_does_not_go_on_and_neither_when_its_time_runs_out(town: Town) -> None:
    suspended = town.represented_before(suspended_at=NOW)
    for now in (NOW, midnight_after(suspended.period.end)):
        with pytest.raises(Refused, match="not_renewable"):
            town.renew(suspended, now, WantedService(THE_SERVICE, next_periods(suspended, THE_SERVICE, now)[0]))


def test_renewed_twice_it_is_renewed_once(town: Town, mandate: Mandate) -> None:
    same, longest = next_periods(mandate, THE_SERVICE, NOW)
    with ThreadPoolExecutor(6) as pool:
        made = list(
            pool.map(lambda period: town.renew(mandate, NOW, WantedService(THE_SERVICE, period)), [same, longest] * 3)
        )
    assert len(set(made)) == 1
    assert len(town.store.given(VERA_ID)) == 2
    assert successor(mandate, town.store.given(VERA_ID), NOW) == made[0]


def test_a_renewal_that_was_revoked_can_be_made_anew(town: Town, mandate: Mandate) -> None:
    wanted = WantedService(THE_SERVICE, next_periods(mandate, THE_SERVICE, NOW)[0])
    first = town.renew(mandate, NOW, wanted)
    revoke_in(town.store, first, signed_in(), NOW)
    second = town.renew(mandate, NOW, wanted)
    assert second.case_id != first.case_id
    assert second.state(NOW) is MandateState.FUTURE


def test_the_renewal_is_what_is_renewed_next(town: Town, mandate: Mandate) -> None:
    new = town.renew(mandate, NOW, WantedService(THE_SERVICE, next_periods(mandate, THE_SERVICE, NOW)[0]))
    at = midnight_after(new.period.end)
    assert town.renew(mandate, at, WantedService(THE_SERVICE, next_periods(mandate, THE_SERVICE, at)[0])) == new
    third = town.renew(new, at, WantedService(THE_SERVICE, next_periods(new, THE_SERVICE, at)[0]))
    assert third.previous == new.case_id


def test_only_a_period_that_was_proposed_can_be_had(town: Town, mandate: Mandate) -> None:
    for period in (a_period(), Period(a_period().start, a_period(days=9999).end)):
        with pytest.raises(Refused, match="period_gone"):
            town.renew(mandate, NOW, WantedService(THE_SERVICE, period))


def test_only_who_is_represented_renews_and_for_the_same_service(town: Town, mandate: Mandate) -> None:
    period = next_periods(mandate, THE_SERVICE, NOW)[0]
    for by in (HENK, MINA):
        with pytest.raises(NotFound):
            town.renew(mandate, NOW, WantedService(THE_SERVICE, period), by=by)
    with pytest.raises(NotFound):
        town.renew(mandate, NOW, WantedService(a_service(service_id="another"), period))


def test_the_rules_of_the_service_are_those_of_today(town: Town, mandate: Mandate) -> None:
    period = next_periods(mandate, THE_SERVICE, NOW)[0]
    with pytest.raises(LevelTooLow):
        town.renew(mandate, NOW, WantedService(a_service(level=25), period))
    with pytest.raises(Refused, match="not_renewable"):
        town.renew(mandate, NOW, WantedService(a_service(authorisation=Authorisation.NOBODY), period))
