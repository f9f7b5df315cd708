"""What a cold function does before its first answer, beside the least that any Chalice function on AWS does.

Processor time of the whole process, Python's own start included; what AWS takes to answer is not in it.
"""

import itertools
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from bench import cloud
from bench.timing import Comparison, compare, processes
from tests.saml.provider import FakeProvider

_PEER = "import chalice, boto3; boto3.client('dynamodb', region_name='eu-west-1')"
_PEER_NAME = "import chalice, boto3 and one client"
_ANSWER = """
import json, sys
from app import app
answer = app(json.load(open(sys.argv[1])), None)
assert answer["statusCode"] == int(sys.argv[2]), answer
"""
ROUNDS = 15
A_REQUEST, ANSWERED = ("POST", "/saml/sso"), 200
"""A provider's request, and the status of the page that leads on to DigiD."""


def _process(script: str, *arguments: str, environment: dict[str, str] | None = None) -> None:
    subprocess.run([sys.executable, "-c", script, *arguments], check=True, env=environment, cwd=cloud.ROOT)


def _peer() -> None:
    _process(_PEER)


def imports() -> Iterator[Comparison]:
    for what, module in (
        ("the application", "app"),
        ("the workers", "chalicelib.jobs"),
        ("the print vendor", "print_vendor.function"),
    ):
        script = f"import {module}"
        yield compare(
            f"start Python, import {what}", _starter(script), _PEER_NAME, _peer, rounds=ROUNDS, warm=1, clock=processes
        )


def _starter(script: str) -> Callable[[], None]:
    return lambda: _process(script)


def first_answers() -> Iterator[Comparison]:
    """Answer the first request of each kind; AWS is there over HTTP, on this computer."""
    with cloud.running() as environment, TemporaryDirectory() as folder:
        numbers = itertools.count()

        def first(method: str, path: str, status: int, body: Callable[[], str]) -> Callable[[], None]:
            events = [written(Path(folder), next(numbers), method, path, body()) for _ in range(ROUNDS + 1)]
            waiting = iter(events)
            return lambda: _process(_ANSWER, str(next(waiting)), str(status), environment=environment)

        health = first("GET", "/health", 200, str)
        yield compare(
            "… and answer /health", health, _PEER_NAME, _peer, rounds=ROUNDS, warm=1, clock=processes, target=1.3
        )
        request = first(*A_REQUEST, ANSWERED, a_request)
        yield compare(
            "… and answer a SAML request",
            request,
            _PEER_NAME,
            _peer,
            rounds=ROUNDS,
            warm=1,
            clock=processes,
            target=1.5,
        )
        page = first("GET", "/", 200, str)
        yield compare("… and show the start page", page, _PEER_NAME, _peer, rounds=ROUNDS, warm=1, clock=processes)


def a_request() -> str:
    return urlencode(FakeProvider().post_form(FakeProvider().request()))


def written(folder: Path, number: int, method: str, path: str, body: str) -> Path:
    """Write an event as API Gateway sends it."""
    event = {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": {"content-type": "application/x-www-form-urlencoded"} if body else {},
        "multiValueHeaders": {},
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {"resourcePath": path, "httpMethod": method, "path": path, "identity": {}},
        "body": body or None,
        "isBase64Encoded": False,
    }
    file = folder / f"{number}.json"
    file.write_text(json.dumps(event))
    return file


MEASUREMENTS = (imports, first_answers)
