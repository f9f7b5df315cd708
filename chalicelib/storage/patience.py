"""Asking again when AWS was too busy: with jitter, and no longer than the visitor can wait."""

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from secrets import SystemRandom
from typing import TypeVar

from chalicelib.budget import budget
from chalicelib.outage import failure

T = TypeVar("T")

_FIRST, _LONGEST = 0.05, 0.8
"""Seconds between two times at most: first, and in the end."""


@dataclass(frozen=True, slots=True)
class Patience:
    """For how long, in seconds, a call is made again that only met too much traffic, or another's transaction.

    The SDK does that too, but not for cancelled transactions.
    """

    longest: float = 3.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = SystemRandom().random
    """Returns a part of 1: those who met once shall not meet again."""

    def ask(self, call: Callable[[], T]) -> T:
        """Return what a call answers. Raises what the SDK raises, at once or the last time."""
        pauses = self._pauses()
        while True:
            try:
                return call()
            except Exception as error:
                if not failure(error).passing or next(pauses, None) is None:
                    raise

    def _pauses(self) -> Iterator[float]:
        """Wait before each item; there is none when there is no time for it."""
        ends_at = self.clock() + min(self.longest, budget().left)
        for number in itertools.count():
            pause = self.jitter() * min(_LONGEST, _FIRST * 2**number)
            if self.clock() + pause >= ends_at:
                return
            self.sleep(pause)
            yield pause
