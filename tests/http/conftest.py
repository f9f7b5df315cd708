"""The application with its real adapters on moto; the register of people and the clock are the tests' own."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from chalice.test import Client

from chalicelib.catalogue.model import Connection, EntityId, ServiceId
from chalicelib.days import today
from chalicelib.people.bsn import Bsn
from chalicelib.wiring import Wiring
from tests.builders import HENK, MINA, VERA, a_service
from tests.fakes import Clock
from tests.http.client import Person
from tests.http.clientele import some_clients
from tests.http.federation import OIN, ONE, SERVICES, TWO
from tests.http.setting import ROOT, wire
from tests.process import app


@pytest.fixture
def wired(cloud: None) -> Wiring:  # noqa: ARG001 - only set up
    return wire(Clock(_far_from_midnight(datetime.now(UTC))))


def _far_from_midnight(now: datetime) -> datetime:
    """Return a moment with two hours left of its day: what tests ask for today is not to be past as they move on."""
    later = now + timedelta(hours=2)
    return now if today(now) == today(later) else later


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


@pytest.fixture
def domain(wired: Wiring) -> Callable[..., None]:
    """Return what connects both providers; by default they are of one organisation and share one domain."""

    def connect(level: int = 20, organisation: str = OIN, sso_domain: str | None = "voorbeeld") -> None:
        for provider, owner, shared in ((ONE, OIN, "voorbeeld"), (TWO, organisation, sso_domain)):
            known = Connection(
                EntityId(provider.entity_id), "Gemeente", provider.metadata(), organisation=owner, sso_domain=shared
            )
            wired.catalogue.put_connection(known)
            service_id = ServiceId(SERVICES[provider.entity_id])
            wired.catalogue.put_service(
                a_service(service_id=service_id, entity_id=EntityId(provider.entity_id), level=level)
            )

    connect()
    return connect


@pytest.fixture
def clients(wired: Wiring, henk: Person) -> Callable[[int], dict[str, str]]:
    """Return what lets Henk act for so many people; returns their names by case."""
    return lambda number: some_clients(wired, henk.bsn, number)
