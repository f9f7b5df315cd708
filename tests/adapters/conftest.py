"""The real adapters on moto, beside the fakes: whatever passes here may stand in for the other."""

import pytest

from chalicelib.dynamo import Table
from chalicelib.mandates.ports import MandateStore, Tries
from chalicelib.mandates.store import DynamoMandates
from chalicelib.mandates.tries import DynamoTries
from local import aws
from tests.fakes import FakeMandates, FakeTries, FakeVault


@pytest.fixture
def register(cloud: None) -> Table:  # noqa: ARG001 - a fixture that is only set up
    return _emptied("digid-machtigen-register")


@pytest.fixture
def transient(cloud: None) -> Table:  # noqa: ARG001
    return _emptied("digid-machtigen-transient")


@pytest.fixture(params=["fake", "moto"])
def store(request: pytest.FixtureRequest) -> MandateStore:
    if request.param == "fake":
        return FakeMandates()
    return DynamoMandates(request.getfixturevalue("register"), FakeVault())


@pytest.fixture(params=["fake", "moto"])
def tries(request: pytest.FixtureRequest) -> Tries:
    if request.param == "fake":
        return FakeTries()
    return DynamoTries(request.getfixturevalue("transient"))


def _emptied(name: str) -> Table:
    client = aws.client("dynamodb")
    for item in client.scan(TableName=name)["Items"]:
        client.delete_item(TableName=name, Key={"pk": item["pk"], "sk": item["sk"]})
    return Table(client, name)
