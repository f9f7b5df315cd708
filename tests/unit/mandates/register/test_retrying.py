"""Changes that are made anew where somebody else was first."""

import pytest

from chalicelib.errors import Conflict, Refused, Unavailable
from chalicelib.mandates.register.retrying import ROUNDS, retried


def test_it_is_tried_again_until_nobody_is_first() -> None:
    left = [Conflict("first"), Conflict("second")]

    def attempt() -> str:
        if left:
            raise left.pop()
        return "written"

    assert retried(attempt) == "written"


@pytest.mark.parametrize(
    ("raised", "times", "told"), [(Conflict("again"), ROUNDS, Unavailable), (Refused("no"), 1, Refused)]
)
def test_it_ends_where_that_never_happens_and_at_once_for_what_is_refused(
    raised: Exception, times: int, told: type[Exception]
) -> None:
    tried = []

    def attempt() -> None:
        tried.append(1)
        raise raised

    with pytest.raises(told):
        retried(attempt)
    assert len(tried) == times
