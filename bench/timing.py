"""Timing two things in turns, so that a noisy moment hits both."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Comparison:
    """Medians in milliseconds; `ratios` are ours by peer's, round by round."""

    what: str
    peer: str
    ours_ms: float
    peer_ms: float
    ratios: list[float]

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

    def line(self) -> str:
        quarters = statistics.quantiles(self.ratios, n=4)
        spread = f"{quarters[0]:.2f}-{quarters[2]:.2f}"
        numbers = f"{self.ours_ms:>7.2f} ms{self.peer_ms:>7.2f} ms{self.ratio:>8.2f}{spread:>14}"
        return f"{self.what:<52}{numbers}  {self.peer}"

    def as_json(self) -> dict[str, Any]:
        return {
            "what": self.what,
            "peer": self.peer,
            "ours_ms": self.ours_ms,
            "peer_ms": self.peer_ms,
            "ratio": self.ratio,
            "quartiles": statistics.quantiles(self.ratios, n=4),
            "rounds": len(self.ratios),
        }


def compare(
    what: str,
    ours: Callable[[], object],
    peer_name: str,
    peer: Callable[[], object],
    *,
    rounds: int = 60,
    warm: int = 3,
) -> Comparison:
    """Time both in turns, after a few turns that do not count."""
    for _ in range(warm):
        ours(), peer()
    pairs = [(_timed(ours), _timed(peer)) for _ in range(rounds)]
    mine, theirs = ([pair[place] for pair in pairs] for place in (0, 1))
    ratios = [one / other for one, other in pairs]
    return Comparison(what, peer_name, statistics.median(mine), statistics.median(theirs), ratios)


def _timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000
