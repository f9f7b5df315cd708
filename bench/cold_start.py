"""What a cold function imports before it can answer, beside the least that any Chalice function on AWS imports."""

import subprocess
import sys

from bench.timing import Comparison, compare

_PEER = "import chalice, boto3; boto3.client('dynamodb', region_name='eu-west-1')"


def _process(script: str) -> None:
    subprocess.run([sys.executable, "-c", script], check=True)


def application() -> Comparison:
    return compare(
        "start Python and import the application",
        lambda: _process("import app"),
        "import chalice, boto3 and one client",
        lambda: _process(_PEER),
        rounds=12,
        warm=1,
    )


def worker() -> Comparison:
    return compare(
        "start Python and import the letter worker",
        lambda: _process("import chalicelib.letters.jobs"),
        "import chalice, boto3 and one client",
        lambda: _process(_PEER),
        rounds=12,
        warm=1,
    )


MEASUREMENTS = (application, worker)
