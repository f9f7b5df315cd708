"""What `make bench` times still happens: each measurement that signs someone in fails here if nobody is signed in."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from bench import waterfall
from bench.cloud import QUIET, ROOT


@pytest.mark.parametrize("measurement", ["bench.sign_in artifact 1", "bench.partners another 20 1"])
def test_a_sign_in_is_timed_beside_its_peer(measurement: str) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", *measurement.split()],
        cwd=ROOT,
        env={**os.environ, **QUIET},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert shown.returncode == 0, shown.stderr[-1000:]
    ours, theirs = json.loads(shown.stdout.splitlines()[-1])
    assert len(ours) == len(theirs) == 1
    assert min(*ours, *theirs) > 0


@pytest.fixture
def _own_environment() -> Iterator[None]:
    """AWS is elsewhere for a while, for this process too."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.mark.usefixtures("_own_environment")
def test_a_cold_start_answers_a_request_step_by_step() -> None:
    assert [name for name, milliseconds, _ in waterfall.steps(rounds=1) if milliseconds > 0] == [
        name for name, _ in waterfall.STEPS
    ]
