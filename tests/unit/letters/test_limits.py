from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.letters.limits import Asker, Limits, Sent, lately, possible_from

TODAY = date(2031, 5, 17)
LIMITS = Limits()


def _sent(number: int, days_ago: int = 0, by: Asker = Asker.OWNER) -> Sent:
    return Sent(f"letter {number}", TODAY - timedelta(days=days_ago), f"service {number}", by)


NEW = _sent(0)


def test_the_limits_are_those_of_the_design() -> None:
    assert Limits() == Limits(service_and_day=1, owner=5, other=3, address=10)


def test_a_second_letter_for_a_service_is_possible_the_next_day() -> None:
    assert possible_from([NEW], [_sent(0)], [], LIMITS) == TODAY + timedelta(days=1)
    assert possible_from([NEW], [_sent(0, days_ago=1)], [], LIMITS) == TODAY
    assert possible_from([NEW], [_sent(1)], [], LIMITS) == TODAY


@pytest.mark.parametrize(("by", "most"), [(Asker.OWNER, 5), (Asker.CALLER, 5), (Asker.OTHER, 3)])
def test_so_many_letters_in_thirty_days_and_the_oldest_says_when_the_next_may_come(by: Asker, most: int) -> None:
    new = _sent(0, by=by)
    sent = [_sent(number, days_ago=20 - number, by=by) for number in range(1, most + 1)]
    assert possible_from([new], sent[1:], [], LIMITS) == TODAY
    assert possible_from([new], sent, [], LIMITS) == sent[0].day + timedelta(days=30)


@pytest.mark.parametrize(("days_ago", "possible"), [(29, False), (30, True), (31, True)])
def test_a_letter_counts_for_thirty_days(days_ago: int, possible: bool) -> None:  # noqa: FBT001 - a row of the table
    sent = [_sent(number, days_ago) for number in range(1, 6)]
    assert (possible_from([NEW], sent, [], LIMITS) == TODAY) is possible
    assert bool(lately(sent, TODAY)) is not possible


def test_no_stranger_uses_up_what_is_the_owners_nor_the_other_way_round() -> None:
    strangers = [_sent(number, by=Asker.OTHER) for number in range(3)]
    assert possible_from([NEW], strangers, [], LIMITS) == TODAY
    own = [_sent(number) for number in range(5)]
    assert possible_from([_sent(0, by=Asker.OTHER)], own, [], LIMITS) == TODAY


def test_who_calls_and_says_that_they_are_the_owner_uses_up_nothing_of_who_signs_in_and_no_stranger_of_who_calls() -> (
    None
):
    calls = [_sent(number, by=Asker.CALLER) for number in range(5)]
    assert possible_from([NEW], calls, [], LIMITS) == TODAY
    strangers = [_sent(number, by=Asker.OTHER) for number in range(3)]
    assert possible_from([_sent(0, by=Asker.CALLER)], strangers, [], LIMITS) == TODAY
    there = [_sent(number, by=Asker.CALLER) for number in range(1, 11)]
    assert possible_from([NEW], [], there, LIMITS) == TODAY
    assert possible_from([_sent(0, by=Asker.CALLER)], [], there, LIMITS) > TODAY
    assert possible_from([_sent(0, by=Asker.OTHER)], [], there, LIMITS) > TODAY


def test_an_address_gets_ten_of_which_strangers_take_none_from_who_lives_there() -> None:
    there = [_sent(number, days_ago=9, by=(Asker.OWNER, Asker.OTHER)[number % 2]) for number in range(1, 11)]
    strangers = _sent(0, by=Asker.OTHER)
    assert possible_from([strangers], [], there[1:], LIMITS) == TODAY
    assert possible_from([strangers], [], there, LIMITS) == TODAY + timedelta(days=21)
    assert possible_from([NEW], [], there, LIMITS) == TODAY
    own = [replace(one, by=Asker.OWNER) for one in there]
    assert possible_from([NEW], [], own[1:], LIMITS) == TODAY
    assert possible_from([NEW], [], own, LIMITS) == TODAY + timedelta(days=21)


def test_a_letter_about_several_services_is_one_letter() -> None:
    several = [replace(_sent(number), letter_id="one") for number in range(9)]
    assert possible_from(several, several[:4], several, LIMITS) == TODAY + timedelta(days=1)
    before = [replace(one, day=TODAY - timedelta(days=1)) for one in several]
    assert possible_from(several, before, before, LIMITS) == TODAY


def test_the_latest_of_all_reasons_says_when() -> None:
    there = [_sent(number, days_ago=9) for number in range(1, 11)]
    assert possible_from([NEW], [_sent(0)], there, LIMITS) == TODAY + timedelta(days=21)
