"""The application with its real adapters on moto; the register of people and the clock are the tests' own."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from chalice.test import Client

from chalicelib.people.bsn import Bsn
from chalicelib.wiring import Wiring
from tests.builders import HENK, MINA, VERA
from tests.fakes import Clock
from tests.http.client import Person
from tests.http.setting import ROOT, wire
from tests.process import app


@pytest.fixture
def wired(cloud: None) -> Wiring:  # noqa: ARG001 - only set up
    return wire(Clock(datetime.now(UTC)))


@pytest.fixture
def clock(wired: Wiring) -> Clock:
    assert isinstance(wired.clock, Clock)
    return wired.clock


@pytest.fixture
def client(wired: Wiring) -> Iterator[Client]:  # noqa: ARG001 - only set up
    with Client(app, project_dir=str(ROOT)) as made:
        yield made


@pytest.fixture
def someone(client: Client) -> Callable[[Bsn], Person]:
    return lambda bsn: Person(client, bsn)


@pytest.fixture
def vera(client: Client) -> Person:
    return Person(client, VERA)


@pytest.fixture
def henk(client: Client) -> Person:
    return Person(client, HENK)


@pytest.fixture
def mina(client: Client) -> Person:
    return Person(client, MINA)
