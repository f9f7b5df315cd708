"""The equation of a day: whatever is lost or doubled of one letter shows, by its id."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.letters.balance import Oddity, Traces, balance
from chalicelib.letters.contract.states import ENDED, LetterState

DAY = date(2031, 5, 17)
UNDER_WAY = [state for state in LetterState if state not in ENDED]
UNSENT = (LetterState.REQUESTED, LetterState.CHECKED)


def _right(letter_id: str, state: LetterState) -> Traces:
    return Traces(letter_id, requested=True, state=state, marked=state not in ENDED, to_be_sent=state in UNSENT)


letters = st.lists(st.sampled_from(LetterState), max_size=40).map(
    lambda states: [_right(f"{number:036x}", state) for number, state in enumerate(states)]
)


@given(letters)
def test_where_each_letter_has_ended_or_is_marked_the_equation_holds(right: list[Traces]) -> None:
    told = balance(DAY, right)
    assert told.holds
    assert told.requested == len(right) == sum(told.ended.values()) + told.pending
    assert told.ended == {state: Counter(one.state for one in right)[state] for state in ENDED}


@given(letters.filter(bool), st.randoms(use_true_random=False))
def test_whatever_one_source_lost_or_has_too_many_of_any_letter_it_holds_no_more(
    right: list[Traces], chance: random.Random
) -> None:
    number = chance.randrange(len(right))
    one = right[number]
    ways = [replace(one, requested=False), replace(one, state=None), replace(one, marked=not one.marked)]
    if one.state in UNSENT:
        ways.append(replace(one, to_be_sent=False))
    told = balance(DAY, [*right[:number], chance.choice(ways), *right[number + 1 :]])
    assert not told.holds
    assert list(told.odd) == [one.letter_id]


def test_two_wrongs_do_not_make_a_right() -> None:
    lost = replace(_right("a", LetterState.PRINTED), marked=False)
    left = replace(_right("b", LetterState.POSTED), marked=True)
    told = balance(DAY, [lost, left])
    assert told.requested == sum(told.ended.values()) + told.pending
    assert not told.holds
    assert told.odd == {"a": Oddity.NO_MARK, "b": Oddity.STILL_MARKED}


@pytest.mark.parametrize("state", UNDER_WAY)
def test_a_letter_under_way_is_marked(state: LetterState) -> None:
    one = _right("a", state)
    assert [replace(one, marked=marked).oddity for marked in (True, False)] == [None, Oddity.NO_MARK]


@pytest.mark.parametrize("state", ENDED)
def test_a_letter_that_has_ended_is_not_marked(state: LetterState) -> None:
    one = _right("a", state)
    assert [replace(one, marked=marked).oddity for marked in (True, False)] == [Oddity.STILL_MARKED, None]


@pytest.mark.parametrize("state", LetterState)
def test_what_was_not_sent_is_in_the_outbox_and_what_was_sent_may_be(state: LetterState) -> None:
    one = _right("a", state)
    assert replace(one, to_be_sent=True).oddity is None
    assert replace(one, to_be_sent=False).oddity is (Oddity.NOT_TO_BE_SENT if state in UNSENT else None)


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("requested", [True, False])
def test_without_a_row_nobody_knows_where_a_letter_is(*, marked: bool, requested: bool) -> None:
    assert Traces("a", requested, None, marked, to_be_sent=False).oddity is Oddity.NO_ROW


def test_a_day_without_letters_is_right() -> None:
    assert balance(DAY, []).holds
