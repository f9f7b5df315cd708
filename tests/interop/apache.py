"""Apache of a test: in a folder of its own, on loopback, ended by its process."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import urllib3

MODULES = Path("/usr/lib/apache2/modules")


def user() -> str:
    """Return what Apache is told about its user: it does not serve as root."""
    return "User www-data\nGroup www-data" if os.geteuid() == 0 else ""


def let_everybody_read(folder: Path) -> None:
    """Let the user that Apache serves as reach a folder of a test."""
    for reachable in (*folder.rglob("*"), folder, *list(folder.parents)[:3]):
        reachable.chmod(reachable.stat().st_mode | (0o055 if reachable.is_dir() else 0o044))


@contextmanager
def apache(configuration: Path, address: str, log: Path, **environment: str) -> Iterator[None]:
    """Run Apache until it is not needed any more; returns when it answers."""
    command = [shutil.which("apache2") or "/usr/sbin/apache2", "-f", str(configuration), "-DFOREGROUND"]
    with running(command, **environment):
        wait_for(address, log)
        yield


@contextmanager
def running(command: list[str], **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **environment}
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=10)


def wait_for(address: str, log: Path) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        try:
            urllib3.request("GET", f"{address}/", retries=False)
        except urllib3.exceptions.HTTPError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(log.read_text() if log.exists() else "apache does not start")
