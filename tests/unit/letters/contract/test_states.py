"""The moves of a letter: forward, and none after its end but where paper says more than a row."""

import pytest

from chalicelib.letters.contract.states import MOVES, OF_BEFORE, LetterState, origins

ENDED = {LetterState.RETURNED, LetterState.FAILED}
FORWARD = ["requested", "checked", "queued", "accepted", "printed", "posted", "delivered", "returned"]


def test_nothing_follows_a_letter_that_came_back_or_failed() -> None:
    assert not [state for state, before in MOVES.items() if ENDED & set(before)]


def test_a_row_begins_where_the_address_is_known_and_never_goes_back() -> None:
    assert set(MOVES) == set(LetterState) - {LetterState.REQUESTED, LetterState.CHECKED}
    for state, before in MOVES.items():
        for origin in before:
            if {state, origin} <= {*FORWARD} and state is not LetterState.ACCEPTED:
                assert FORWARD.index(origin) < FORWARD.index(state)


def test_what_was_cancelled_goes_on_only_if_there_is_paper() -> None:
    assert {state for state, before in MOVES.items() if LetterState.CANCELLED in before} == {
        LetterState.PRINTED,
        LetterState.POSTED,
        LetterState.DELIVERED,
        LetterState.RETURNED,
    }


@pytest.mark.parametrize(("name", "state"), OF_BEFORE.items())
def test_a_state_by_its_older_name_is_the_same_state(name: str, state: LetterState) -> None:
    assert LetterState(name) is state
    for moved, before in MOVES.items():
        assert (name in origins(moved)) is (state in before)


def test_any_other_name_is_no_state() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        LetterState("nowhere")
