"""Memory of the process of the API after the first sign-in, and after a hundred; AWS is another process."""

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench import cloud
from bench.timing import Comparison

SIGN_INS = 100
"""As many as moto bears on a busy machine: each transaction copies its table."""


def measurements() -> Iterator[Comparison]:
    with cloud.running() as environment:
        command = [sys.executable, "-m", "bench.memory"]
        told = subprocess.run(command, check=True, env=environment, cwd=cloud.ROOT, stdout=subprocess.PIPE).stdout
    first, last = json.loads(told.splitlines()[-1])
    for place, kind in enumerate(("peak memory", "memory in use")):
        what, before, after = f"{kind} after {SIGN_INS:,} sign-ins by Artifact", first[place], last[place]
        yield Comparison(what, "after the first", after, before, [after / before], target=1.05, unit="MB")


def run() -> tuple[tuple[float, float], tuple[float, float]]:
    from chalice.test import Client  # noqa: PLC0415 - only in the process that is measured

    from bench.sign_in import Journey, mandated  # noqa: PLC0415
    from tests.http.setting import ROOT, begin, register  # noqa: PLC0415
    from tests.process import app  # noqa: PLC0415

    with Client(app, project_dir=str(ROOT)) as client:
        register(made := begin(lambda: datetime.now(UTC)))
        journey = Journey(client, mandated(made))
        journey.sign_in(artifact=True)
        first = used()
        for _ in range(SIGN_INS - 1):
            journey.sign_in(artifact=True)
        return first, used()


def used() -> tuple[float, float]:
    """Return the most that was ever resident, and what is resident now; megabytes.

    What Linux calls the maximum in `rusage` is that of the process that started this one, where it was larger.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024
        return peak, peak
    told = dict(line.split(":", 1) for line in status.read_text().splitlines())
    most, now = (int(told[name].removesuffix("kB")) / 1024 for name in ("VmHWM", "VmRSS"))
    return most, now


MEASUREMENTS = (measurements,)

if __name__ == "__main__":
    print(json.dumps(run()))
