"""Apache of a test: in a folder of its own, on loopback, ended by its process."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import urllib3

MODULES = Path("/usr/lib/apache2/modules")

_CONFIGURATION = """
ServerRoot {folder}
ServerName localhost:{port}
Listen 127.0.0.1:{port}
PidFile {folder}/pid
ErrorLog {folder}/error.log
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authn_core_module {modules}/mod_authn_core.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule authz_user_module {modules}/mod_authz_user.so
LoadModule headers_module {modules}/mod_headers.so
LoadModule dir_module {modules}/mod_dir.so
DocumentRoot {folder}/www
"""
# Apache does not serve as root.
_USER = "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""


def configure(folder: Path, port: int, more: str, pages: Mapping[str, str], **values: str) -> None:
    """Write a configuration with `more` in it, and pages by path; let Apache's user reach all that is in the folder."""
    filled = {"folder": folder, "port": port, "modules": MODULES, **values}
    (folder / "apache.conf").write_text(_USER + (_CONFIGURATION + more).format(**filled))
    for path, text in pages.items():
        page = folder / "www" / path / "index.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text)
    _let_everybody_read(folder)


def _let_everybody_read(folder: Path) -> None:
    for reachable in (*folder.rglob("*"), folder):
        reachable.chmod(reachable.stat().st_mode | (0o055 if reachable.is_dir() else 0o044))


@contextmanager
def apache(folder: Path, address: str, **environment: str) -> Iterator[None]:
    """Run Apache as it is configured until it is not needed any more; returns when it answers."""
    command = [shutil.which("apache2") or "/usr/sbin/apache2", "-f", str(folder / "apache.conf"), "-DFOREGROUND"]
    with running(command, **environment):
        _wait_for(address, folder / "error.log")
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


def _wait_for(address: str, log: Path) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        try:
            urllib3.request("GET", f"{address}/", retries=False)
        except urllib3.exceptions.HTTPError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(log.read_text() if log.exists() else "apache does not start")
