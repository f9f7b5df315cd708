"""XML security happens in this process: no program is started or looked for, no file is written on the way."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

SCRIPT = """
import sys
seen = []
WATCHED = ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "os.fork",
           "tempfile.mkstemp", "tempfile.mkdtemp")

def watch(event, arguments):
    text = repr(arguments)
    if event in WATCHED or "xmlsec1" in text and event != "compile":
        seen.append((event, text[:200]))

import pytest
# Loaded before watching: the test runner and AWS in this process start programs and write files of their own.
from tests.http import conftest, test_messages, test_signing_in
sys.addaudithook(watch)
chosen = ["tests/http/test_signing_in.py::test_someone_signs_in_for_themself", "tests/http/test_rollover.py",
          "tests/http/test_signing_in.py::test_an_artifact_is_resolved_once",
          "tests/http/test_messages.py::test_logout_answers_the_provider_once"]
status = pytest.main(["-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", "--capture=no", *chosen])
loaded = [name for name in ("saml2.sigver", "saml2.client", "saml2.server", "xmlschema") if name in sys.modules]
print("RESULT", int(status), seen, loaded)
"""


def test_a_sign_in_neither_needs_nor_looks_for_a_program(tmp_path: Path) -> None:
    """The trap stands first on the path: it would be found, and leave a trace."""
    trap = tmp_path / "xmlsec1"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/was-started\n")
    trap.chmod(0o755)
    shown = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env={"PATH": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "RESULT 0 [] []" in shown.stdout, shown.stdout[-3000:] + shown.stderr[-2000:]
    assert not (tmp_path / "was-started").exists()
