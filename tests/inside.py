"""What AWS in this process holds, taken hold of without asking it: every test begins with that, and each call costs."""

import pickle
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from moto.backends import get_backend

from local import aws
from provisioning.tables import TABLES

# ruff: noqa: ANN401 - moto's own types

QUEUES = ("letters", "checks", "deaths", "letter-statuses")


def table(name: str) -> Any:
    return get_backend("dynamodb")[aws.ACCOUNT][aws.REGION].tables[f"{aws.NAME}-{name}"]


def queue(name: str) -> Any:
    queues = get_backend("sqs")[aws.ACCOUNT][aws.REGION].queues.values()
    return next(one for one in queues if one.name == f"{aws.NAME}-{name}")


def kept(*tables: str) -> Mapping[str, bytes]:
    """Return what is in tables, to be put back."""
    return {name: pickle.dumps(table(name).items) for name in tables}


def put_back(tables: Mapping[str, bytes]) -> None:
    for name, items in tables.items():
        table(name).items = pickle.loads(items)  # noqa: S301 - our own, made a moment ago


def everything() -> bytes:
    """Return all that people left, to be put back: what is in the tables, in the queues and in the bucket."""
    tables = {name: table(name).items for name in TABLES}
    return pickle.dumps((tables, {name: queue(name)._messages for name in QUEUES}, dict(_bucket())))


def put_all_back(held: bytes) -> None:
    empty()
    tables, queues, printed = pickle.loads(held)  # noqa: S301 - our own, made a moment ago
    for name, items in tables.items():
        table(name).items = items
    for name, messages in queues.items():
        queue(name)._messages = messages
    for name, versions in printed.items():
        _bucket().setlist(name, versions)


def empty() -> None:
    """Forget everything, with the letters that are on their way, and those that were printed."""
    for name in TABLES:
        table(name).items = defaultdict(dict)
    for name in QUEUES:
        queue(name)._messages = []
    for name in list(_bucket()):
        _bucket().pop(name)


def _bucket() -> Any:
    """Return moto's objects, lists of versions by key."""
    return get_backend("s3")[aws.ACCOUNT]["aws"].buckets[aws.BUCKET].keys
