"""`make kills`: 2,000 letters, or as many as are named; a run of so many writes docs/reliability.md.

`python -m tests.kills 60 --seed 5 --every 0.3 --late 1`
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.update(POWERTOOLS_METRICS_NAMESPACE="tests", POWERTOOLS_SERVICE_NAME="tests", PYTHONUNBUFFERED="1")

from tests.kills.conducting import DidNotEnd, Plan, cloud, perform
from tests.kills.judging import Judge
from tests.kills.report import FULL, Run, write

_SHOWN = 40
"""Lines at most of what is wrong."""


def main() -> int:
    asked = _arguments()
    plan, began = Plan(asked.letters, asked.seed, asked.every, asked.late), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kills-") as made:
        folder = Path(asked.keep or made)
        folder.mkdir(exist_ok=True)
        with cloud(plan, folder) as there:
            try:
                kills, redriven = perform(plan, there, lambda line: _say(began, line))
            except DidNotEnd as error:
                print(f"\n{error}")
                return 1
            _say(began, "looking at everything")
            judge = Judge(there, plan)
            wrong = list(judge.wrong())
            run = Run(
                plan.letters,
                len(judge.papers),
                kills,
                len(judge.sent),
                sum(bool(one["twice"]) for one in judge.sent),
                redriven,
            )
    seconds = time.monotonic() - began
    print("\n".join(("", *wrong[:_SHOWN], f"{run.line}, {len(wrong)} wrong, in {seconds:.0f} s (seed {plan.seed})")))
    if not wrong and plan.letters >= FULL:
        print(f"written: {write(run)}")
    return 1 if wrong else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.kills")
    parser.add_argument("letters", type=int, nargs="?", default=FULL, help=f"how many are asked for ({FULL})")
    parser.add_argument("--seed", type=int, default=5, help="of the moments and victims that are drawn")
    parser.add_argument("--every", type=float, default=0.7, help="seconds between two kills, on the average")
    parser.add_argument("--late", type=int, default=5, help="seconds that a message comes late at most; a copy twice")
    parser.add_argument("--keep", help="folder in which logs, messages and letters are kept")
    return parser.parse_args()


def _say(began: float, line: str) -> None:
    told = f"{time.monotonic() - began:5.0f} s  {line}"
    print(f"\r\033[K{told}" if sys.stdout.isatty() else told, end="" if sys.stdout.isatty() else "\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
