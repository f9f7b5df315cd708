"""Every command of an operator, with what operators get wrong: one line that says what to do, never a trace."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
NO_AWS = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "AWS_EC2_METADATA_DISABLED": "true",
}
NOBODY_ANSWERS = {
    **NO_AWS,
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_MAX_ATTEMPTS": "1",
}
COMMANDS = (
    "catalogue",
    "metadata",
    "deploy",
    "destroy",
    "restore",
    "secrets",
    "documents",
    "optout",
    "deaths",
    "mandates",
    "telephone",
)


def _run(module: str, *arguments: str, environment: dict[str, str] = NO_AWS) -> tuple[int, str]:
    """Run a command; return its status and the last line of what it said to the operator."""
    command = [sys.executable, "-m", f"operate.{module}", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    return done.returncode, (done.stderr.strip().splitlines() or [""])[-1]


@pytest.mark.parametrize("module", COMMANDS)
def test_every_command_explains_itself_and_does_nothing(module: str) -> None:
    assert _run(module, "--help") == (0, "")


@pytest.mark.parametrize("module", COMMANDS)
def test_rubbish_is_told_to_be_rubbish(module: str) -> None:
    status, told = _run(module, "--rubbish")
    assert status == 2
    assert "error: " in told


@pytest.mark.parametrize(
    ("module", "arguments", "told"),
    [
        ("catalogue", ["{text}"], "No region is set. Set AWS_DEFAULT_REGION, or name a stage with --stage."),
        ("metadata", ["urn:x"], "No region is set. Set AWS_DEFAULT_REGION, or name a stage with --stage."),
        ("catalogue", ["/nowhere.yaml"], "/nowhere.yaml is not a file"),
        ("metadata", ["urn:x", "--restore", "rubbish"], "rubbish is no instant; write for example"),
        ("deploy", ["dev", "--stage-file", "/nowhere.yaml"], "/nowhere.yaml cannot be read"),
        ("deploy", ["dev", "--stage-file", "{binary}"], "cannot be read"),
        ("deploy", ["elsewhere"], "There is no stage 'elsewhere'. Name one: STAGE=dev|acceptance|production"),
        ("destroy", ["dev"], "There are no credentials. Set AWS_PROFILE"),
        ("restore", ["dev", "--latest"], "There are no credentials. Set AWS_PROFILE"),
        ("restore", ["dev", "--at", "2026-12-01"], "names no time zone"),
        ("secrets", ["dev", "show"], "There are no credentials. Set AWS_PROFILE"),
        ("optout", ["dev", "list", "{number}"], "There are no credentials. Set AWS_PROFILE"),
        ("deaths", ["dev", "{number}"], "There are no credentials. Set AWS_PROFILE"),
        ("deaths", ["dev", "no-such-file"], "No such file"),
        ("mandates", ["dev", "end", "case"], "There are no credentials. Set AWS_PROFILE"),
        ("telephone", ["dev", "service", "--staff", "me", "--who", "{caller}"], "There are no credentials. Set AWS"),
        ("telephone", ["dev", "service", "--staff", "me", "--who", "{number}"], "Nothing was done."),
        ("mandates", ["nowhere", "end", "case"], "There is no stage 'nowhere'"),
    ],
)
def test_without_region_credentials_or_file(module: str, arguments: list[str], told: str, tmp_path: Path) -> None:
    (tmp_path / "text.yaml").write_text("organisations: []")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "number.txt").write_text("900100084")
    (tmp_path / "caller.txt").write_text("900100084\n12-03-1948")
    paths = {path.stem: path for path in tmp_path.iterdir()}
    status, said = _run(module, *(argument.format(**paths) for argument in arguments))
    assert status in {1, 2}
    assert told in said


@pytest.mark.parametrize(
    ("module", "arguments"),
    [("catalogue", [str(ROOT / "tests/deploy/catalogue.yaml")]), ("metadata", ["urn:x"]), ("secrets", ["dev", "show"])],
)
def test_when_aws_does_not_answer(module: str, arguments: list[str]) -> None:
    status, told = _run(module, *arguments, environment=NOBODY_ANSWERS)
    assert status == 1
    assert "AWS does not answer" in told


@pytest.mark.parametrize("region", ["", "eu west 1"])
@pytest.mark.parametrize(("module", "argument"), [("catalogue", "tests/deploy/catalogue.yaml"), ("metadata", "urn:x")])
def test_a_region_that_is_none_is_told(module: str, argument: str, region: str) -> None:
    status, told = _run(module, argument, environment={**NO_AWS, "AWS_DEFAULT_REGION": region})
    assert status == 1
    assert told.startswith("The region is not one: ")
