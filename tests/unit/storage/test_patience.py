import math
from collections.abc import Iterator

import pytest

from chalicelib.budget import Budget, within
from chalicelib.storage.patience import Patience
from tests.lost import cancelled, refusal


class Slept:
    """A clock that stands still, but for sleeping."""

    def __init__(self) -> None:
        self.now, self.pauses = 0.0, [0.0][:0]

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def slept() -> Slept:
    return Slept()


@pytest.fixture
def patience(slept: Slept) -> Patience:
    return Patience(2.0, slept.clock, slept.sleep, lambda: 1.0)


def _call(errors: Iterator[Exception]) -> str:
    if (error := next(errors, None)) is not None:
        raise error
    return "answer"


PASSING = [
    cancelled("None", "TransactionConflict"),
    cancelled("None", "ThrottlingError"),
    cancelled("ProvisionedThroughputExceeded"),
    cancelled("InternalServerError", "None"),
    cancelled("ConditionalCheckFailed", "TransactionConflict"),
    cancelled("None", "SomethingNew"),
    refusal("TransactionCanceledException"),
    refusal("TransactionConflictException"),
    refusal("TransactionInProgressException"),
    refusal("ThrottlingException"),
    refusal("ProvisionedThroughputExceededException"),
    refusal("RequestLimitExceeded"),
    refusal("InternalServerError"),
]


@pytest.mark.parametrize("error", PASSING, ids=str)
def test_what_passes_is_tried_again(patience: Patience, error: Exception) -> None:
    errors = iter([error, error])
    assert patience.ask(lambda: _call(errors)) == "answer"


LASTING = [
    cancelled("ConditionalCheckFailed", "None"),
    cancelled("ValidationError", "TransactionConflict"),
    cancelled("ItemCollectionSizeLimitExceeded"),
    refusal("ConditionalCheckFailedException"),
    refusal("ValidationException"),
    refusal("AccessDeniedException"),
    ValueError("ours"),
]


@pytest.mark.parametrize("error", LASTING, ids=str)
def test_what_stays_as_it_is_is_not_tried_again(patience: Patience, slept: Slept, error: Exception) -> None:
    with pytest.raises(type(error)) as raised:
        patience.ask(lambda: _call(iter([error])))
    assert raised.value is error
    assert slept.pauses == []


def test_the_pauses_grow_and_end_within_the_time(patience: Patience, slept: Slept) -> None:
    busy = cancelled("TransactionConflict")
    with pytest.raises(type(busy)):
        patience.ask(lambda: _call(iter([busy])))
    assert slept.pauses == [0.05, 0.1, 0.2, 0.4, 0.8]


def test_the_pauses_end_before_the_time_of_the_request_does(patience: Patience, slept: Slept) -> None:
    busy = cancelled("TransactionConflict")
    with within(Budget(0.2, slept.clock)), pytest.raises(type(busy)):
        patience.ask(lambda: _call(iter([busy])))
    assert slept.pauses == [0.05, 0.1]


def test_who_met_once_does_not_meet_again(slept: Slept) -> None:
    parts = iter([0.9, 0.1, math.pi / 4])
    patience = Patience(0.2, slept.clock, slept.sleep, lambda: next(parts))
    busy = cancelled("TransactionConflict")
    with pytest.raises(type(busy)):
        patience.ask(lambda: _call(iter([busy])))
    assert slept.pauses == [0.05 * 0.9, 0.1 * 0.1]
