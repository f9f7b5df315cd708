"""A deadline for all of something."""

import threading

import pytest

from chalicelib.budget import Budget, budget, within
from chalicelib.deadline import at_once, in_time
from chalicelib.errors import InvalidMessage, Unavailable


def test_what_is_in_time_is_returned() -> None:
    assert in_time(5, "metadata", lambda: b"here") == b"here"


def test_what_fails_is_raised_where_it_is_waited_for() -> None:
    def fail() -> bytes:
        raise InvalidMessage("not a document", received="x", expected="a document")

    with pytest.raises(InvalidMessage, match="not a document"):
        in_time(5, "metadata", fail)


def test_what_is_late_is_an_outage() -> None:
    never = threading.Event()
    with pytest.raises(Unavailable) as raised:
        in_time(0.01, "metadata", never.wait)
    assert raised.value.dependency == "metadata"
    never.set()


def test_what_is_done_at_once_waits_for_nobody_who_is_late() -> None:
    never = threading.Event()
    late, here = at_once(0.2, 2, [never.wait, lambda: True])
    assert not late.done()
    assert here.result() is True
    never.set()


def test_what_is_done_in_time_knows_the_budget_of_its_request() -> None:
    with within(Budget(110.0, lambda: 100.0)):
        assert in_time(5, "brp", lambda: budget().left) == 10.0


def test_what_had_no_turn_in_time_never_begins() -> None:
    never = threading.Event()
    _, second = at_once(0.05, 1, [never.wait, never.is_set])
    never.set()
    assert second.cancelled()


def test_what_is_done_at_once_knows_the_budget_of_its_request() -> None:
    with within(Budget(110.0, lambda: 100.0)):
        (left,) = at_once(5, 8, [lambda: budget().left])
    assert left.result() == 10.0
