"""What is asked, and what stands in the report of what came too late for it."""

import threading
from types import SimpleNamespace
from typing import cast

from chalicelib.budget import Budget, within
from chalicelib.health.routes import HealthPorts, look_around
from tests.builders import NOW


class _LatePorts:
    """Answer everything but the catalogue, which waits until it is let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()

    def identity_provider(self) -> SimpleNamespace:
        self.let_go.wait()
        return SimpleNamespace(ends_at=NOW)

    @property
    def catalogue(self) -> "_LatePorts":
        return self

    def __getattr__(self, _: str) -> "_LatePorts":
        return self

    def __call__(self, *_: object, **__: object) -> "_LatePorts":
        return self


def test_what_comes_too_late_does_not_change_the_report() -> None:
    ports, before = _LatePorts(), set(threading.enumerate())
    with within(Budget(0.6, lambda: 0.0)):
        report = look_around(cast("HealthPorts", ports), NOW)
    told = report.to_json()
    ports.let_go.set()
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
    assert not report.answers["catalogue"]
    assert (report.to_json(), "digid" in report.days_left) == (told, False)
