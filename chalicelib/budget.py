"""The time that a request has left. All that is asked of others takes from it, so that there is an answer in time.

Where none was started (commands of operators, tests of one adapter) it is unlimited.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from chalicelib.errors import Unavailable

LONGEST = 18.0
"""Seconds that a visitor waits for all dependencies together; the page itself takes less than two."""

_FOR_THE_ANSWER = 2.0
"""Seconds that stay for telling how it ended."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Seconds until `ends_at`, by `clock`."""

    ends_at: float
    clock: Callable[[], float] = time.monotonic

    @property
    def left(self) -> float:
        return max(self.ends_at - self.clock(), 0.0)

    def share(self, parts: int) -> "Budget":
        """Return one part, of so many, of what is left: what fills it leaves the others theirs."""
        return Budget(self.clock() + self.left / parts, self.clock)

    def patience(self, dependency: str, most: float, *, least: float = 0.5) -> float:
        """Return how many seconds to wait for a dependency: `most`, or what is left.

        Raises `Unavailable(dependency)` when that is less than `least`: asking would only cost what the answer needs.
        """
        if self.left < least:
            raise Unavailable(dependency)
        return min(most, self.left)


_UNLIMITED = Budget(math.inf)
_current: ContextVar[Budget] = ContextVar("budget", default=_UNLIMITED)


def budget() -> Budget:
    """Return the budget of this request. A thread that it starts has to be told: it knows no budget by itself."""
    return _current.get()


@contextmanager
def within(granted: Budget) -> Iterator[Budget]:
    """Let a budget hold for what is done inside."""
    token = _current.set(granted)
    try:
        yield granted
    finally:
        _current.reset(token)


def of_function(context: Any, longest: float = LONGEST, clock: Callable[[], float] = time.monotonic) -> Budget:  # noqa: ANN401 - Lambda's own type; None outside it
    """Return the budget of a function's call: what Lambda gives it, less what the answer needs; `longest` at most."""
    remaining = math.inf if context is None else context.get_remaining_time_in_millis() / 1000 - _FOR_THE_ANSWER
    return Budget(clock() + min(remaining, longest), clock)
