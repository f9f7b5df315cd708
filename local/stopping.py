"""Stopping at the first signal. This module loads nothing heavy, so that a signal is heard while the rest loads."""

import os
import signal
import threading
import time

_LONGEST_STOP = 10.0
"""Seconds."""
_GLANCE = 0.5
"""Seconds."""


class Stop:
    """What a signal asks, once: it interrupts whatever runs, a start as well as the wait; a second changes nothing."""

    def __init__(self) -> None:
        self.asked = False

    def listen(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self)

    def __call__(self, *_: object) -> None:
        if not self.asked:
            self.asked = True
            # Should cleaning up ever hang, what is left here is not worth waiting for: the others end with us.
            guard = threading.Timer(_LONGEST_STOP, os._exit, (1,))
            guard.daemon = True
            guard.start()
            raise KeyboardInterrupt

    def check(self) -> None:
        """Stop where an interruption was asked for and lost: in a destructor, or by who takes every exception."""
        if self.asked:
            raise KeyboardInterrupt

    def wait(self) -> None:
        # A signal may come just before the waiting begins, and wakes nobody then: so it looks now and again.
        while not self.asked:
            time.sleep(_GLANCE)
