"""The equation of a day: whatever is lost or doubled of one letter shows, by its id."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.letters.balance import ENDED, Oddity, Traces, balance
from chalicelib.letters.contract.states import LetterState

DAY = date(2031, 5, 17)
UNDER_WAY = [state for state in LetterState if state not in ENDED]


def _right(letter_id: str, state: LetterState) -> Traces:
    return Traces(letter_id, requested=True, state=state, marks=0 if state in ENDED else 1)


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
def test_whatever_one_source_lost_or_has_twice_of_any_letter_it_holds_no_more(
    right: list[Traces], chance: random.Random
) -> None:
    number = chance.randrange(len(right))
    one = right[number]
    wrong = chance.choice(
        [
            replace(one, requested=False),
            replace(one, state=None),
            replace(one, marks=one.marks + 1),
            replace(one, marks=one.marks - 1) if one.marks else replace(one, state=LetterState.ACCEPTED),
        ]
    )
    told = balance(DAY, [*right[:number], wrong, *right[number + 1 :]])
    assert not told.holds
    assert list(told.odd) == [one.letter_id]


def test_two_wrongs_do_not_make_a_right() -> None:
    lost, left = Traces("a", True, LetterState.PRINTED, 0), Traces("b", True, LetterState.POSTED, 1)  # noqa: FBT003
    told = balance(DAY, [lost, left])
    assert told.requested == sum(told.ended.values()) + told.pending
    assert not told.holds
    assert told.odd == {"a": Oddity.NO_MARK, "b": Oddity.STILL_MARKED}


@pytest.mark.parametrize("state", UNDER_WAY)
def test_a_letter_under_way_is_marked_once(state: LetterState) -> None:
    one = _right("a", state)
    oddities = [replace(one, marks=marks).oddity for marks in range(4)]
    assert oddities == [Oddity.NO_MARK, None, Oddity.TWO_MARKS, Oddity.TWO_MARKS]


@pytest.mark.parametrize("state", ENDED)
def test_a_letter_that_has_ended_is_not_marked(state: LetterState) -> None:
    one = _right("a", state)
    assert [replace(one, marks=marks).oddity for marks in range(3)] == [None, *[Oddity.STILL_MARKED] * 2]


@pytest.mark.parametrize("marks", [0, 1, 2])
@pytest.mark.parametrize("requested", [True, False])
def test_without_a_row_nobody_knows_where_a_letter_is(marks: int, *, requested: bool) -> None:
    assert Traces("a", requested, None, marks).oddity is Oddity.NO_ROW


def test_a_day_without_letters_is_right() -> None:
    assert balance(DAY, []).holds
