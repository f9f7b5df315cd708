"""A small run of `make kills`, and that its search finds what it looks for."""

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.adapters import dynamodb_local
from tests.kills.searching import Secret, codes_in

ROOT = Path(__file__).parent.parent.parent

CODE = "BCDF-GHJK-23MN"
SECRET = Secret({"BCDFGHJK23MN"}, {"300000012"}, {"zwqbabelifo"})


def test_whoever_is_killed_each_letter_comes_once_and_nobody_reads_it_on_the_way() -> None:
    if reason := dynamodb_local.missing():
        pytest.skip(reason)
    command = [sys.executable, "-m", "tests.kills", "24", "--every", "0.25", "--late", "1"]
    # Metrics are written too: they are searched.
    environment = {name: value for name, value in os.environ.items() if name != "POWERTOOLS_METRICS_DISABLED"}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=500, check=False)
    assert ended.returncode == 0, f"{ended.stdout[-3000:]}\n{ended.stderr[-3000:]}"
    assert ", 0 wrong, in" in ended.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    "text",
    [
        f"code={CODE};",
        CODE.lower(),
        CODE.replace("-", ""),
        CODE.replace("-", " "),
        f"XX{CODE.replace('-', '')}XX",
        base64.b64encode(f"a letter with {CODE} in it".encode()).decode(),
        '{"bsn":"300000012"}',
        "1300000012",
        "V. Zwqbabelifo",
        "V. ZWQBABELIFO",
        base64.urlsafe_b64encode(b"goes to V. Zwqbabelifo, at home").decode(),
    ],
)
def test_what_is_not_to_be_read_is_found_however_it_is_written(text: str) -> None:
    assert [one.where for one in SECRET.found_in([("a log", text)])]


@pytest.mark.parametrize("text", ["BCDF-GHJK-23MP", "300000013", "Zwqbabelifa", "ca5e" * 8 + "0001"])
def test_what_is_like_it_is_not(text: str) -> None:
    assert not list(SECRET.found_in([("a log", text)]))


def test_the_code_on_a_page_is_found_and_a_telephone_number_or_reference_is_not() -> None:
    assert codes_in(f"Uw code:\n{CODE}\nBel 088-123 45 67, kenmerk 0000-1111-2222, of QRST-VWXZ.") == [CODE]
