"""AWS in this process, made once for all tests that need it."""

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from chalicelib.observe import log

os.environ.update(
    POWERTOOLS_METRICS_DISABLED="true", POWERTOOLS_METRICS_NAMESPACE="tests", POWERTOOLS_SERVICE_NAME="tests"
)

# Made before any test catches what is written: it would write into that one's ears for ever.
log()

# Tests make much and drop it at once: a tenth of their time went into looking for what is still in use.
gc.set_threshold(100_000, 50, 100)

# The same fifty examples on every run, however slow the machine is. A hundred new ones: --hypothesis-profile default.
settings.register_profile(
    "repeatable", derandomize=True, deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def _environment() -> Iterator[None]:
    """Put the environment back: of two threads Chalice's client may leave the copy that it made for one.

    What a test leaves of what is logged and counted fails it: a later one would wait for lines that do not come.
    """
    environment, before = os.environ, _of_powertools()
    yield
    os.environ = environment  # noqa: B003 - it is the one from before
    after = _of_powertools()
    for name in after.keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)
    assert after == before, "set it by monkeypatch"


def _of_powertools() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("POWERTOOLS_")}


@pytest.fixture(scope="session")
def cloud() -> Iterator[None]:
    # Imported here: a second that tests without AWS need not wait.
    from local import aws  # noqa: PLC0415

    with aws.in_process():
        yield
