"""With any one dependency hanging every address is answered in twenty seconds, by the striker's watch."""

import json
from collections.abc import Iterable, Sequence
from typing import NoReturn

import pytest

from chalicelib.budget import budget
from chalicelib.errors import Unavailable
from chalicelib.people.brp import client as brp
from chalicelib.people.brp.person import Found
from chalicelib.people.bsn import Bsn
from chalicelib.saml.craft.keys import PrivateKey
from chalicelib.saml.digid.back_channel import MutualTls
from local.digid.direct import DirectDigid
from tests.faults import looking, operating
from tests.faults.everything import FLOWS
from tests.faults.flows import Flow, Step, look, vera_is_here
from tests.faults.judging import Seen, see, wrong_with
from tests.faults.signing_in import BY_OTHER_BINDINGS
from tests.faults.striking import Fault
from tests.faults.world import Route, World
from tests.http.client import Answer
from tests.process import app, current

_LONGEST = 20.0
_BY_QUEUES = ("letter", "check", "death", "ask by telephone", "notice", "reminder")
_JOBS = (
    *operating.FLOWS,
    *(flow for flow in FLOWS if flow.name.startswith(_BY_QUEUES)),
)
_VISITED = (*(flow for flow in FLOWS if flow not in _JOBS), *BY_OTHER_BINDINGS, *looking.FLOWS)

_DEPENDENCIES = ("dynamodb", "kms", "secrets-manager", "sqs", "register", "digid")


class _HangingRegister:
    """A register that answers nobody, and is waited for as long as the client waits."""

    def __init__(self, world: World) -> None:
        self._world = world

    def find(self, numbers: Iterable[Bsn]) -> Found:
        del numbers
        self.check()

    def check(self) -> NoReturn:
        self._world.striker.wait(budget().patience("brp", brp.LONGEST))
        raise Unavailable("brp")


class _HangingDigid(DirectDigid):
    """DigiD whose back channel is silent, asked as the application does where it is deployed.

    That a silent socket is waited for no longer is in tests/http/test_digid_by_artifact.py.
    """

    def __init__(self, world: World) -> None:
        super().__init__(world.digid.engine)
        self._world = world

    def ask(self, address: str, envelope: bytes, key: PrivateKey, trusted: Sequence[str]) -> bytes:
        return MutualTls(wait=self._wait).ask(address, envelope, key, trusted)

    def _wait(self, seconds: float, dependency: str, _: object) -> NoReturn:
        self._world.striker.wait(seconds)
        raise Unavailable(dependency)


def _let_hang(dependency: str, world: World) -> None:
    match dependency:
        case "register":
            current().people = _HangingRegister(world)
        case "digid":
            current().back_channel = _HangingDigid(world)
        case _:
            world.striker.fail_all(dependency, Fault.HANGING)


Visited = dict[str, set[Route]]
"""Routes by flow."""


@pytest.fixture(scope="module")
def visited() -> Visited:
    """Hold what was visited so far: no flow needs to be gone through twice for that."""
    return {}


@pytest.mark.parametrize("flow", _VISITED, ids=lambda flow: flow.name)
def test_an_answer_leaves_in_time_whatever_hangs(world: World, flow: Flow, visited: Visited) -> None:
    start = world.moment()
    visited[flow.name] = set()
    flow.prepare(world)
    for step in flow.steps:
        step.ready(world)
        before = world.moment()
        hung = {}
        for dependency in _DEPENDENCIES:
            world.back_to(before)
            hung[dependency] = _hung(step, dependency, world)
        world.back_to(before)
        meant = see(_visit(step, world, visited[flow.name]))
        assert {name: took for name, (_, took) in hung.items() if took > _LONGEST} == {}, step.name
        # With what it has where that helps: a list without names has another title.
        wrong = {
            name: seen.words
            for name, (seen, _) in hung.items()
            if seen.status != meant.status and wrong_with(seen, meant, step, Fault.HANGING)
        }
        assert wrong == {}, step.name
    world.back_to(start)


def _visit(step: Step, world: World, visited: set[Route]) -> Answer:
    """Take a step unharmed, and note which routes that takes."""
    world.client.http.visited.clear()
    answer = step.do(world)
    assert answer.status < 500, step.name
    visited |= world.client.http.visited
    return answer


def _hung(step: Step, dependency: str, world: World) -> tuple[Seen, float]:
    """Return what a step says when something hangs, and after how many seconds."""
    began = world.striker.watch()
    _let_hang(dependency, world)
    try:
        return see(step.do(world)), world.striker.watch() - began
    finally:
        world.striker.aim()


def test_every_address_is_visited_by_a_flow(world: World, visited: Visited) -> None:
    start = world.moment()
    for flow in _VISITED:
        if flow.name not in visited:
            visited[flow.name] = set()
            flow.prepare(world)
            for step in flow.steps:
                step.ready(world)
                _visit(step, world, visited[flow.name])
            world.back_to(start)
    # HEAD is GET without its body.
    served = {(method, path) for path, methods in app.routes.items() for method in methods if method != "HEAD"}
    missed = sorted(served - set().union(*visited.values()))
    assert "; ".join(map(" ".join, missed)) == ""


@pytest.mark.parametrize(
    ("dependency", "down"),
    [
        ("dynamodb", {"register", "letters", "audit", "transient", "catalogue"}),
        ("kms", {"kms"}),
        ("secrets-manager", {"secrets"}),
        ("sqs", {"letter_queue"}),
        ("register", {"brp"}),
        ("digid", set()),
    ],
)
def test_health_names_what_hangs_and_nothing_else(world: World, dependency: str, down: set[str]) -> None:
    start = world.moment()
    world.start_function()
    seen, took = _hung(looking.HEALTH, dependency, world)
    told = json.loads(seen.body)["dependencies"]
    assert {name for name, state in told.items() if state == "down"} == down
    assert took <= _LONGEST / 2, "each is asked at the same time"
    world.back_to(start)


def test_what_is_the_same_for_everybody_comes_whatever_holds_sessions_hangs(world: World) -> None:
    start = world.moment()
    vera_is_here(world)
    for path in ("/static/site.css", "/saml/metadata"):
        seen, took = _hung(look("vera", path), "dynamodb", world)
        assert (seen.status, took) == (200, 0.0), path
    world.back_to(start)
