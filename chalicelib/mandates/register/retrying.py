"""Changes that rest on what was read: made anew where somebody else was first."""

from collections.abc import Callable
from typing import TypeVar

from chalicelib.errors import Conflict, Unavailable

ROUNDS = 20
"""How often a change is made again: of one case or person that is a few times at most, also for counts of letters."""

T = TypeVar("T")


def retried(attempt: Callable[[], T]) -> T:
    """Return what an attempt returns, which reads and writes; made again, from its reading on, after a `Conflict`.

    Raises `Unavailable` where that does not end, and what the attempt raises.
    """
    for _ in range(ROUNDS):
        try:
            return attempt()
        except Conflict:
            continue
    raise Unavailable("dynamodb")
