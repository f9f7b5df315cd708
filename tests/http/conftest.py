"""The application with its real adapters on moto; the register of people and the clock are the tests' own."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import cast

import pytest
from chalice.test import Client

from chalicelib.catalogue.model import Connection, EntityId, ServiceId
from chalicelib.people.actor import Citizen
from chalicelib.people.bsn import Bsn
from chalicelib.wiring import Wiring
from tests.builders import (
    HENK,
    MINA,
    SERVICE_ID,
    VERA,
    a_mandate,
    a_period,
    a_person,
    a_request,
    a_service,
    an_opening,
    making,
)
from tests.fakes import Clock, FakeRegister
from tests.http.client import Person
from tests.http.federation import OIN, ONE, SERVICES, TWO
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


def _numbers() -> Iterator[Bsn]:
    """Yield fictitious citizen numbers that pass the 11-test."""
    for number in count(900500000):
        try:
            yield Bsn(str(number))
        except ValueError:
            continue


@pytest.fixture
def clients(wired: Wiring, clock: Clock, henk: Person) -> Callable[[int], dict[str, str]]:
    """Return what lets Henk act for so many people; returns their names by case."""

    def give(number: int) -> dict[str, str]:
        names, person = {}, wired.secrets.pseudonyms.person
        register = cast("FakeRegister", wired.people)
        for place, bsn in zip(range(number), _numbers(), strict=False):
            case_id = f"{place:032x}"
            name = f"Client {place:04} {'Jansen' if place % 3 else 'de Boer'}"
            register.people[bsn] = a_person(name=name)
            asked = a_request(
                case_id=case_id,
                letter_id=f"{case_id}0001",
                represented=person(bsn),
                requested_at=clock(),
                expires_at=clock() + timedelta(days=30),
            )
            sealed = {
                "represented_bsn": wired.vault.seal(bsn.digits, f"case:{case_id}"),
                "representative_bsn": wired.vault.seal(henk.bsn.digits, f"case:{case_id}"),
            }
            made = a_mandate(
                asked,
                representative=person(henk.bsn),
                service_id=ServiceId(SERVICE_ID),
                period=a_period(clock().date()),
                activated_at=clock(),
                **sealed,
            )
            wired.mandates.open_requests(an_opening(asked))
            wired.mandates.make(making(asked, made), Citizen(made.representative, 20))
            names[case_id] = name
        return names

    return give
