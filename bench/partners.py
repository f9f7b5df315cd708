"""Signing in with ten partners connected, and with ten thousand: what is looked up is found by its key."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

from chalice.test import Client

from bench import cloud
from bench.sign_in import wire
from bench.timing import Comparison
from chalicelib.catalogue.model import Connection, EntityId, ServiceId
from chalicelib.wiring import Wiring
from local.digid.answers import signed_in
from tests.builders import HENK, a_service
from tests.http.client import Person, at_digid
from tests.http.setting import ROOT
from tests.process import app, use
from tests.saml.provider import FakeProvider

FEW, MANY = 10, 10_000
_WARM, _ROUNDS = 10, 150


def connected(number: int) -> tuple[Wiring, list[FakeProvider]]:
    """Return an application in memory with so many partners, each with a service."""
    wiring = wire()
    providers = [FakeProvider(entity_id=f"https://partner-{place}.example/metadata") for place in range(number)]
    for place, provider in enumerate(providers):
        entity_id = EntityId(provider.entity_id)
        wiring.catalogue.put_connection(Connection(entity_id, f"Partner {place}", provider.metadata()))
        service_id = ServiceId(f"{place:08x}-0000-4000-8000-000000000000")
        wiring.catalogue.put_service(a_service(service_id=service_id, entity_id=entity_id))
    return wiring, providers


def sign_in(person: Person, wiring: Wiring, provider: FakeProvider) -> float:
    """Sign in once; return milliseconds of processor time, what DigiD and the provider do left out."""
    use(wiring)
    form = provider.post_form(provider.request())
    started = time.process_time()
    start = person.post("/saml/sso", form)
    spent = time.process_time() - started
    asked = at_digid(start)
    outcome = signed_in(asked, HENK.digits, "25")
    started = time.process_time()
    done = person.answer(asked, outcome)
    if "SAMLResponse" not in done.hidden:
        raise AssertionError("the sign-in that we time did not succeed")
    return (spent + time.process_time() - started) * 1000


def run(most: int, rounds: int, *, each_another: bool) -> tuple[list[float], list[float]]:
    """Sign in at few and at many in turn; the same partner every time, or another one."""
    few, many = connected(FEW), connected(most)
    times: tuple[list[float], list[float]] = ([], [])
    with Client(app, project_dir=str(ROOT)) as client:
        person = Person(client, HENK)
        for number in range(_WARM + rounds):
            for (wiring, providers), spent in zip((few, many), times, strict=True):
                provider = providers[number * 61 % len(providers) if each_another else 0]
                spent.append(sign_in(person, wiring, provider))
    return times[1][_WARM:], times[0][_WARM:]


def measurements() -> Iterator[Comparison]:
    """Measure each in a process of its own."""
    for what, which, target in (
        ("a sign-in with 10,000 partners connected", "same", 1.1),
        ("the same, another partner each time", "another", None),
    ):
        quiet = {**os.environ, **cloud.QUIET}
        command = [sys.executable, "-m", "bench.partners", which, str(MANY), str(_ROUNDS)]
        told = subprocess.run(command, check=True, env=quiet, cwd=ROOT, stdout=subprocess.PIPE).stdout
        many, few = json.loads(told.splitlines()[-1])
        ratios = [mine / theirs for mine, theirs in zip(many, few, strict=True)]
        yield Comparison(what, "with 10", statistics.median(many), statistics.median(few), ratios, target=target)


MEASUREMENTS = (measurements,)

if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[2]), int(sys.argv[3]), each_another=sys.argv[1] == "another")))
