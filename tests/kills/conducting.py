"""Starts all parts of the proof, kills one after another at moments that are drawn, and starts each again."""

import json
import math
import multiprocessing
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from chalicelib.letters.contract.states import UNDERWAY_PARTS, UNDERWAY_PK, VendorKind
from chalicelib.outbox.parcels import SHARDS
from local import aws
from local.beside import beside
from local.serving import HOST
from local.stack import Stack, settings
from provisioning.keys import new_vendor_key, public_part
from tests.adapters import dynamodb_local
from tests.http.serving import free_ports
from tests.kills import parts

_STUCK_AFTER = 240.0
"""Seconds after the last was asked in which no fewer messages wait than ever since: then something never arrives."""

_ASKERS = 3
_LOOK = 1.5
"""Seconds between two looks at how far it is."""

QUEUES = ("letters", "letter-statuses")
_WAITING = [f"ApproximateNumberOfMessages{kind}" for kind in ("", "NotVisible", "Delayed")]

Say = Callable[[str], None]


class DidNotEnd(Exception):
    """Letters, marks or messages that are still under way long after the last was asked."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How many letters are asked for, and how it goes on meanwhile."""

    letters: int
    seed: int
    every: float
    """Seconds between two kills, on the average."""
    late: int
    """Seconds that a message comes late at most; its second copy twice as many."""

    @property
    def half(self) -> int:
        return self.letters // 2


@dataclass
class Cloud:
    """AWS as the parts see it: DynamoDB Local for tables, moto for the rest."""

    database: Any
    """A client of DynamoDB Local."""
    folder: Path
    book: Path
    """Every message that was ever sent."""

    def url(self, queue: str) -> str:
        return str(aws.client("sqs").get_queue_url(QueueName=f"{aws.NAME}-{queue}")["QueueUrl"])

    def waiting(self, queue: str) -> int:
        """Return how many messages there are, seen or unseen."""
        told = aws.client("sqs").get_queue_attributes(QueueUrl=self.url(queue), AttributeNames=_WAITING)
        return sum(int(number) for number in told["Attributes"].values())

    def is_at_rest(self) -> bool:
        """Tell whether no letter is to be sent or under way, and then no message either."""
        keys = [f"OUTBOX#{shard}" for shard in range(SHARDS)]
        keys += [UNDERWAY_PK.format(shard=shard) for shard in range(UNDERWAY_PARTS)]
        return not any(self._count(key) for key in keys) and not any(self.waiting(queue) for queue in QUEUES)

    def redrive(self) -> int:
        """Send dead letters on, as operators do; return how many that were."""
        sqs, sent = aws.client("sqs"), 0
        for queue in QUEUES:
            dead = self.url(f"{queue}-dead")
            while found := sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10).get("Messages", ()):
                for one in found:
                    sqs.send_message(QueueUrl=self.url(queue), MessageBody=one["Body"])
                    sqs.delete_message(QueueUrl=dead, ReceiptHandle=one["ReceiptHandle"])
                    sent += 1
        return sent

    def _count(self, key: str) -> int:
        asked = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": key}}}
        told = self.database.query(TableName=f"{aws.NAME}-letters", Select="COUNT", ConsistentRead=True, **asked)
        return int(told["Count"])


@dataclass
class Troupe:
    """The processes, by name. A name is a part, with a number where there are several of it."""

    post: parts.Post
    draw: random.Random
    kills: Counter[str] = field(default_factory=Counter)
    running: dict[str, ForkServerProcess] = field(default_factory=dict)
    given: dict[str, tuple[object, ...]] = field(default_factory=dict)

    def start(self, name: str, *given: object) -> None:
        part = parts.PARTS[_part(name)]
        self.given[name] = given
        process = _FORKS.Process(target=parts.become, args=(name, part, self.post, *given), daemon=True)
        process.start()
        self.running[name] = process

    def kill_one(self) -> None:
        """Kill one of those that run still, and start it again at once."""
        alive = [name for name, one in self.running.items() if _part(name) != "postman" and one.is_alive()]
        name = self.draw.choice(alive)
        process = self.running[name]
        process.kill()
        process.join()
        self.kills[_part(name)] += 1
        self.start(name, *self.given[name])

    def asking(self) -> bool:
        return any(one.is_alive() for name, one in self.running.items() if _part(name) == "asker")

    def ended(self) -> list[str]:
        """Return which parts ended by themselves; an asker may, when all is answered."""
        over = {name: one.exitcode for name, one in self.running.items() if one.exitcode is not None}
        return [name for name, code in over.items() if code != 0 or _part(name) != "asker"]

    def stop(self) -> None:
        for one in self.running.values():
            one.kill()
            one.join()
        self.running.clear()


