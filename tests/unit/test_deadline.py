"""A deadline for all of something."""

import threading

import pytest

from chalicelib.deadline import in_time
from chalicelib.errors import InvalidMessage, Unavailable


def test_what_is_in_time_is_returned() -> None:
    assert in_time(5, "metadata", lambda: b"here") == b"here"


def test_what_fails_is_raised_where_it_is_waited_for() -> None:
    def fail() -> bytes:
        raise InvalidMessage("not a document")

    with pytest.raises(InvalidMessage, match="not a document"):
        in_time(5, "metadata", fail)


def test_what_is_late_is_an_outage() -> None:
    never = threading.Event()
    with pytest.raises(Unavailable) as raised:
        in_time(0.01, "metadata", never.wait)
    assert raised.value.dependency == "metadata"
    never.set()
