"""One world for all of it: each run puts back what it started from."""

from collections.abc import Iterator

import pytest

from tests.faults.world import World, a_world


@pytest.fixture(scope="package")
def world(cloud: None) -> Iterator[World]:  # noqa: ARG001 - only set up
    with a_world() as made:
        yield made
