"""Letters through a print vendor, by the number: through our function, and through the client of a vendor outside.

Counted is the processor time of the vendor's process for all that it does with a letter: it is opened, held to its
schema, claimed, set, put away and told. AWS is other processes: moto, and DynamoDB Local where the function claims. One
process has one core, so a thousand milliseconds are what a core does in a second.
"""

import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

import boto3
from chalice.app import SQSEvent

from bench.memory import used
from bench.timing import Comparison, compare
from bench.typesetting import letter_of, peers
from chalicelib.letters.contract.messages import SealedLetter
from chalicelib.letters.contract.objects import object_key
from chalicelib.letters.contract.states import LetterState, row_key
from chalicelib.letters.sealing import VendorSeal
from print_vendor.client import Client
from print_vendor.function import Vendor, printing
from print_vendor.opening import Keys, Opener
from print_vendor.outside import FolderShop, opened
from print_vendor.queues import Queues, client_of
from provisioning.keys import new_vendor_key, public_part

SCALE = {"function": (10, 100, 1_000, 10_000), "client": (10, 100, 1_000, 10_000)}
"""Ten thousand take a quarter of an hour each way, most of it in what stands for AWS."""
_BESIDE = 100
_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own in it
"""Where nobody waits for a disk: each letter is written through to it five times, which is no processor time."""

_AT_ONCE = 100

Step = tuple[int, float, float]
"""How many letters, processor milliseconds a letter, and the peak of memory in MB."""


class Way(Protocol):
    def feed(self, ids: Sequence[str], bodies: Sequence[str]) -> None:
        """Bring letters to where they are printed. Not counted."""
        ...

    def print(self, bodies: Sequence[str]) -> None: ...

    def clear(self, ids: Sequence[str]) -> None:
        """Take away what was printed, so that what stands for AWS stays as it was. Not counted."""
        ...


class ThroughFunction:
    """As Lambda starts it: with one message at a time."""

    def __init__(self, keys: str) -> None:
        name = os.environ["VENDOR_KEYS"]
        boto3.client("secretsmanager").put_secret_value(SecretId=name, SecretString=keys)
        self._rows, self._s3 = boto3.client("dynamodb"), boto3.client("s3")
        self._vendor = Vendor.of(os.environ, lambda: datetime.now(UTC), time.sleep)

    def feed(self, ids: Sequence[str], bodies: Sequence[str]) -> None:  # noqa: ARG002 - they come with the event
        until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
        for letter_id in ids:
            pk, sk = row_key(letter_id)
            row = {"pk": pk, "sk": sk, "state": LetterState.QUEUED.value, "useful_until": until}
            item = {name: {"S": value} for name, value in row.items()}
            self._rows.put_item(TableName=os.environ["LETTERS_TABLE"], Item=item)

    def print(self, bodies: Sequence[str]) -> None:
        for body in bodies:
            printing(SQSEvent({"Records": [{"body": body, "receiptHandle": "x"}]}, None), self._vendor)

    def clear(self, ids: Sequence[str]) -> None:
        keys = [object_key(letter_id, kind) for letter_id in ids for kind in ("pdf", "json")]
        told = {"Objects": [{"Key": key} for key in keys]}
        if len(self._s3.delete_objects(Bucket=os.environ["LETTER_BUCKET"], Delete=told)["Deleted"]) != len(keys):
            raise AssertionError("not each letter lies in the bucket")


class ThroughClient:
    """As `python -m print_vendor` does, with queues, folder and journal."""

    def __init__(self, keys: str, folder: Path, stack: ExitStack) -> None:
        self._sqs, self._url, self._folder = boto3.client("sqs"), os.environ["LETTER_QUEUE"], folder
        self._statuses = self._sqs.create_queue(QueueName="bench-statuses")["QueueUrl"]
        journal = stack.enter_context(opened(folder))
        queues, shop = Queues(client_of(self._url), self._url, self._statuses), FolderShop(folder, journal)
        never = threading.Event().is_set
        self._client = Client(queues, Opener(Keys(lambda: keys)), shop, journal, lambda: datetime.now(UTC), never)

    def feed(self, ids: Sequence[str], bodies: Sequence[str]) -> None:  # noqa: ARG002 - a message names its letter
        for some in (bodies[start : start + 10] for start in range(0, len(bodies), 10)):
            entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(some)]
            self._sqs.send_message_batch(QueueUrl=self._url, Entries=entries)

    def print(self, bodies: Sequence[str]) -> None:
        if (tally := self._client.round(len(bodies), wait=False)).printed != len(bodies):
            raise AssertionError(f"of {len(bodies)} letters {tally.printed} were printed")

    def clear(self, ids: Sequence[str]) -> None:
        lists = list(self._folder.glob("*/manifest.json"))
        if sum(json.loads(path.read_text())["count"] for path in lists) != len(ids):
            raise AssertionError("the lists are not of all letters")
        for path in lists:
            shutil.rmtree(path.parent)
        # As who takes what is told does: what stands for SQS gets slower with each message that lies there.
        told = partial(self._sqs.receive_message, QueueUrl=self._statuses, MaxNumberOfMessages=10)
        while found := told().get("Messages"):
            entries = [{"Id": one["MessageId"], "ReceiptHandle": one["ReceiptHandle"]} for one in found]
            self._sqs.delete_message_batch(QueueUrl=self._statuses, Entries=entries)


