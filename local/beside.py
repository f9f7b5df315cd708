"""Processes beside the stack's own: each ends with who started it, however that ends."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

_ROOT = Path(__file__).parent.parent


@contextmanager
def beside(
    module: str, *arguments: str, hidden: Literal["stdout", "stderr"], extra: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Run a module of ours until the end, with `extra` in its environment. It calls `end_with_our_starter`.

    Of what it says one stream is `hidden`, and the other shown among our own lines.
    """
    # In a group of its own: Ctrl-C comes to us alone, and we end it. Should we be killed, its input ends, and it too.
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", module, *arguments],
        cwd=_ROOT,
        env={**os.environ, **(extra or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL if hidden == "stdout" else None,
        stderr=subprocess.DEVNULL if hidden == "stderr" else None,
        start_new_session=True,
    )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin:
            process.stdin.close()


def end_with_our_starter() -> None:
    """End when standard input does: whoever started us holds the other end, and however it ends, that closes."""
    threading.Thread(target=_end_with_input, daemon=True).start()


def _end_with_input() -> None:
    # Not through `sys.stdin`, whose lock would be held while this process ends by itself.
    while os.read(0, 1):
        pass
    os._exit(0)
