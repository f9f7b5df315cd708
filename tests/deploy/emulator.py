"""MiniStack in its own environment (it pins its own botocore), on loopback, with IAM enforced."""

import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

ROOT = Path(__file__).parent.parent.parent
PROGRAM = ROOT / ".venv-emulator" / "bin" / "ministack"
REGION = "eu-west-1"
_READY_WITHIN = 60.0


@contextmanager
def emulator(port: int, log: Path) -> Iterator[str]:
    """Run the emulator and yield its address."""
    switches = {"AUTH": "true", "BIND_HOST": "127.0.0.1", "LAMBDA_EXECUTOR": "local", "MINISTACK_REGION": REGION}
    environment = {**os.environ, **switches, "GATEWAY_PORT": str(port)}
    address = f"http://localhost:{port}"
    with log.open("w") as output:
        process = subprocess.Popen([PROGRAM], env=environment, stdout=output, stderr=output)
        try:
            _wait(f"{address}/_ministack/health")
            yield address
        finally:
            process.terminate()
            process.wait(timeout=20)


def client(service: str, address: str, key: str = "test", secret: str = "test") -> Any:  # noqa: ANN401
    """Return a client of the emulator; the key `test` is the account's root."""
    return boto3.client(
        service, endpoint_url=address, region_name=REGION, aws_access_key_id=key, aws_secret_access_key=secret
    )


def _wait(address: str) -> None:
    deadline = time.monotonic() + _READY_WITHIN
    while True:
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return
