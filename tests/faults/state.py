"""What AWS holds: kept and put back between runs, and read with all that differs from run to run taken out."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moto.backends import get_backend

from chalicelib.storage.table import untyped
from local import aws
from provisioning.tables import TABLES
from tests import inside

LASTING = ("register", "letters", "audit")
"""Tables that hold what people agreed on; the others hold sessions, and what operators registered."""

Item = Mapping[str, Any]
Held = Mapping[str, list[Item]]
"""Items by table."""

_MADE_UP = re.compile(r"[0-9a-f]{12,}|\d{4}-\d\d-\d\d(?:T[0-9:.+]+)?|_[0-9a-f]{8,}")
_ITSELF = (
    *("sealed", "correlation_id", "represented_bsn", "representative_bsn", "requester_bsn", "digest", "ttl"),
    "requested_at",
)
"""Fields whose value says nothing that another field does not."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    tables: Mapping[str, bytes]
    queued: Mapping[str, Sequence[str]]
    """Bodies of messages, by queue."""


QUEUES = ("checks", "letters")


def keep() -> Snapshot:
    return Snapshot(inside.kept(*TABLES), {queue: queued(queue) for queue in QUEUES})


def put_back(snapshot: Snapshot, changed: Collection[str]) -> None:
    """Make the tables that were changed, the queues and the bucket as they were; the bucket is emptied."""
    inside.put_back({name: items for name, items in snapshot.tables.items() if f"{aws.NAME}-{name}" in changed})
    for queue, bodies in snapshot.queued.items():
        take_queued(queue)
        for body in bodies:
            aws.client("sqs").send_message(QueueUrl=_queue_url(queue), MessageBody=body)
    bucket = get_backend("s3")[aws.ACCOUNT]["aws"].buckets[aws.BUCKET]
    if not bucket.keys:
        return
    s3 = aws.client("s3")
    for entry in s3.list_objects_v2(Bucket=aws.BUCKET).get("Contents", []):
        s3.delete_object(Bucket=aws.BUCKET, Key=entry["Key"])


def queued(queue: str = "letters") -> list[str]:
    """Return the bodies of messages that wait in a queue."""
    return [message.body for message in inside.queue(queue)._messages]


def take_queued(queue: str = "letters") -> list[str]:
    """Return the bodies of messages that wait, and take them from the queue."""
    bodies = queued(queue)
    inside.queue(queue)._messages = []
    return bodies


def printed() -> list[str]:
    """Return the keys of what lies in the bucket, once for each time that it was put there."""
    return [entry["Key"] for entry in aws.client("s3").list_objects_v2(Bucket=aws.BUCKET).get("Contents", [])]


def held(*tables: str) -> Held:
    return {
        name: [untyped(item.to_json()["Attributes"]) for item in inside.table(name).all_items()]
        for name in tables or TABLES
    }


def lasting() -> Counter[str]:
    """Return the rows that matter to people, without what is made up anew in each run.

    Where a letter is on its way is left out: it goes on by itself.
    """
    rows = held(*LASTING)
    seen = Counter(_masked(name, item) for name in ("register", "audit") for item in rows[name])
    seen.update(f"letters {item['sk']}" for item in rows["letters"] if item["sk"] in ("LETTER", "CHECK", "NOTICE"))
    return seen


def outbox() -> list[Item]:
    """Return what says that a letter or check is still to be sent, or holds its contents."""
    return [row for row in held("letters")["letters"] if row["pk"].startswith("OUTBOX") or "sealed" in row]


def overdue(now: datetime) -> bool:
    """Whether something is to be sent that was to be sent no earlier."""
    return any(row["pk"].startswith("AWAITED") and row["sk"] < now.isoformat() for row in held("letters")["letters"])


def counters() -> dict[str, int]:
    """Return how often codes were tried, by whom and for whom."""
    return {item["pk"]: item["n"] for item in held("transient")["transient"] if item["sk"] == "TRIES"}


def _masked(table: str, item: Item) -> str:
    told = {
        name: value
        for name, value in item.items()
        if not (name in _ITSELF or name.startswith("writer") or isinstance(value, bytes))
    }
    return f"{table} {_MADE_UP.sub('*', str(sorted(told.items())))}"


def _queue_url(queue: str) -> str:
    return str(aws.client("sqs").get_queue_url(QueueName=f"{aws.NAME}-{queue}")["QueueUrl"])
