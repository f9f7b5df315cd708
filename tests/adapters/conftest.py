"""The real adapters on AWS's own DynamoDB beside the fakes: what passes may stand in for the others."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.letters.books import LetterBooks
from chalicelib.letters.limits import Limits
from chalicelib.mandates.register.askers import AskerBooks, AskerLimits
from chalicelib.mandates.register.counted import Tables
from chalicelib.mandates.register.mandates import DynamoMandates
from chalicelib.mandates.register.ports import MandateStore, Tries
from chalicelib.mandates.register.tries import DynamoTries
from chalicelib.storage.tables import AuditTable, LettersTable, RegisterTable, TransientTable
from local import aws
from tests import inside
from tests.adapters import dynamodb_local
from tests.builders import GENEROUS
from tests.fakes import SEALING, FakeMandates, FakeTries
from tests.lost import Repeating

PATIENT = AskerLimits(10_000, 10_000)

BOTH = ["moto", "dynamodb-local"]
"""Where what other tests rest on is compared: moto, on which the application is tested, does as DynamoDB does."""

REAL = ["moto" if dynamodb_local.missing() else "dynamodb-local"]
"""The strictest that there is here. It alone lets many act at a time: moto answers one after another."""

ANSWERS_LOST = "answers lost"
"""moto, where the answer to every write is lost once, so that the SDK sends it again."""


@pytest.fixture(scope="package")
def reference(cloud: None) -> Iterator[Any]:  # noqa: ARG001 - moto stands aside for an address of our own
    """Start DynamoDB Local once."""
    if reason := dynamodb_local.missing():
        pytest.skip(reason)
    with dynamodb_local.running() as client:
        client.meta.events.register("provide-client-params.dynamodb", _note_written)
        yield client


_WRITTEN: set[str] = set()
"""Tables of DynamoDB Local in which something may lie. To look into each before every test costs more than the test."""


def _note_written(params: dict[str, Any], model: Any, **_: object) -> None:
    if model.name.startswith(("Put", "Update", "Transact")):
        writes = [part for write in params.get("TransactItems", ()) for part in write.values()]
        _WRITTEN.update(part["TableName"] for part in (*writes, params) if "TableName" in part)
    elif model.name == "BatchWriteItem":
        _WRITTEN.update(params["RequestItems"])


def client_of(backend: str, request: pytest.FixtureRequest) -> Any:
    """Return a client of `moto` or `dynamodb-local`, whose tables are empty."""
    if backend == "dynamodb-local":
        client = request.getfixturevalue("reference")
        for table in [*_WRITTEN]:
            _empty(client, table)
        _WRITTEN.clear()
    else:
        request.getfixturevalue("cloud")
        client = aws.client("dynamodb")
        inside.empty()
    return Repeating(client) if backend == ANSWERS_LOST else client


@pytest.fixture(params=REAL)
def dynamodb(request: pytest.FixtureRequest) -> Any:
    return client_of(request.param, request)


@pytest.fixture
def tables(dynamodb: Any) -> Tables:
    return tables_of(dynamodb)


@pytest.fixture(params=["fake", *REAL, ANSWERS_LOST])
def store(request: pytest.FixtureRequest) -> MandateStore:
    return store_of(request.param, request, GENEROUS)


def store_of(
    backend: str, request: pytest.FixtureRequest, limits: Limits, askers: AskerLimits = PATIENT
) -> MandateStore:
    """Return a register that is empty, on a backend, with limits of letters and of asking."""
    if backend == "fake":
        return FakeMandates(limits, askers)
    client = client_of(backend, request)
    return DynamoMandates(tables_of(client), SEALING, books_of(client, limits), askers_of(client, askers))


@pytest.fixture
def books(dynamodb: Any) -> LetterBooks:
    return books_of(dynamodb, GENEROUS)


def books_of(client: Any, limits: Limits) -> LetterBooks:
    return LetterBooks(TransientTable(client, f"{aws.NAME}-transient"), limits)


@pytest.fixture(params=["fake", *REAL])
def tries(request: pytest.FixtureRequest) -> Tries:
    if request.param == "fake":
        return FakeTries()
    return DynamoTries(TransientTable(client_of(request.param, request), f"{aws.NAME}-transient"))


def tables_of(client: Any) -> Tables:
    return Tables(
        RegisterTable(client, f"{aws.NAME}-register"),
        LettersTable(client, f"{aws.NAME}-letters"),
        AuditTable(client, f"{aws.NAME}-audit"),
    )


def _empty(client: Any, name: str) -> None:
    items = client.scan(TableName=name)["Items"]
    gone = [{"DeleteRequest": {"Key": {key: item[key] for key in ("pk", "sk")}}} for item in items]
    for first in range(0, len(gone), _AT_ONCE):
        client.batch_write_item(RequestItems={name: gone[first : first + _AT_ONCE]})


_AT_ONCE = 25
"""As many writes as DynamoDB takes in a batch."""


def askers_of(client: Any, limits: AskerLimits = PATIENT) -> AskerBooks:
    return AskerBooks(TransientTable(client, f"{aws.NAME}-transient"), limits)
