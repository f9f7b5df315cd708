"""Asking for somebody whom the population register does not know, beside asking for somebody who lives there.

Who asks must not be able to tell them apart, by time neither (invariant 7). Timed is the whole answer to the form that
asks, with a real register of mandates behind it: DynamoDB Local, in a process of its own. The queue of checks takes
what it is given and does nothing: checks are made elsewhere, after the answer.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, cast

from chalice.test import Client

from bench import cloud
from bench.sign_in import wire
from bench.timing import Comparison
from chalicelib.letters.books import LetterBooks
from chalicelib.letters.limits import Limits
from chalicelib.mandates.model.requests import OptOut
from chalicelib.mandates.register.askers import AskerBooks, AskerLimits
from chalicelib.mandates.register.counted import Sealing, Tables
from chalicelib.mandates.register.mandates import DynamoMandates
from chalicelib.mandates.register.tries import DynamoTries
from chalicelib.people.birth_date import BirthDate
from chalicelib.people.bsn import Bsn
from chalicelib.storage.tables import AuditTable, LettersTable, RegisterTable, TransientTable
from chalicelib.wiring import Wiring
from local import aws
from tests.adapters import dynamodb_local
from tests.builders import HENK, a_person, some_bsns
from tests.fakes import FakeRegister, FakeSender
from tests.http.client import Person
from tests.http.setting import ROOT
from tests.http.test_asking import begin, choose
from tests.process import app

_WARM, _ROUNDS = 2, 28
"""Three people a round: together no more than may be asked from one network in an hour."""
_BORN = BirthDate("1948-03-12")
_TYPED = "12-03-1948"

Fact = Callable[[Wiring, Bsn], None]


def _unknown(wiring: Wiring, bsn: Bsn) -> None:
    """Nobody has this number."""


def _lives(wiring: Wiring, bsn: Bsn) -> None:
    cast("FakeRegister", wiring.people).people[bsn] = a_person(born=_BORN)


def _wants_none(wiring: Wiring, bsn: Bsn) -> None:
    _lives(wiring, bsn)
    wiring.mandates.opt_out(wiring.person(bsn), OptOut(datetime.now(UTC)))


FACTS: dict[str, Fact] = {"lives there": _lives, "unknown": _unknown, "wants no mandates": _wants_none}
"""What may be true of the person for whom somebody asks."""


def asking(client: Any) -> Wiring:  # noqa: ANN401 - boto3 client
    """Wire an application in which somebody may ask as often as a benchmark does, on real tables."""
    wiring = wire()
    tables = Tables(
        RegisterTable(client, f"{aws.NAME}-register"),
        LettersTable(client, f"{aws.NAME}-letters"),
        AuditTable(client, f"{aws.NAME}-audit"),
    )
    wiring.transient = transient = TransientTable(client, f"{aws.NAME}-transient")
    wiring.register, wiring.letters_table, wiring.audit = tables
    books, askers = LetterBooks(transient, Limits()), AskerBooks(transient, AskerLimits(10_000, 10_000))
    sealing = Sealing(wiring.vault, wiring.vault)
    wiring.mandates, wiring.tries = DynamoMandates(tables, sealing, books, askers), DynamoTries(transient)
    wiring.checks = FakeSender()
    return wiring


def run(rounds: int) -> dict[str, list[float]]:
    """Ask for one of each in turn, a new person each time; return milliseconds by what is true of them."""
    times: dict[str, list[float]] = {name: [] for name in FACTS}
    numbers = iter(some_bsns(len(FACTS) * (_WARM + rounds)))
    with dynamodb_local.running() as database, Client(app, project_dir=str(ROOT)) as client:
        wiring, henk = asking(database), Person(client, HENK)
        answers = set()
        for number in range(_WARM + rounds):
            for name in _in_turn(number):
                other = next(numbers)
                FACTS[name](wiring, other)
                spent, answer = _asked(henk, other)
                answers.add(answer)
                if number >= _WARM:
                    times[name].append(spent)
    if len(answers) != 1:
        raise AssertionError("what we time is not answered the same")
    return times


def _in_turn(number: int) -> list[str]:
    """Return who comes first this time: each place is everybody's equally often."""
    names, first = [*FACTS], number % len(FACTS)
    return [*names[first:], *names[:first]]


def _asked(asker: Person, other: Bsn) -> tuple[float, tuple[int, int]]:
    """Return the milliseconds of the answer to who asks, with its status and size."""
    confirm = choose(asker, begin(asker, other.digits, _TYPED))
    form = {"csrf": asker.token(confirm)}
    started = time.perf_counter()
    answer = asker.post(confirm, form)
    spent = (time.perf_counter() - started) * 1000
    return spent, (answer.status, len(answer.location) + len(answer.body))


def measurements() -> Iterator[Comparison]:
    """Measure in a process of its own."""
    if reason := dynamodb_local.missing():
        print(f"{reason}: the answers to who asks for another are left out.")
        return
    command = [sys.executable, "-m", "bench.asking", str(_ROUNDS)]
    quiet = {**os.environ, **cloud.QUIET}
    told = subprocess.run(command, check=True, env=quiet, cwd=ROOT, stdout=subprocess.PIPE).stdout
    times = json.loads(told.splitlines()[-1])
    usual = times["lives there"]
    for name in FACTS:
        if times[name] is not usual:
            ratios = [mine / theirs for mine, theirs in zip(times[name], usual, strict=True)]
            medians = statistics.median(times[name]), statistics.median(usual)
            yield Comparison(
                f"ask for somebody who {_SAID[name]}", "who lives there", *medians, ratios, 1.05, least=0.95
            )


_SAID = {"unknown": "is not in the register", "wants no mandates": "wants no mandates"}

MEASUREMENTS = (measurements,)

if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]))))
