"""AWS in a process of its own, whose queues keep no more than SQS promises: twice, late, and in any order.

Every message that was ever sent is written down, so that they can all be searched afterwards.
"""

import json
import logging
import random
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from moto.server import ThreadedMotoServer
from moto.sqs.models import Message, Queue, SQSBackend

from local.beside import end_with_our_starter
from local.serving import HOST

TWICE = 0.2
"""Of all messages so many come twice, whatever becomes of them."""

_LONGEST, _LOOK = 2.0, 0.05
"""Seconds of a long poll: who asked may be dead by then. And between two looks at what there is."""


class BadPost:
    """Stands for moto's queues, which are in order, and may lose a message that is sent while another is deleted."""

    def __init__(self, book: Path, late: int, draw: random.Random) -> None:
        self._book, self._late, self._draw = book.open("a", encoding="utf-8"), late, draw
        self._lock = threading.RLock()
        self._send, self._receive = SQSBackend.send_message, SQSBackend.receive_message

    def send(self, backend: SQSBackend, queue: str, body: str, **more: Any) -> Message:
        twice = self._draw.random() < TWICE
        self._book.write(json.dumps({"queue": queue, "body": body, "twice": twice}) + "\n")
        self._book.flush()
        for longest in (self._late, 2 * self._late)[: 1 + twice]:
            delay = self._draw.randint(0, longest)
            sent = self._send(backend, queue, body, **{**more, "delay_seconds": delay})
        return sent

    def receive(self, backend: SQSBackend, queue: str, count: int, wait: int, *more: Any) -> list[Message]:
        until = time.monotonic() + min(wait, _LONGEST)
        while True:
            with self._lock:
                self._draw.shuffle(backend.get_queue(queue)._messages)
                if found := self._receive(backend, queue, count, 0, *more):
                    return found
            if time.monotonic() >= until:
                return []
            time.sleep(_LOOK)

    def locked(self, change: Callable[..., Any]) -> Callable[..., Any]:
        def done(*given: Any, **named: Any) -> Any:
            with self._lock:
                return change(*given, **named)

        return done


def _unbound(do: Callable[..., Any]) -> Callable[..., Any]:
    """Return what a class may have as a method: it is given the object."""
    return lambda *given: do(*given)  # noqa: PLW0108 - a bound method would not be


def serve(port: int, book: Path, late: int, seed: int) -> None:
    """Serve AWS on a port until whoever started this process ends. Messages come up to `late` seconds late."""
    # Of each call a line; of what goes wrong it still tells.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    post = BadPost(book, late, random.Random(seed))
    with (
        patch.object(SQSBackend, "send_message", post.locked(post.send)),
        patch.object(SQSBackend, "receive_message", _unbound(post.receive)),
        patch.object(Queue, "delete_message", post.locked(Queue.delete_message)),
        patch.object(SQSBackend, "change_message_visibility", post.locked(SQSBackend.change_message_visibility)),
    ):
        ThreadedMotoServer(HOST, port, verbose=False).start()
        threading.Event().wait()


if __name__ == "__main__":
    end_with_our_starter()
    serve(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
