"""Every command of an operator, with what operators get wrong: one line that says what to do, never a trace."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
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
COMMANDS = sorted(
    path.parent.name if path.stem == "__main__" else path.stem
    for path in (ROOT / "operate").rglob("*.py")
    if 'if __name__ == "__main__"' in path.read_text()
)


_FORKS = """
import json, os, runpy, sys, traceback
import boto3, chalicelib.application, operate.deploy.account, operate.deploy.package, operate.people
for line in sys.stdin:
    module, arguments, environment, told = json.loads(line)
    child = os.fork()
    if child:
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        continue
    os.environ.clear()
    os.environ.update(environment)
    for name, number in ((os.devnull, 0), (os.devnull, 1), (told, 2)):
        os.dup2(os.open(name, os.O_RDWR | os.O_CREAT, 0o600), number)
    sys.argv = [module, *arguments]
    status = 1
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        status = ended.code or 0
    except BaseException:
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(status)
"""
"""Runs each command that a line names in a process of its own, which has the libraries already: they take longest."""

Run = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Return what runs a command, and returns its status and the last line of what it said to the operator."""
    told = tmp_path_factory.mktemp("told") / "told"
    command = [sys.executable, "-c", _FORKS]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as forks:
        assert forks.stdin
        assert forks.stdout
        asked, answers = forks.stdin, forks.stdout

        def one(module: str, *arguments: str, environment: dict[str, str] = NO_AWS) -> tuple[int, str]:
            told.unlink(missing_ok=True)
            print(json.dumps([f"operate.{module}", arguments, environment, str(told)]), file=asked, flush=True)
            status, said = int(answers.readline()), told.read_text()
            assert "Traceback" not in said
            return status, _last(said)

        yield one


def _last(said: str) -> str:
    return (said.strip().splitlines() or [""])[-1]


@pytest.mark.parametrize("module", COMMANDS)
def test_every_command_explains_itself_and_does_nothing(module: str) -> None:
    """As an operator starts it: by nothing but its name."""
    command = [sys.executable, "-m", f"operate.{module}", "--help"]
    done = subprocess.run(
        command, cwd=ROOT, env=NO_AWS, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert f"operate.{module}" in done.stdout


@pytest.mark.parametrize("module", COMMANDS)
def test_rubbish_is_told_to_be_rubbish(run: Run, module: str) -> None:
    status, told = run(module, "--rubbish")
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
        (
            "deploy",
            ["elsewhere"],
            "There is no stage 'elsewhere'. There are dev, acceptance, production; for make: STAGE=dev",
        ),
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
def test_without_region_credentials_or_file(
    run: Run, module: str, arguments: list[str], told: str, tmp_path: Path
) -> None:
    (tmp_path / "text.yaml").write_text("organisations: []")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "number.txt").write_text("900100084")
    (tmp_path / "caller.txt").write_text("900100084\n12-03-1948")
    paths = {path.stem: path for path in tmp_path.iterdir()}
    status, said = run(module, *(argument.format(**paths) for argument in arguments))
    assert status in {1, 2}
    assert told in said


@pytest.mark.parametrize(
    ("module", "arguments"),
    [("catalogue", [str(ROOT / "tests/deploy/catalogue.yaml")]), ("metadata", ["urn:x"]), ("secrets", ["dev", "show"])],
)
def test_when_aws_does_not_answer(run: Run, module: str, arguments: list[str]) -> None:
    status, told = run(module, *arguments, environment=NOBODY_ANSWERS)
    assert status == 1
    assert "AWS does not answer" in told


@pytest.mark.parametrize("region", ["", "eu west 1"])
@pytest.mark.parametrize(("module", "argument"), [("catalogue", "tests/deploy/catalogue.yaml"), ("metadata", "urn:x")])
def test_a_region_that_is_none_is_told(run: Run, module: str, argument: str, region: str) -> None:
    status, told = run(module, argument, environment={**NO_AWS, "AWS_DEFAULT_REGION": region})
    assert status == 1
    assert told.startswith("The region is not one: ")
