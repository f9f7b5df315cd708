"""How long each function takes to its first answer in a new process: measured, and kept in build/cold-starts.json."""

import json
import statistics
import time
from typing import Any

import pytest

from tests.deploy.emulator import ROOT, client
from tests.deploy.probes import TAKES, unprinted
from tests.deploy.rights import ROLES
from tests.deploy.world import World, schedule

ROUNDS = 3
RESULTS = ROOT / "build" / "cold-starts.json"


def _event(function: str, world: World, base: str) -> object:
    """Return the smallest event of its kind that a function really gets."""
    if function == "SetPage":
        return json.loads(unprinted(world, base))
    if function == "APIHandler":
        where: dict[str, Any] = {
            "resource": "/",
            "path": "/",
            "httpMethod": "GET",
            "body": None,
            "isBase64Encoded": False,
        }
        context = {"resourcePath": "/", "httpMethod": "GET", "path": "/", "requestId": "cold", "identity": {}}
        empty = dict.fromkeys(("pathParameters", "stageVariables", "multiValueQueryStringParameters"))
        return {**where, **empty, "headers": {}, "multiValueHeaders": {}, "requestContext": context}
    return {"Records": []} if function in TAKES else schedule(function)


@pytest.mark.parametrize("function", ROLES)
def test_a_cold_function_answers_within_its_time(function: str, world: World, on_domain: str) -> None:
    cold, warm, event = [], [], _event(function, world, on_domain)
    for _ in range(ROUNDS):
        world.start_afresh(function)
        cold.append(_timed(world, function, event))
        warm.append(_timed(world, function, event))
    measured = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    measured[function] = {"cold_ms": round(statistics.median(cold)), "warm_ms": round(statistics.median(warm))}
    RESULTS.write_text(json.dumps(measured, indent=1) + "\n")
    print(f"{function}: {measured[function]}")
    timeout = client("lambda").get_function_configuration(FunctionName=world.physical(function))["Timeout"]
    assert max(cold) < 1000 * timeout


def _timed(world: World, function: str, event: object) -> float:
    started = time.perf_counter()
    world.invoke(function, event)
    return 1000 * (time.perf_counter() - started)
