"""The first page of somebody who holds 2,000 mandates, beside that of somebody who holds a page of them.

Timed is the whole answer, with a real register behind it: DynamoDB Local, in a process of its own. Names come from
memory, and so does all that both read alike.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

from chalice.test import Client

from bench import cloud
from bench.sign_in import wire
from bench.timing import Comparison
from chalicelib.people.bsn import Bsn
from chalicelib.storage.tables import RegisterTable
from chalicelib.wiring import Wiring
from local import aws
from local.digid.answers import signed_in
from tests.adapters import dynamodb_local
from tests.builders import HENK, MINA
from tests.http.client import Answer, Person, at_digid
from tests.http.clientele import some_clients
from tests.http.setting import ROOT
from tests.process import app
from tests.saml.provider import FakeProvider

FEW, MANY = 20, 2_000
_WARM, _ROUNDS = 5, 60
_PROVIDER = FakeProvider()


def holding(client: Any, most: int) -> Wiring:  # noqa: ANN401 - boto3 client
    """Let Henk hold a page of mandates and Mina so many, in a real register."""
    wiring = wire()
    wiring.register = RegisterTable(client, f"{aws.NAME}-register")
    del wiring.mandates
    some_clients(wiring, HENK, FEW)
    some_clients(wiring, MINA, most)
    return wiring


def choice(client: Client, bsn: Bsn) -> tuple[Person, str]:
    """Let somebody sign in at a provider; return the address of the choice."""
    person = Person(client, bsn)
    asked = at_digid(person.post("/saml/sso", _PROVIDER.post_form(_PROVIDER.on_behalf())))
    return person, person.answer(asked, signed_in(asked, bsn.digits, "25")).location


def overview(client: Client, bsn: Bsn) -> tuple[Person, str]:
    """Let somebody sign in to our own site; return the address of what they hold."""
    person = Person(client, bsn)
    person.sign_in()
    return person, "/mandates?view=held"


PAGES = {"choice": choice, "overview": overview}


Times = tuple[list[float], list[float]]
"""Milliseconds with many and with few."""


def run(which: Sequence[str], most: int, rounds: int) -> dict[str, Times]:
    """Show each page of either in turn."""
    with dynamodb_local.running() as database, Client(app, project_dir=str(ROOT)) as client:
        holding(database, most)
        return {name: _shown([PAGES[name](client, bsn) for bsn in (MINA, HENK)], rounds) for name in which}


def _shown(pages: Sequence[tuple[Person, str]], rounds: int) -> Times:
    times: Times = ([], [])
    for number in range(_WARM + rounds):
        for (person, address), spent in zip(pages, times, strict=True):
            started = time.perf_counter()
            page = person.get(address)
            if number >= _WARM:
                spent.append((time.perf_counter() - started) * 1000)
            _check(page)
    return times


def _check(page: Answer) -> None:
    if page.body.count("Client 0") != FEW:
        raise AssertionError("the page that we time does not show who it should")


def measurements() -> Iterator[Comparison]:
    """Measure each in a process of its own."""
    if reason := dynamodb_local.missing():
        print(f"{reason}: the first page of many mandates is left out.")
        return
    for what, which in (("whom to sign in for", "choice"), ("My mandates, those that are held", "overview")):
        command = [sys.executable, "-m", "bench.holding", which, str(MANY), str(_ROUNDS)]
        quiet = {**os.environ, **cloud.QUIET}
        told = subprocess.run(command, check=True, env=quiet, cwd=ROOT, stdout=subprocess.PIPE).stdout
        many, few = json.loads(told.splitlines()[-1])[which]
        ratios = [mine / theirs for mine, theirs in zip(many, few, strict=True)]
        medians = statistics.median(many), statistics.median(few)
        yield Comparison(f"{what}, of {MANY:,} mandates", f"of {FEW}", *medians, ratios, target=1.5)


MEASUREMENTS = (measurements,)

if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1].split(","), int(sys.argv[2]), int(sys.argv[3]))))
