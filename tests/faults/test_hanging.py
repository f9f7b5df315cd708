"""With any one dependency hanging every step of every flow is answered in twenty seconds, by the striker's watch."""

from collections.abc import Iterable

import pytest

from chalicelib import wiring
from chalicelib.budget import budget
from chalicelib.errors import Unavailable
from chalicelib.people.brp.person import Found
from chalicelib.people.bsn import Bsn
from tests.faults import operating
from tests.faults.everything import FLOWS
from tests.faults.flows import Flow, Step
from tests.faults.judging import Seen, see, wrong_with
from tests.faults.striking import Fault
from tests.faults.world import World

_LONGEST = 20.0
_VISITED = [flow for flow in FLOWS if flow not in operating.FLOWS and not flow.name.startswith("letter")]


class _Hanging:
    """A register that answers nobody, and is waited for as long as the client waits."""

    def __init__(self, world: World) -> None:
        self._world = world

    def find(self, numbers: Iterable[Bsn]) -> Found:
        del numbers
        self._world.striker.wait(budget().patience("brp", 6.0))
        raise Unavailable("brp")


def _let_hang(service: str, world: World) -> None:
    if service == "register":
        wiring.current().people = _Hanging(world)
    else:
        world.striker.fail_all(service, Fault.HANGING)


@pytest.mark.parametrize("flow", _VISITED, ids=lambda flow: flow.name)
def test_an_answer_leaves_in_time_whatever_hangs(world: World, flow: Flow) -> None:
    start = world.moment()
    flow.prepare(world)
    for step in flow.steps:
        step.ready(world)
        before = world.moment()
        for service in ("dynamodb", "kms", "secretsmanager", "sqs", "register"):
            world.back_to(before)
            seen, took = _hung(step, service, world)
            world.back_to(before)
            meant = see(step.do(world))
            assert took <= _LONGEST, f"{step.name} without {service}"
            # With what it has where that helps: a list without names has another title.
            assert seen.status == meant.status or wrong_with(seen, meant, step, Fault.HANGING) == [], step.name
    world.back_to(start)


def _hung(step: Step, service: str, world: World) -> tuple[Seen, float]:
    """Return what a step says when something hangs, and after how many seconds."""
    began = world.striker.watch()
    _let_hang(service, world)
    try:
        return see(step.do(world)), world.striker.watch() - began
    finally:
        world.striker.aim()
