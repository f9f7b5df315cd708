"""What it costs to refuse the dearest message that a stranger can send, beside accepting a genuine one; memory too."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from bench.memory import used
from bench.timing import Comparison, compare
from chalicelib.errors import InvalidMessage
from tests.saml.hostile.dearest import ENTRANCES, LARGEST, dearest

GENUINE = "a genuine message accepted"
_REFUSALS = 2000


def measurements() -> Iterator[Comparison]:
    """Search at each entrance, and time what was found in turns with what is let in there."""
    acts: list[Callable[[], object]] = []
    for entrance in ENTRANCES:
        found = dearest(entrance)
        act = _refusing(entrance.refused(found.message))
        what = f"dearest refused of {LARGEST // 1000} kB, {entrance.name}: {found.family}"
        yield compare(what, act, GENUINE, entrance.genuine(), rounds=100, target=10, clock=time.process_time)
        acts.append(act)
    yield _memory(acts)


def _refusing(refuse: Callable[[], object]) -> Callable[[], None]:
    def act() -> None:
        with suppress(InvalidMessage):
            refuse()

    return act


def _memory(acts: list[Callable[[], object]]) -> Comparison:
    for act in acts:
        act()
    _, before = used()
    for number in range(_REFUSALS):
        acts[number % len(acts)]()
    _, after = used()
    what = f"memory in use after {_REFUSALS:,} refusals of the dearest"
    return Comparison(what, "after the first", after, before, [after / before], target=1.05, unit="MB")


MEASUREMENTS = (measurements,)
