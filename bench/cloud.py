"""AWS behind HTTP on loopback, in a process of its own: what a function under measurement calls."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from chalicelib.catalogue.model import Connection, EntityId
from chalicelib.clients import kept_client
from chalicelib.wiring import Wiring
from local import aws
from local.digid.metadata import metadata
from local.stack import Stack, process, settings
from tests.builders import a_service
from tests.http.client import BASE, DIGID, DIGID_KEYS
from tests.saml.provider import ENTITY_ID, FakeProvider

ROOT = Path(__file__).parent.parent
QUIET = {"POWERTOOLS_LOG_LEVEL": "CRITICAL", "POWERTOOLS_METRICS_DISABLED": "true"}
_STARTS_WITHIN = 60


@contextmanager
def running() -> Iterator[dict[str, str]]:
    """Start it, fill it, and yield the environment in which the application finds it."""
    brp = _free_port()
    with served():
        stack = Stack(brp - 4)
        key = json.loads(
            aws.client("secretsmanager").get_secret_value(SecretId="digid-machtigen/brp-key")["SecretString"]
        )
        with process("brp", stack.brp, stack.application, BRP_KEY=key["key"]):
            yield {**os.environ, **_configured(stack)}


@contextmanager
def served() -> Iterator[None]:
    """Start it with its resources and secrets, for this process and those that it starts meanwhile."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    own = {"AWS_ENDPOINT_URL": address, "AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}
    os.environ.update({**own, "AWS_DEFAULT_REGION": aws.REGION})
    command = [str(Path(sys.executable).parent / "moto_server"), "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(f"{address}/moto-api/")
        aws.create_resources()
        aws.fill_secrets(aws.client("secretsmanager"))
        yield
    finally:
        # At once: it may be busy with a table for long, and nothing of it is kept.
        server.kill()
        server.wait(timeout=10)
        for name in own:
            os.environ.pop(name)
        # The clients of this process would go on calling what is gone.
        aws.client.cache_clear()
        aws.session.cache_clear()
        kept_client.cache_clear()


def _configured(stack: Stack) -> dict[str, str]:
    """Register a provider and DigiD; return the application's settings as its environment."""
    now = datetime.now(UTC)
    made = settings(stack)
    wiring = Wiring(made, lambda: now)
    wiring.catalogue.put_identity_provider(metadata(f"{DIGID}/metadata", f"{DIGID}/sso", DIGID_KEYS))
    wiring.catalogue.put_connection(Connection(EntityId(ENTITY_ID), "Gemeente Ominous", FakeProvider().metadata()))
    wiring.catalogue.put_service(a_service(entity_id=EntityId(ENTITY_ID)))
    return {**made.environment, "BASE_URL": BASE, "PYTHONPATH": str(ROOT), **QUIET}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(address: str) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN
    while True:
        try:
            urllib.request.urlopen(address, timeout=1).close()  # noqa: S310 - ours
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
