"""Whether a request has changed anything yet, as far as we know: what a page may say when it fails (invariant 12)."""

from contextvars import ContextVar

_possible: ContextVar[bool] = ContextVar("possible", default=False)


def nothing_changed() -> None:
    """Begin a request."""
    _possible.set(False)


def changed() -> None:
    """Note that something was written, or may have been: its answer did not come."""
    _possible.set(True)


def may_have_changed() -> bool:
    return _possible.get()
