"""Timing two things in turns, so that a noisy moment hits both."""

import resource
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Comparison:
    """Medians in a unit, milliseconds if not said otherwise; `ratios` are ours by peer's, round by round."""

    what: str
    peer: str
    ours: float
    theirs: float
    ratios: list[float]
    target: float | None = None
    """The largest ratio that is good enough."""
    unit: str = "ms"
    least: float = 0
    """The smallest, where two are to be the same."""

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

    @property
    def spread(self) -> tuple[float, float]:
        """The middle half of the ratios."""
        if len(self.ratios) == 1:
            return self.ratios[0], self.ratios[0]
        quarters = statistics.quantiles(self.ratios, n=4)
        return quarters[0], quarters[2]

    @property
    def reached(self) -> bool:
        return self.target is None or self.least <= self.ratio <= self.target

    def columns(self) -> tuple[str, ...]:
        """Return what was timed, the peer, both times, the ratio, its spread, and what was to be reached."""
        low, high = self.spread
        goal = "" if self.target is None else f"{self._goal}{'' if self.reached else ', missed'}"
        numbers = (f"{value:.2f} {self.unit}" for value in (self.ours, self.theirs))
        return self.what, self.peer, *numbers, told(self.ratio), f"{told(low)} to {told(high)}", goal

    @property
    def _goal(self) -> str:
        most = told(self.target or 0)
        return f"{told(self.least)} to {most}" if self.least else f"≤ {most}"

    def as_json(self) -> dict[str, Any]:
        return {
            "what": self.what,
            "peer": self.peer,
            "unit": self.unit,
            "ours": self.ours,
            "theirs": self.theirs,
            "ratio": self.ratio,
            "quartiles": self.spread,
            "ratios": self.ratios,
            "least": self.least,
            "target": self.target,
            "reached": self.reached,
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Comparison":
        """Read what `as_json` gave. Raises `KeyError` for anything else."""
        return cls(**{one.name: told[one.name] for one in fields(cls)})


def told(ratio: float) -> str:
    """Write a ratio as people read it: a small one as a fraction."""
    return f"{ratio:.2f}" if ratio > 1 / 5 else f"1/{1 / ratio:.0f}"


def compare(  # noqa: PLR0913 - all of them have a default, and a name at the call
    what: str,
    ours: Callable[[], object],
    peer_name: str,
    peer: Callable[[], object],
    *,
    rounds: int = 60,
    warm: int = 3,
    times: int = 1,
    clock: Callable[[], float] = time.perf_counter,
    target: float | None = None,
) -> Comparison:
    """Time both in turns, after a few turns that do not count.

    Behind a peer that starts programs the processor's caches are cold; there ours is the mean of several `times`.
    """
    for _ in range(warm):
        ours(), peer()
    pairs = [(_timed(ours, clock, times), _timed(peer, clock)) for _ in range(rounds)]
    mine, theirs = ([pair[place] for pair in pairs] for place in (0, 1))
    ratios = [one / other for one, other in pairs]
    return Comparison(what, peer_name, statistics.median(mine), statistics.median(theirs), ratios, target)


def processes() -> float:
    """Return the processor time, in seconds, of all processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _timed(act: Callable[[], object], clock: Callable[[], float], times: int = 1) -> float:
    started = clock()
    for _ in range(times):
        act()
    return (clock() - started) * 1000 / times
