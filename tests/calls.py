"""Which calls to AWS are made, and of which tables: what somebody who measures time could tell apart."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chalicelib.wiring import Wiring

_SERVICES = ("dynamodb", "sqs", "kms", "secretsmanager", "lambda")

Call = tuple[str, tuple[str, ...]]
"""The name of an operation, and the tables of which it reads or writes items, each as often as it does."""


@contextmanager
def made(wired: Wiring) -> Iterator[list[Call]]:
    """Collect the calls that are made meanwhile, in order."""
    calls: list[Call] = []

    def note(params: dict[str, Any], model: Any, **_: object) -> None:  # noqa: ANN401 - botocore's own
        writes = [part for write in params.get("TransactItems", ()) for part in write.values()]
        tables = [part["TableName"] for part in (*writes, params) if "TableName" in part]
        calls.append((model.name, tuple(sorted(tables)) or (params.get("QueueUrl", ""),)))

    clients = [wired.client(service) for service in _SERVICES]
    for client in clients:
        client.meta.events.register("before-parameter-build", note)
    try:
        yield calls
    finally:
        for client in clients:
            client.meta.events.unregister("before-parameter-build", note)
