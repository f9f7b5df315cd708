"""The application as `tests/http` sets it up, and on a port for clients that live in a server."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from chalicelib.wiring import Wiring
from tests.http.conftest import client, clock, henk, mina, someone, vera, wired
from tests.http.serving import served

__all__ = ["client", "clock", "henk", "mina", "someone", "vera", "wired"]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Return a folder that Apache's user may enter: pytest closes its own to others, also when another run starts."""
    with TemporaryDirectory(prefix="interop-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def application(wired: Wiring) -> Iterator[str]:
    with served(wired) as address:
        yield address
