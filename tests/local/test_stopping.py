"""`make run` ends at the first signal, whenever it comes, and leaves nothing behind; and says why it does not start."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.http.serving import free_ports

ROOT = Path(__file__).parent.parent.parent


@contextmanager
def _stack(port: int) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "local"],
        cwd=ROOT,
        env={**os.environ, "PORT": str(port)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _read_until(process: subprocess.Popen[str], text: str) -> None:
    assert process.stdout is not None
    assert any(text in line for line in process.stdout), "it ended"


def _all_free(port: int) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if not any(_answers(port + offset) for offset in range(8)):
            return True
        time.sleep(0.1)
    return False


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize(
    ("when", "pause", "sent"),
    [("Ready", 0.0, signal.SIGINT), ("Starting", 0.7, signal.SIGTERM)],
)
def test_it_ends_at_the_first_signal(when: str, pause: float, sent: signal.Signals) -> None:
    port = free_ports()
    with _stack(port) as process:
        _read_until(process, when)
        time.sleep(pause)
        process.send_signal(sent)
        assert process.wait(timeout=15) == 0
    assert _all_free(port)


def test_when_it_is_killed_the_others_end_by_themselves() -> None:
    port = free_ports()
    with _stack(port) as process:
        _read_until(process, "Ready")
        process.kill()
        process.wait(timeout=5)
    assert _all_free(port)


_INTERRUPTED_WHILE_IT_LOADS = """
import os, runpy, signal, sys

class Loading:
    def find_spec(self, name, *_):
        if name == "local.stack" and not self.done:
            self.done = True
            try:
                os.kill(os.getpid(), signal.{sent})
            except KeyboardInterrupt:
                {then}
    done = False

sys.meta_path.insert(0, Loading())
sys.argv = ["local"]
runpy.run_module("local", run_name="__main__")
"""


@pytest.mark.parametrize("sent", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("then", ["raise", "return", "raise ImportError('libraries do not fit') from None"])
def test_it_ends_without_a_trace_when_it_is_stopped_while_it_loads(sent: str, then: str) -> None:
    """An interruption can be lost, in a destructor for one, or be told in other words; it counts nevertheless."""
    code = _INTERRUPTED_WHILE_IT_LOADS.format(sent=sent, then=then)
    environment = {**os.environ, "PORT": str(free_ports())}
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=20, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "Ready" not in ended.stdout


def test_a_form_of_answers_that_does_not_exist_is_told_at_once() -> None:
    environment = {**os.environ, "PORT": str(free_ports()), "DIGID_FORM": "Digid"}
    command = [sys.executable, "-m", "local"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=20, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("DIGID_FORM=Digid is none of: DigiD; ")
