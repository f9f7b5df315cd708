"""A desk at which somebody asks for another, and the checks of it are made; on fakes, or whatever it is given."""

import random
from dataclasses import replace
from datetime import datetime

from chalicelib.catalogue.model import Service, ServiceId
from chalicelib.errors import NotFound
from chalicelib.mandates.for_another.admitting import Admitter
from chalicelib.mandates.for_another.asking import Plea, ask_for
from chalicelib.mandates.for_another.checking import Checker
from chalicelib.mandates.for_another.looking_up import LookUps
from chalicelib.mandates.model.cases import CaseId, VisitId
from chalicelib.mandates.model.requests import Request
from chalicelib.mandates.register.checks import Check
from chalicelib.mandates.register.ports import MandateStore, Tries
from chalicelib.mandates.register.tries import look_up_limits
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.people.bsn import Bsn
from tests.builders import HENK, NOW, SECRETS, VERA, VERA_BORN, a_period, a_person, a_service, signed_in
from tests.fakes import FakeMandates, FakeRegister, FakeSender, FakeTries

VISIT = VisitId("a5" * 15 + "00")
LOOK_UPS = look_up_limits(3, 5)


def a_visit(number: int) -> VisitId:
    return VisitId(f"{number:030x}00")


def a_plea(**changes: object) -> Plea:
    """Henk, signed in, asks for Vera."""
    facts: dict[str, object] = {
        "visit_id": VISIT,
        "by": signed_in(HENK),
        "bsn": HENK,
        "represented": VERA,
        "born": VERA_BORN,
        "wanted": (WantedService(a_service(), a_period()),),
        "address": "192.0.2.7",
    }
    return Plea(**{**facts, **changes})  # type: ignore[arg-type]


class FakeServices:
    def __init__(self) -> None:
        self.known: dict[str, Service] = {}

    def service(self, service_id: str) -> Service:
        if service_id not in self.known:
            raise NotFound("service")
        return self.known[service_id]


class Desk:
    """`checks` holds what was asked to be checked, by id, as far as it was sent."""

    def __init__(
        self, store: MandateStore | None = None, tries: Tries | None = None, guard: Tries | None = None
    ) -> None:
        self.store = store or FakeMandates()
        self.tries, self.guard = tries or FakeTries(), guard or FakeTries(LOOK_UPS)
        self.people = FakeRegister(
            {
                VERA: a_person(),
                HENK: a_person(name="Henk Helper", addressee="H. Helper", address=("Kade 1", "4321 BA  Elders")),
            }
        )
        self.services, self.letters, self.checks = FakeServices(), FakeSender(), FakeSender()

    def ask(self, plea: Plea, now: datetime = NOW) -> tuple[CaseId, ...]:
        for one in plea.wanted:
            self.services.known[one.service.service_id] = one.service
        return ask_for(
            plea,
            store=self.store,
            people=self.people,
            tries=self.tries,
            checks=self.checks,
            secrets=SECRETS,
            now=now,
        )

    def check(self, plea: Plea, now: datetime = NOW) -> None:
        """Make the check of what was asked."""
        self.checker.check(check_of(plea), now)

    @property
    def checker(self) -> Checker:
        look_ups = LookUps(self.people, self.guard, SECRETS)
        pick = random.Random(7).randrange
        site = "machtigen.example.nl"
        admitter = Admitter(self.store, self.tries, self.letters, SECRETS, pick, site)
        return Checker(self.store, look_ups, self.services, admitter)

    def requests(self, person: Bsn = VERA) -> list[Request]:
        return sorted(self.store.requests(SECRETS.pseudonyms.person(person)), key=lambda one: one.case_id)


def check_of(plea: Plea) -> Check:
    pseudonyms = SECRETS.pseudonyms
    represented, claim = pseudonyms.person(plea.represented), pseudonyms.claim(plea.represented, plea.born)
    return Check(plea.visit_id, represented, plea.visit_id, claim)


def some_services(number: int, **changes: object) -> list[Service]:
    return [replace(a_service(**changes), service_id=ServiceId(f"service {one}")) for one in range(number)]


def wanting(*services: Service) -> tuple[WantedService, ...]:
    return tuple(WantedService(one, a_period()) for one in services)
