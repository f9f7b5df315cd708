"""The application with its real adapters on moto; the register of people and the clock are the tests' own."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from chalice.test import Client

from app import app
from chalicelib import wiring
from chalicelib.catalogue.model import Connection, EntityId
from chalicelib.people.brp import read_person
from chalicelib.people.bsn import Bsn
from local import aws
from local.digid.messages import metadata
from local.persons import haal_centraal, persons
from local.stack import Stack, settings
from tests.builders import HENK, MINA, PORTAL_ID, VERA, a_service
from tests.fakes import Clock, FakeRegister
from tests.http.client import BASE, DIGID, DIGID_KEYS, Person
from tests.saml.provider import ENTITY_ID, FakeProvider

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def wired(cloud: None) -> wiring.Wiring:  # noqa: ARG001 - only set up
    _empty_tables()
    made = wiring.Wiring(replace(settings(Stack(1)), base_url=BASE), Clock(datetime.now(UTC)))
    made.people = FakeRegister({Bsn(bsn): read_person(haal_centraal(person)) for bsn, person in persons().items()})
    next_year = made.clock() + timedelta(days=365)
    made.catalogue.put_identity_provider(metadata(f"{DIGID}/metadata", f"{DIGID}/sso", DIGID_KEYS, next_year))
    made.catalogue.put_connection(Connection(EntityId(ENTITY_ID), "Gemeente Ominous", FakeProvider().metadata()))
    made.catalogue.put_service(a_service(entity_id=EntityId(ENTITY_ID), behind=(PORTAL_ID,)))
    portal = a_service(service_id=PORTAL_ID, index=3, entity_id=EntityId(ENTITY_ID), name={"nl": "Alles", "en": "All"})
    made.catalogue.put_service(portal)
    wiring.use(made)
    return made


@pytest.fixture
def clock(wired: wiring.Wiring) -> Clock:
    assert isinstance(wired.clock, Clock)
    return wired.clock


@pytest.fixture
def client(wired: wiring.Wiring) -> Iterator[Client]:  # noqa: ARG001 - only set up
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


def _empty_tables() -> None:
    dynamodb = aws.client("dynamodb")
    for table in ("register", "transient", "catalogue"):
        name = f"digid-machtigen-{table}"
        for item in dynamodb.scan(TableName=name)["Items"]:
            dynamodb.delete_item(TableName=name, Key={"pk": item["pk"], "sk": item["sk"]})
