"""A deadline for all of something that others do: to connect, every redirect and byte, however slowly they come."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from chalicelib.errors import Unavailable

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

T = TypeVar("T")

_PIECE = 64 * 1024


def in_time(seconds: float, dependency: str, work: Callable[[], T]) -> T:
    """Return what `work` returns, or raise what it raises; `Unavailable(dependency)` when it takes longer.

    The time-outs of sockets bound one read only: who sends a byte a second meets none. What is late is not waited
    for; it works in a thread of its own, which ends with the process at the latest. The budget of this request, and
    what its lines in the log have, hold there too.
    """
    done: SimpleQueue[tuple[T | None, BaseException | None]] = SimpleQueue()

    def run() -> None:
        try:
            done.put((work(), None))
        except BaseException as error:  # noqa: BLE001 - raised again, where it is waited for
            done.put((None, error))

    threading.Thread(target=copy_context().run, args=(run,), daemon=True).start()
    try:
        made, error = done.get(timeout=seconds)
    except Empty:
        raise Unavailable(dependency) from None
    if error is not None:
        raise error
    return made  # type: ignore[return-value]  # None only where T is


def at_once(seconds: float, most: int, work: Sequence[Callable[[], T]]) -> list[Future[T]]:
    """Do some things, `most` at a time, within the budget of this request; return each as it is after `seconds`.

    What is late is not waited for, and ends by its own time-outs; what has not begun by then never does.
    """
    threads = ThreadPoolExecutor(min(most, len(work)))
    try:
        begun = [threads.submit(copy_context().run, one) for one in work]
        wait(begun, timeout=seconds)
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
    return begun


def whole(answer: "BaseHTTPResponse", most: int, ends: float, dependency: str) -> bytes:
    """Read a body as it comes. Raises `Unavailable(dependency)` for one of more than `most` bytes, or past `ends`.

    `ends` is on the monotonic clock: one that drips ends too.
    """
    held = bytearray()
    while piece := answer.read1(_PIECE):
        held += piece
        if len(held) > most or time.monotonic() >= ends:
            raise Unavailable(dependency)
    return bytes(held)
