"""The time that a request has left."""

import math
from dataclasses import dataclass

import pytest

from chalicelib.budget import Budget, budget, of_function, within
from chalicelib.errors import Unavailable


@dataclass
class Watch:
    seconds: float = 100.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Context:
    millis: int

    def get_remaining_time_in_millis(self) -> int:
        return self.millis


def test_every_question_gets_what_is_left() -> None:
    watch = Watch()
    granted = Budget(110.0, watch)
    assert granted.patience("kms", 3.0) == 3.0
    watch.seconds += 8.5
    assert granted.patience("kms", 3.0) == 1.5


def test_a_share_of_what_is_left_ends_by_itself_and_leaves_the_rest() -> None:
    watch = Watch()
    whole = Budget(130.0, watch)
    first = whole.share(3)
    watch.seconds += 12
    assert first.left == 0
    assert whole.share(2).left == 9
    assert whole.share(1).left == whole.left == 18
    assert Budget(math.inf).share(2).left == math.inf


def test_what_cannot_be_waited_for_is_an_outage_at_once() -> None:
    watch = Watch(109.8)
    with pytest.raises(Unavailable) as raised:
        Budget(110.0, watch).patience("kms", 3.0)
    assert raised.value.dependency == "kms"


def test_time_that_is_over_is_not_less_than_none() -> None:
    assert Budget(110.0, Watch(200.0)).left == 0.0


def test_a_budget_holds_inside_only() -> None:
    assert budget().left == float("inf")
    with within(Budget(110.0, Watch())):
        assert budget().left == 10.0
    assert budget().left == float("inf")


@pytest.mark.parametrize(("millis", "seconds"), [(25_000, 18.0), (6_000, 4.0), (1_000, 0.0)])
def test_a_function_keeps_time_for_its_answer(millis: int, seconds: float) -> None:
    assert of_function(Context(millis)).left == pytest.approx(seconds, abs=0.2)


def test_without_lambda_it_is_the_longest_that_a_visitor_waits() -> None:
    assert of_function(None).left == pytest.approx(18.0, abs=0.2)
