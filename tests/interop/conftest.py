"""The application as `tests/http` sets it up."""

from tests.http.conftest import client, clock, henk, mina, someone, vera, wired

__all__ = ["client", "clock", "henk", "mina", "someone", "vera", "wired"]