def run(name: str, scale: Sequence[int]) -> list[Step]:
    """Print so many letters one way, each another one, and the first before all."""
    key, numbers = new_vendor_key(2048), itertools.count(1)
    seal, keys = VendorSeal(partial(public_part, key)), json.dumps({"keys": [key]})
    with (
        tempfile.TemporaryDirectory(prefix="bench-", dir=_MEMORY if _MEMORY.exists() else None) as folder,
        ExitStack() as stack,
    ):
        way: Way = ThroughFunction(keys) if name == "function" else ThroughClient(keys, Path(folder), stack)
        _through(way, seal, numbers, 1)
        return [(many, _through(way, seal, numbers, many), used()[0]) for many in scale]


def _through(way: Way, seal: VendorSeal, numbers: Iterator[int], many: int) -> float:
    """Return the milliseconds a letter."""
    spent = 0.0
    for start in range(0, many, _AT_ONCE):
        letters = [letter_of(number) for number in itertools.islice(numbers, min(_AT_ONCE, many - start))]
        ids, before = [one.letter_id for one in letters], datetime.now(UTC) + timedelta(days=1)
        sealed = [seal.seal(one.to_json(), one.letter_id) for one in letters]
        bodies = [SealedLetter(one, body, before).to_json() for one, body in zip(ids, sealed, strict=True)]
        way.feed(ids, bodies)
        began = time.process_time()
        way.print(bodies)
        spent += time.process_time() - began
        way.clear(ids)
    return spent * 1000 / many


@contextmanager
def around(name: str, most: int) -> Iterator[dict[str, str]]:
    """Start what stands for AWS; yield the environment in which a process finds it."""
    from bench import cloud  # noqa: PLC0415 - it brings moto, whose memory is not the vendor's
    from local.stack import Stack, settings  # noqa: PLC0415
    from tests.adapters import dynamodb_local  # noqa: PLC0415

    with ExitStack() as stack:
        # moto copies its table for each transaction: it does for a few.
        real = name == "function" and most > _BESIDE
        database = stack.enter_context(dynamodb_local.running()) if real else None
        stack.enter_context(cloud.served())
        found = {"AWS_ENDPOINT_URL_DYNAMODB": database.meta.endpoint_url} if database else {}
        # The name by which DynamoDB Local keeps tables apart.
        mine = {**found, "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
        yield {**os.environ, **settings(Stack(1)).environment, **cloud.QUIET, **mine}


def told(name: str, scale: Sequence[int]) -> list[Step]:
    with around(name, max(scale)) as environment:
        return inside(name, scale, environment)


def inside(name: str, scale: Sequence[int], environment: Mapping[str, str]) -> list[Step]:
    """Measure in a process of its own."""
    command = [sys.executable, "-m", "bench.printing", "--inside", name, *map(str, scale)]
    said = subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE).stdout
    return [(int(many), each, peak) for many, each, peak in json.loads(said.splitlines()[-1])]


def measurements() -> Iterator[Comparison]:
    from tests.adapters import dynamodb_local  # noqa: PLC0415

    ways = {}
    for name, scale in SCALE.items():
        if name == "function" and (reason := dynamodb_local.missing()):
            print(f"{reason}: letters through the function are left out.")
            continue
        ways[name] = steps = told(name, scale)
        yield from by_the_number(name, steps)
    for peer, _, theirs in peers():
        for name, steps in ways.items():
            many, each, _ = steps[-1]
            setting = compare("", theirs, "", theirs, rounds=10, clock=time.process_time).theirs
            yield Comparison(
                f"a letter through the {name}, of {many:,}", f"{peer}, setting alone", each, setting, [each / setting]
            )


def by_the_number(name: str, steps: Sequence[Step]) -> Iterator[Comparison]:
    """Compare each number with a hundred, of which each is to take as long, and the peak of memory with the first."""
    few, *_, many = [one for one in steps if one[0] >= _BESIDE]
    rates = [1000 / each for _, each, _ in (many, few)]
    for step in steps:
        rate = 1000 / step[1]
        yield Comparison(
            f"letters through the {name} a second and core, of {step[0]:,}",
            f"of {few[0]:,}",
            rate,
            rates[1],
            [rate / rates[1]],
            target=1.2 if step is many else None,
            unit="a second",
            least=0.83 if step is many else 0,
        )
    first = steps[0]
    peak = f"peak memory after {many[0]:,} letters through the {name}"
    yield Comparison(peak, f"after {first[0]}", many[2], first[2], [many[2] / first[2]], target=1.1, unit="MB")


MEASUREMENTS = (measurements,)

if __name__ == "__main__":
    is_inside = "--inside" in sys.argv
    way_name, *numbers_of = [one for one in sys.argv[1:] if one != "--inside"]
    print(json.dumps((run if is_inside else told)(way_name, [int(count) for count in numbers_of])))
