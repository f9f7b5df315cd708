"""What `make bench` times still happens: each measurement that signs someone in fails here if nobody is signed in."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from bench import waterfall
from bench.cloud import QUIET, ROOT
from bench.printing import SCALE, by_the_number
from bench.timing import Comparison
from tests.adapters import dynamodb_local

PAGES = ("choice", "overview")
_STEPS = "import json; from bench import waterfall; print(json.dumps(list(waterfall.steps(rounds=1))))"
_LETTERS = """
import json
from bench.printing import SCALE, around, inside
with around("function", 3) as environment:
    print(json.dumps({way: inside(way, [2, 3], environment) for way in SCALE}))
"""
_ONCE = f"""
import json
from bench import asking, holding, partners, sign_in
from tests.adapters import dynamodb_local
for measurement in (asking, holding, partners, sign_in):
    measurement._WARM = 0
told = {{"partners": partners.run(20, 1, each_another=True), "sign_in": sign_in.run(1, artifact=True)}}
if not dynamodb_local.missing():
    told |= {{"holding": holding.run({PAGES!r}, 25, 1), "asking": asking.run(1)}}
print(json.dumps(told))
"""


def _told(*arguments: str) -> Any:  # noqa: ANN401 - JSON
    """Measure in a process of its own: this one may have another AWS in it. Return what was printed last."""
    shown = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **QUIET},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert shown.returncode == 0, shown.stderr[-1000:]
    return json.loads(shown.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def printed() -> Any:  # noqa: ANN401 - JSON
    """Let few letters through each vendor, on one cloud: to start it takes longest."""
    return _told("-c", _LETTERS)


@pytest.mark.parametrize("way", SCALE)
def test_letters_go_through_a_vendor_by_the_number_and_what_each_took_is_told(printed: Any, way: str) -> None:  # noqa: ANN401 - JSON
    steps = printed[way]
    assert [many for many, _, _ in steps] == [2, 3]
    assert all(each > 0 and peak > 0 for _, each, peak in steps)


@pytest.fixture(scope="module")
def times() -> Any:  # noqa: ANN401 - JSON
    """Time once each what is asked of one application: to load it takes longest."""
    return _told("-c", _ONCE)


@pytest.mark.parametrize("measurement", ["sign_in", "partners"])
def test_a_sign_in_is_timed_beside_its_peer(times: Any, measurement: str) -> None:  # noqa: ANN401 - JSON
    ours, theirs = times[measurement]
    assert len(ours) == len(theirs) == 1
    assert min(*ours, *theirs) > 0


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_many_mandates_is_timed_beside_one_of_few(times: Any, page: str) -> None:  # noqa: ANN401 - JSON
    if reason := dynamodb_local.missing():
        pytest.skip(reason)
    many, few = times["holding"][page]
    assert len(many) == len(few) == 1
    assert min(*many, *few) > 0


def test_who_asks_is_answered_the_same_whatever_is_true_of_the_other_and_each_is_timed(times: Any) -> None:  # noqa: ANN401 - JSON
    if reason := dynamodb_local.missing():
        pytest.skip(reason)
    asking = times["asking"]
    assert set(asking) == {"lives there", "unknown", "wants no mandates"}
    assert all(len(spent) == 1 and min(spent) > 0 for spent in asking.values())


def test_what_is_to_be_the_same_is_missed_above_and_below() -> None:
    ratios = {0.94: False, 0.95: True, 1.0: True, 1.05: True, 1.06: False}
    for ratio, reached in ratios.items():
        same = Comparison("one", "another", 1, 1, [ratio], 1.05, least=0.95)
        assert same.reached is reached
        assert same.columns()[-1].startswith("0.95 to 1.05")
    assert Comparison("one", "another", 1, 1, [0.5], 1.05).columns()[-1] == "≤ 1.05"


def test_a_cold_start_answers_a_request_step_by_step() -> None:
    steps = _told("-c", _STEPS)
    assert [name for name, milliseconds, _ in steps if milliseconds > 0] == [name for name, _ in waterfall.STEPS]


def test_letters_a_second_are_told_of_each_number_and_held_to_those_of_a_hundred() -> None:
    steps = [(10, 40.0, 100.0), (100, 20.0, 101.0), (1_000, 25.0, 102.0)]
    *rates, last, memory = by_the_number("client", steps)
    assert [(one.ours, one.theirs, one.reached) for one in rates] == [(25, 50, True), (50, 50, True)]
    assert (last.ours, last.unit, last.reached) == (40, "a second", False), "each takes a quarter more"
    assert (memory.what, memory.ratio, memory.reached) == (
        "peak memory after 1,000 letters through the client",
        1.02,
        True,
    )
