"""AWS in this process, made once for all tests that need it."""

from collections.abc import Iterator

import pytest

from local import aws


@pytest.fixture(scope="session")
def cloud() -> Iterator[None]:
    with aws.in_process():
        yield
