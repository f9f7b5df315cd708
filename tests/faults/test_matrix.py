"""A sample of the matrix, the same in each run. All of it is `make faults`."""

import random

import pytest

from tests.faults.everything import FLOWS
from tests.faults.flows import Flow, Step
from tests.faults.judging import see, wrong_with
from tests.faults.matrix import Unharmed, cases, record, run
from tests.faults.striking import Fault
from tests.faults.world import Moment, World
from tests.http.client import Answer

_OF_EACH_FLOW = 3
_HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture(scope="module")
def start(world: World) -> Moment:
    return world.moment()


@pytest.fixture
def unharmed(world: World, start: Moment, flow: Flow) -> Unharmed:
    return record(flow, world, start)


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_whatever_call_fails_nothing_untrue_is_told_and_nobody_is_stuck(world: World, unharmed: Unharmed) -> None:
    every = list(cases(unharmed))
    chosen = random.Random(unharmed.flow.name).sample(every, min(len(every), _OF_EACH_FLOW))
    wrong = {outcome.case.name: outcome.wrong for outcome in (run(case, world) for case in chosen) if outcome.wrong}
    assert wrong == {}


_STEP, _SOAP = (Step("a step", lambda _: Answer(200, "", {}), soap=soap) for soap in (False, True))
_MEANT = see(Answer(303, "", {"Location": "/mandates"}))


@pytest.mark.parametrize(
    ("answer", "step"),
    [
        (Answer(409, "<title>You already asked for this</title>", _HTML), _STEP),
        (Answer(500, "<title>Something went wrong</title>", _HTML), _STEP),
        (Answer(500, '{"Code": "InternalServerError"}', {"Content-Type": "application/json"}), _STEP),
        (Answer(503, "<title>We cannot do this right now</title>", _HTML), _SOAP),
    ],
)
def test_the_matrix_sees_what_is_not_an_outage(answer: Answer, step: Step) -> None:
    assert wrong_with(see(answer), _MEANT, step, Fault.HANGING)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(303, "", {"Location": "/mandates"}),
        Answer(503, "<title>We cannot do this right now</title>", _HTML),
    ],
)
def test_the_matrix_lets_be_what_was_meant_or_says_that_it_failed(answer: Answer) -> None:
    assert wrong_with(see(answer), _MEANT, _STEP, Fault.HANGING) == []
