"""One world for all of it: each run puts back what it started from."""

from collections.abc import Iterator

import pytest

from tests.faults.world import World, a_world


@pytest.fixture(scope="package")
def world(cloud: None) -> Iterator[World]:  # noqa: ARG001 - only set up
    with a_world() as made:
        yield made


@pytest.fixture(autouse=True)
def _nothing_left(world: World) -> Iterator[None]:
    """Put the world back, also when a test failed: the next begins as it would alone."""
    start = world.moment()
    yield
    world.back_to(start)
