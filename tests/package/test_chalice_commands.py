"""Chalice's own commands know half of what is deployed; none of them may seem to work."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("asked", [["local"], ["package", "out"], ["deploy"], ["local", "--stage", "production"]])
def test_a_command_of_chalice_says_in_one_line_what_to_use_instead(asked: list[str], tmp_path: Path) -> None:
    command = [str(Path(sys.executable).parent / "chalice"), "--project-dir", str(ROOT), *asked]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    told = done.stderr.strip().splitlines()
    # What chalice local starts ends with 1; chalice local itself does not pass it on.
    assert done.returncode == (0 if asked[0] == "local" else 1)
    assert len(told) == 1, done.stderr
    assert told[0].startswith("Use make run instead of chalice local, and make deploy")
    assert list(tmp_path.iterdir()) == []
