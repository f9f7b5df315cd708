"""What a cold function imports before it can answer, beside the least that any Chalice function on AWS imports."""

import subprocess
import sys

from bench.timing import Comparison, compare

_PEER = "import chalice, boto3; boto3.client('dynamodb', region_name='eu-west-1')"


def _process(script: str) -> None:
    subprocess.run([sys.executable, "-c", script], check=True)


def _cold(what: str, module: str) -> Comparison:
    ours, peer = f"import {module}", "import chalice, boto3 and one client"
    return compare(what, lambda: _process(ours), peer, lambda: _process(_PEER), rounds=12, warm=1)


def application() -> Comparison:
    return _cold("start Python and import the application", "app")


def worker() -> Comparison:
    return _cold("start Python and import the letter worker", "chalicelib.letters.jobs")


MEASUREMENTS = (application, worker)
