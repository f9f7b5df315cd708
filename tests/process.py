"""One application for all tests of a process, on the wiring that a test gives it: as a function that starts with it."""

from datetime import datetime
from typing import cast

from chalicelib.application import application
from chalicelib.wiring import Wiring


class _Given:
    """Stands for the wiring that was given last."""

    def __init__(self) -> None:
        self.wiring: list[Wiring] = []

    def __getattr__(self, name: str) -> object:
        return getattr(current(), name)


def current() -> Wiring:
    """Return the wiring on which the application works now."""
    return _given.wiring[-1]


def now() -> datetime:
    """Return the moment at which the application works, for those who speak with it."""
    return current().clock()


def use(wiring: Wiring) -> None:
    """Let the application work on another wiring from now on."""
    _given.wiring[:] = [wiring]


_given = _Given()
app = application(cast("Wiring", _given))
