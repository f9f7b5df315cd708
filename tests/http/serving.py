"""The application of a test on a real port of this computer, as `make run` serves it."""

import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from chalicelib.wiring import Wiring
from local.gateway import Gateway
from local.serving import serve_in_thread
from tests.http.client import digid
from tests.process import app


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def free_ports(count: int = 9) -> int:
    """Return the first of `count` neighbours that are free: where the laptop stack can start.

    Below what the system gives out by itself, and begun at another place in each process.
    """
    for first in range(18000 + os.getpid() % 1000 * 10, 32000, 10):
        try:
            held = [socket.create_server(("127.0.0.1", first + offset)) for offset in range(count)]
        except OSError:
            continue
        for one in held:
            one.close()
        return first
    raise AssertionError("no free ports")


@contextmanager
def served(wired: Wiring, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve on loopback, and let the application know its address; yields it."""
    port = free_port()
    address = f"{'https' if tls else 'http'}://localhost:{port}"
    wired.settings = wired.settings.replaced(base_url=address)
    # DigiD knows us by another address from now on.
    digid().engine.replace_copy()
    server = serve_in_thread(Gateway(app, address), port, tls)
    try:
        yield address
    finally:
        server.shutdown()
        server.server_close()
