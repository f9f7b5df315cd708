"""Who is too young, or may be, gives and holds no mandate, and hears why."""

from datetime import timedelta

import pytest

from chalicelib.days import midnight_before, today
from chalicelib.errors import Refused
from chalicelib.mandates.model.cases import Party
from chalicelib.mandates.rules.eligibility import check_age
from chalicelib.people.birth_date import BirthDate
from chalicelib.site.texts import REFUSALS
from tests.builders import NOW, a_service

SERVICE = a_service(minimum_age_represented=16, minimum_age_representative=18)
GIVES, HOLDS = Party.REPRESENTED, Party.REPRESENTATIVE


@pytest.mark.parametrize(
    ("party", "born", "reason"),
    [
        (GIVES, "2015-05-18", "too_young_to_give"),
        (HOLDS, "2013-05-18", "too_young_to_hold"),
        (HOLDS, "2014-00-00", "too_young_to_hold"),
        (GIVES, "2015-05-00", "age_uncertain"),
        (GIVES, "2015-00-00", "age_uncertain"),
        (HOLDS, "2013-05-00", "age_uncertain"),
        (HOLDS, "0000-00-00", "age_uncertain"),
    ],
)
def test_who_may_be_too_young_is_refused_with_the_age_that_it_takes(party: Party, born: str, reason: str) -> None:
    with pytest.raises(Refused) as error:
        check_age(party, BirthDate(born), SERVICE, NOW)
    assert (error.value.reason, error.value.values) == (reason, {"years": 16 if party is GIVES else 18})
    assert born not in repr(error.value)
    assert "%(years)s" in REFUSALS[reason].text


@pytest.mark.parametrize(
    ("party", "born"),
    [(GIVES, "2015-05-17"), (HOLDS, "2013-05-17"), (HOLDS, "2013-04-00"), (HOLDS, "2012-00-00"), (GIVES, "2014-00-00")],
)
def test_who_is_old_enough_for_certain_goes_on(party: Party, born: str) -> None:
    check_age(party, BirthDate(born), SERVICE, NOW)


@pytest.mark.parametrize("party", Party)
@pytest.mark.parametrize("born", ["0000-00-00", "2031-00-00", "2031-05-17"])
def test_a_service_without_a_minimum_is_for_everybody(party: Party, born: str) -> None:
    check_age(party, BirthDate(born), a_service(), NOW)


def test_a_birthday_begins_at_midnight_in_the_netherlands() -> None:
    born, begins = BirthDate("2015-05-18"), midnight_before(today(NOW) + timedelta(days=1))
    check_age(GIVES, born, SERVICE, begins)
    with pytest.raises(Refused, match="too_young_to_give"):
        check_age(GIVES, born, SERVICE, begins - timedelta(microseconds=1))