_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.kills.ready"])


def _part(name: str) -> str:
    return name.partition("-")[0]


@contextmanager
def cloud(plan: Plan, folder: Path) -> Iterator[Cloud]:
    """Start AWS, make its resources and secrets, and let this process find it."""
    port, book = free_ports(), folder / "sent.jsonl"
    os.environ.update(
        {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": aws.REGION}
    )
    asked = (str(port), str(book), str(plan.late), str(plan.seed))
    with (
        beside("tests.kills.post", *asked, hidden="stdout"),
        dynamodb_local.running() as database,
    ):
        # Not before: DynamoDB Local would look for other parts of AWS there.
        os.environ["AWS_ENDPOINT_URL"] = f"http://{HOST}:{port}"
        _until_it_answers()
        aws.create_resources()
        aws.fill_secrets(aws.client("secretsmanager"))
        os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = database.meta.endpoint_url
        yield Cloud(database, folder, book)


def _until_it_answers() -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            aws.client("sqs").list_queues()
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def perform(plan: Plan, there: Cloud, say: Say) -> tuple[Counter[str], int]:
    """Let one half be printed by the function, the other outside. Return the kills by part, and what was redriven."""
    draw, kills, redriven = random.Random(plan.seed), Counter[str](), 0
    for vendor, first, last in (
        (VendorKind.FUNCTION, 0, plan.half),
        (VendorKind.OUTSIDE, plan.half, plan.letters),
    ):
        if vendor is VendorKind.OUTSIDE:
            _hand_over_keys(there.folder / "keys.json")
        environment = settings(Stack(1), vendor).environment
        # Also where processes are made.
        os.environ.update(environment)
        post = parts.Post(environment, there.folder, there.url("letters"), there.url("letter-statuses"))
        troupe = Troupe(post, draw)
        try:
            _begin(troupe, vendor, first, last)
            redriven += _go_on(troupe, plan, there, lambda line, vendor=vendor: say(f"{vendor}: {line}"))  # type: ignore[misc]
        finally:
            troupe.stop()
        kills += troupe.kills
    _sweep_a_day_later(post)
    return kills, redriven


def _begin(troupe: Troupe, vendor: VendorKind, first: int, last: int) -> None:
    for share in range(_ASKERS):
        troupe.start(f"asker-{share}", first, last, _ASKERS, share)
    printing = ("function-0", "function-1", "postman") if vendor is VendorKind.FUNCTION else ("outside",)
    for name in ("sweeper", "taker-0", "taker-1", *printing):
        troupe.start(name)


def _go_on(troupe: Troupe, plan: Plan, there: Cloud, say: Say) -> int:
    """Kill until all that was asked for is where it belongs. Raises `DidNotEnd`. Return how much was redriven."""
    redriven, last_asked, looked = 0, None, time.monotonic()
    least, fell = math.inf, looked
    while True:
        # Rarer, the longer it lasts: on a slow machine too there is an end.
        overdue = time.monotonic() - last_asked if last_asked else 0
        time.sleep(troupe.draw.uniform(0, 2 * plan.every) * (1 + overdue / 20))
        troupe.kill_one()
        now = time.monotonic()
        if now - looked < _LOOK:
            continue
        looked = now
        if wrong := troupe.ended():
            raise DidNotEnd(f"ended by themselves: {', '.join(wrong)}")
        waiting = {queue: there.waiting(queue) for queue in QUEUES}
        answered = sum(len(path.read_text().split()) for path in there.folder.glob("answered-*"))
        say(f"{answered} answered, {troupe.kills.total()} kills, waiting: {waiting}")
        if troupe.asking():
            continue
        redriven += there.redrive()
        last_asked = last_asked or now
        if sum(waiting.values()) < least:
            least, fell = sum(waiting.values()), now
        if not any(waiting.values()) and there.is_at_rest():
            return redriven
        if now - fell > _STUCK_AFTER:
            raise DidNotEnd(f"for {_STUCK_AFTER:.0f} seconds no fewer wait: {waiting}")


def _hand_over_keys(path: Path) -> None:
    """Give a vendor outside keys of their own. From now on letters are sealed under these."""
    key = new_vendor_key(2048)
    path.write_text(json.dumps({"keys": [key]}))
    told = json.dumps(public_part(key))
    aws.client("secretsmanager").put_secret_value(SecretId=f"{aws.NAME}/letter-key", SecretString=told)


def _sweep_a_day_later(post: parts.Post) -> None:
    sweeping = _FORKS.Process(target=parts.become, args=("sweeper", parts.late_sweeper, post))
    sweeping.start()
    sweeping.join()
    if sweeping.exitcode:
        raise DidNotEnd("the sweeper of a day later failed")
