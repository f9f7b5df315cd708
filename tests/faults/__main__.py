"""`make faults`: the whole matrix with its progress; a run of all flows writes docs/reliability.md.

Words on the command line choose flows by their names.
"""

import logging
import os
import sys
import time

os.environ.update(
    POWERTOOLS_METRICS_DISABLED="true", POWERTOOLS_METRICS_NAMESPACE="tests", POWERTOOLS_SERVICE_NAME="tests"
)

from local import aws
from tests.faults import report
from tests.faults.everything import FLOWS
from tests.faults.flows import Flow
from tests.faults.matrix import Outcome, Unharmed, cases, record, run
from tests.faults.world import Moment, World, a_world


def main(words: list[str]) -> int:
    # Each of some thousand outages is logged by the application, as it should be.
    logging.disable(logging.CRITICAL)
    flows = [flow for flow in FLOWS if not words or any(word in flow.name for word in words)]
    began, outcomes = time.monotonic(), []
    with aws.in_process(), a_world() as world:
        start = world.moment()
        for flow in flows:
            outcomes += _whole(flow, world, start)
    failed = sum(bool(outcome.wrong) for outcome in outcomes)
    print(f"{len(outcomes) - failed} passed, {failed} failed, in {time.monotonic() - began:.0f} s")
    if not words:
        report.write(outcomes)
        print(f"written: {report.DOCUMENT}")
    return 1 if failed else 0


def _whole(flow: Flow, world: World, start: Moment) -> list[Outcome]:
    began, unharmed = time.monotonic(), record(flow, world, start)
    todo = list(cases(unharmed))
    outcomes: list[Outcome] = []
    for case in todo:
        outcomes.append(run(case, world))
        if outcomes[-1].wrong:
            print(f"\r\033[KFAILED {case.name}: {'; '.join(outcomes[-1].wrong)}", flush=True)
        _progress(unharmed, len(outcomes), len(todo))
    failed = sum(bool(outcome.wrong) for outcome in outcomes)
    print(f"\r\033[K{flow.name}: {len(todo)} faults, {failed} failed, {time.monotonic() - began:.0f} s", flush=True)
    return outcomes


def _progress(unharmed: Unharmed, done: int, of: int) -> None:
    if sys.stdout.isatty():
        print(f"\r\033[K{unharmed.flow.name}: {done} of {of}", end="", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
