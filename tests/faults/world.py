"""The world in which the flows run: people at browsers, two providers of one domain, a function that starts anew."""

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from chalice.config import Config
from chalice.local import RouteMatcher
from chalice.test import Client, HTTPResponse, TestHTTPClient
from lxml import etree

from chalicelib.catalogue.model import Connection, EntityId, ServiceId
from chalicelib.storage.patience import Patience
from chalicelib.wiring import Wiring
from local import aws
from local.digid.direct import DirectDigid
from local.papers import papers
from provisioning.keys import new_key_pair
from tests.builders import HENK, MINA, VERA, a_service
from tests.fakes import Clock
from tests.faults import state
from tests.faults.striking import Striker, striking
from tests.http.client import Person, digid
from tests.http.setting import ROOT, wire
from tests.process import app, current, use
from tests.saml.provider import FakeProvider, certificate_in, verify, written

ONE, TWO = (FakeProvider(new_key_pair(name), f"https://{name}.example/metadata") for name in ("taxes", "parking"))
"""Providers that share a domain: who is signed in at one is signed in at the other."""

SERVICES = {
    provider.entity_id: f"7{place}111111-1111-4111-8111-111111111111" for place, provider in ((1, ONE), (2, TWO))
}


@dataclass(frozen=True, slots=True)
class Moment:
    """Everything at one moment, so that runs can start from it."""

    aws: state.Snapshot
    cookies: Mapping[str, Mapping[str, str]]
    facts: Mapping[str, Any]
    now: datetime


Route = tuple[str, str]
"""Method, and path as it is registered."""


class Noting(TestHTTPClient):
    """Sends requests, and notes the method and route of each."""

    def __init__(self, config: Config) -> None:
        super().__init__(app, config)
        self.visited: set[Route] = set()
        self._routes = RouteMatcher(list(app.routes))

    def request(self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"") -> HTTPResponse:
        self.visited.add((method, self._routes.match_route(path).route))
        return super().request(method, path, headers, body)


class NotingClient(Client):
    @cached_property
    def http(self) -> Noting:
        return Noting(self._chalice_config)


@dataclass(slots=True)
class World:
    client: NotingClient
    striker: Striker
    clock: Clock
    people: Mapping[str, Person]
    register: Any
    certificate: str
    digid: DirectDigid
    facts: dict[str, Any] = field(default_factory=dict)
    """What people and providers know: addresses, forms, codes."""
    at: Moment | None = None
    """To which moment it went back last."""

    @property
    def vera(self) -> Person:
        return self.people["vera"]

    @property
    def henk(self) -> Person:
        return self.people["henk"]

    @property
    def mina(self) -> Person:
        return self.people["mina"]

    def moment(self) -> Moment:
        cookies = {name: dict(person.cookies) for name, person in self.people.items()}
        return Moment(state.keep(), cookies, dict(self.facts), self.clock.now)

    def back_to(self, moment: Moment) -> None:
        """Go back, with a function that has just started: nothing it has read is kept."""
        changed = self.striker.changed if moment is self.at else {f"{aws.NAME}-{name}" for name in moment.aws.tables}
        state.put_back(moment.aws, changed)
        self.at, self.striker.changed = moment, set()
        for name, person in self.people.items():
            person.cookies, person.last = dict(moment.cookies[name]), None
        self.facts, self.clock.now = dict(moment.facts), moment.now
        self.start_function()

    def start_function(self) -> None:
        """Start the function anew: what one has read and kept, the next has not."""
        made = Wiring(current().settings, self.clock)
        made.papers = papers(made)
        made.people, made.stopwatch = self.register, self.striker.watch
        made.patience = Patience(2.0, self.striker.watch, self.striker.wait)
        use(made)
        current().back_channel = self.digid

    def answer_in(self, message: str) -> etree._Element:
        """Return the answer in a form, verified as ours."""
        root = etree.fromstring(base64.b64decode(message))
        verify(root, self.certificate)
        return root

    def stamped(self) -> str:
        return written(self.clock.now)


@contextmanager
def a_world() -> Iterator[World]:
    """Make the world. AWS is to be in this process already."""
    clock = Clock(datetime.now(UTC))
    wired = wire(clock)
    for provider in (ONE, TWO):
        _connect(wired, provider)
    client = NotingClient(app, project_dir=str(ROOT))
    with striking() as striker:
        people = {name: Person(client, bsn) for name, bsn in (("vera", VERA), ("henk", HENK), ("mina", MINA))}
        certificate = certificate_in(client.http.get("/saml/metadata").body)
        yield World(client, striker, clock, people, wired.people, certificate, digid())


def _connect(wired: Wiring, provider: FakeProvider) -> None:
    organisation = "00000009999999990001"
    known = Connection(
        EntityId(provider.entity_id), "Gemeente", provider.metadata(), organisation=organisation, sso_domain="voorbeeld"
    )
    wired.catalogue.put_connection(known)
    service_id = ServiceId(SERVICES[provider.entity_id])
    wired.catalogue.put_service(a_service(service_id=service_id, entity_id=EntityId(provider.entity_id)))
