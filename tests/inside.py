"""What AWS in this process holds, taken hold of without asking it: every test begins with that, and each call costs."""

import pickle
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from moto.backends import get_backend

from local import aws
from provisioning.tables import TABLES

# ruff: noqa: ANN401 - moto's own types


def table(name: str) -> Any:
    return get_backend("dynamodb")[aws.ACCOUNT][aws.REGION].tables[f"{aws.NAME}-{name}"]


def letters() -> Any:
    """Return the queue of letters."""
    return queue("letters")


def queue(name: str) -> Any:
    queues = get_backend("sqs")[aws.ACCOUNT][aws.REGION].queues.values()
    return next(one for one in queues if one.name == f"{aws.NAME}-{name}")


def kept(*tables: str) -> Mapping[str, bytes]:
    """Return what is in tables, to be put back."""
    return {name: pickle.dumps(table(name).items) for name in tables}


def put_back(tables: Mapping[str, bytes]) -> None:
    for name, items in tables.items():
        table(name).items = pickle.loads(items)  # noqa: S301 - our own, made a moment ago


def empty() -> None:
    """Forget everything, with the letters that are on their way."""
    for name in TABLES:
        table(name).items = defaultdict(dict)
    letters()._messages = []
    for name in ("checks", "deaths"):
        queue(name)._messages = []
