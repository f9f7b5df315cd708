"""The application as `tests/http` sets it up, and on a port for clients that live in a server."""

from collections.abc import Iterator

import pytest

from chalicelib.wiring import Wiring
from tests.http.conftest import client, clock, henk, mina, someone, vera, wired
from tests.http.serving import served

__all__ = ["client", "clock", "henk", "mina", "someone", "vera", "wired"]


@pytest.fixture
def application(wired: Wiring) -> Iterator[str]:
    with served(wired) as address:
        yield address
