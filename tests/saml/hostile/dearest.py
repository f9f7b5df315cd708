"""The dearest message to refuse: a search that grows messages of each family towards what costs most. `make bench`
prints what it finds (bench/refusals.py).

What passes one bound is refused later and costs more, so the search raises the amount up to the size that is allowed,
and then looks closer around the dearest. The time is that of the whole gate, with the form that a message comes in.
"""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from chalicelib.errors import InvalidMessage
from tests.saml.hostile.entrances import Entrance
from tests.saml.hostile.growing import Family
from tests.saml.hostile.samples import Sample

LARGEST = 100_000


@dataclass(frozen=True, slots=True)
class Dear:
    """A message that is refused, and what it costs: milliseconds of processor time, the least of a few."""

    milliseconds: float
    family: str
    message: bytes = field(repr=False)


def dearest(entrance: Entrance, largest: int = LARGEST) -> Dear:
    """Grow every family at an entrance, and return the dearest message that is not larger than allowed."""
    sample = entrance.sample()
    return max(
        (_grown(entrance, sample, family, largest) for family in entrance.families()), key=lambda one: one.milliseconds
    )


def _grown(entrance: Entrance, sample: Sample, family: Family, largest: int) -> Dear:
    tried: dict[int, Dear] = {}

    def cost(count: int) -> float:
        if count not in tried:
            message = family.make(sample, count)
            tried[count] = Dear(_cost(entrance, message), family.name, message)
        return tried[count].milliseconds

    counts = list(itertools.takewhile(lambda count: len(family.make(sample, count)) <= largest, _steps()))
    best = max(counts, key=cost)
    # What lies just below a bound is dearest; a bound lies somewhere before the next step.
    low, high = best, best * 4
    while high - low > max(1, best // 16):
        middle = (low + high) // 2
        fits = len(family.make(sample, middle)) <= largest
        low, high = (middle, high) if fits and cost(middle) >= cost(low) * 0.9 else (low, middle)
    return max(tried.values(), key=lambda one: one.milliseconds)


def _steps() -> Iterator[int]:
    return (4**power for power in itertools.count(2))


def _cost(entrance: Entrance, message: bytes) -> float:
    refuse = entrance.refused(message)
    spent = []
    for _ in range(3):
        started = time.process_time()
        try:
            refuse()
        except InvalidMessage:
            spent.append((time.process_time() - started) * 1000)
        else:
            raise AssertionError(entrance.name)
        if spent[-1] > 1000:
            break
    return min(spent)
