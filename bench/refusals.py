"""What it costs to refuse the dearest message that a stranger can send, beside accepting a genuine one; memory too."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from bench.memory import used
from bench.timing import Comparison, compare
from chalicelib.errors import InvalidMessage
from tests.saml.hostile.bounds import listing
from tests.saml.hostile.dearest import LARGEST, dearest
from tests.saml.hostile.entrances import ENTRANCES, Entrance

GENUINE = "a genuine message accepted"
_REFUSALS = 2000
_LISTS = ((1_400, 500), (3_400, 1_300))
"""Namespaces on the root, all of them in a PrefixList, and names of keys: made canonical they cost seconds, the larger
most of a minute."""


def measurements() -> Iterator[Comparison]:
    """Search at each entrance, and time what was found in turns with what is let in there."""
    acts: list[Callable[[], object]] = []
    for entrance in ENTRANCES:
        found = dearest(entrance)
        acts.append(_refusing(entrance.refused(found.message)))
        what = f"dearest refused of {LARGEST // 1000} kB, {entrance.name}: {found.family}"
        yield _beside_genuine(what, acts[-1], entrance)
    entrance = ENTRANCES[0]
    for namespaces, key_names in _LISTS:
        message = listing(namespaces, namespaces, key_names)(entrance.sample())
        acts.append(_refusing(entrance.refused(message)))
        what = f"refused, {entrance.name}: {namespaces:,} namespaces in a PrefixList, {len(message) // 1000} kB"
        yield _beside_genuine(what, acts[-1], entrance)
    yield _memory(acts)


def _beside_genuine(what: str, act: Callable[[], object], entrance: Entrance) -> Comparison:
    return compare(what, act, GENUINE, entrance.genuine(), rounds=100, target=10, clock=time.process_time)


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
