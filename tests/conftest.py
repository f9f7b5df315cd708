"""AWS in this process, made once for all tests that need it."""

import os
from collections.abc import Iterator

import pytest

from local import aws

os.environ.update(
    POWERTOOLS_METRICS_DISABLED="true", POWERTOOLS_METRICS_NAMESPACE="tests", POWERTOOLS_SERVICE_NAME="tests"
)


@pytest.fixture(scope="session")
def cloud() -> Iterator[None]:
    with aws.in_process():
        yield
