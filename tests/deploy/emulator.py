"""MiniStack in its own environment (it pins its own botocore), on loopback, over TLS, with IAM enforced."""

import os
import shutil
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import boto3

from provisioning.keys import new_key_pair

T = TypeVar("T")
ROOT = Path(__file__).parent.parent.parent
PROGRAM = ROOT / ".venv-emulator" / "bin" / "ministack"
REGION, ACCOUNT = "eu-west-1", "000000000000"
NOT_STARTED = "Worker process exited immediately"
"""What the emulator says when it lost the process of a function before it had a call: it replaced it meanwhile."""
_READY_WITHIN = 60.0
_TRIES = 3


@contextmanager
def emulator(port: int, folder: Path) -> Iterator[str]:
    """Run the emulator, point this process's SDK at it, and yield its address."""
    pair, certificate, key = new_key_pair("localhost", host="localhost"), folder / "tls.pem", folder / "tls.key"
    certificate.write_text(pair.certificate)
    key.write_text(pair.key)
    address, scratch = f"https://localhost:{port}", folder / "scratch"
    scratch.mkdir()
    switches = {
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "LAMBDA_EXECUTOR": "local",
        "MINISTACK_REGION": REGION,
        "MINISTACK_SSL_CERT": str(certificate),
        "MINISTACK_SSL_KEY": str(key),
        "USE_SSL": "1",
        # Inherited by the functions, which call back over TLS.
        "AWS_CA_BUNDLE": str(certificate),
        "AWS_ENDPOINT_URL": address,
        "SSL_CERT_FILE": str(certificate),
        # Every process of a function unpacks the package there.
        "TMPDIR": str(scratch),
    }
    # What makes this process a caller must not make the emulator, or its functions, one.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "POWERTOOLS_"))}
    ours = {"AWS_ENDPOINT_URL": address, "AWS_CA_BUNDLE": str(certificate), "AWS_DEFAULT_REGION": REGION}
    with (folder / "emulator.log").open("w") as output:
        process = subprocess.Popen([PROGRAM], env={**inherited, **switches}, stdout=output, stderr=output)
        os.environ.update({**ours, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"})
        try:
            _wait(f"{address}/_ministack/health", ssl.create_default_context(cafile=str(certificate)))
            yield address
        finally:
            # It would wait for connections that its own functions keep open.
            process.kill()
            process.wait(timeout=30)
            shutil.rmtree(scratch, ignore_errors=True)


def until_started(call: Callable[[], T], told: Callable[[T], str]) -> T:
    """Call a function again, a few times, while the emulator says that its process never had the call."""
    for _ in range(_TRIES - 1):
        answer = call()
        if NOT_STARTED not in told(answer):
            return answer
    return call()


def client(service: str, key: str = "test", secret: str = "test", token: str | None = None) -> Any:
    """Return a client of the emulator; the key `test` is the account's root."""
    return boto3.client(
        service, region_name=REGION, aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token
    )


def _wait(address: str, context: ssl.SSLContext) -> None:
    deadline = time.monotonic() + _READY_WITHIN
    while True:
        try:
            urllib.request.urlopen(address, timeout=2, context=context).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return
