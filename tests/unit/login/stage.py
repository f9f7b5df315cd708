"""A sign-in on fakes: who identifies people is no DigiD and speaks no SAML, and answers are values to look at."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any, cast

from chalicelib.catalogue.model import Connection, EntityId, Service
from chalicelib.errors import InvalidMessage, NotFound, Unavailable
from chalicelib.login.answer import Answer
from chalicelib.login.browser import Browser
from chalicelib.login.conductor import begin, take_back
from chalicelib.login.decision import Failed
from chalicelib.login.identity import Brought, Identity, NotIdentified
from chalicelib.login.levels import Level
from chalicelib.login.logins import Login, Logins
from chalicelib.login.once import remembering
from chalicelib.login.ports import AnswerWriter
from chalicelib.login.question import Asked, Question, Wanted
from chalicelib.login.shared import Federation
from chalicelib.login.steps import Departure, ToIdentify, ToProvider
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import PersonId
from chalicelib.storage.table import Item
from chalicelib.storage.tables import TransientTable
from tests.builders import (
    HENK,
    NOW,
    SECRETS,
    SERVICE_ID,
    VERA,
    a_mandate,
    a_request,
    a_service,
    an_opening,
    making,
    signed_in,
)
from tests.fakes import FakeMandates, FakeTable, FakeVault

LATER = timedelta(minutes=1)
PROVIDER = EntityId("https://ominous.example/metadata")


def a_login(**changes: object) -> Login:
    facts: dict[str, object] = {
        "login_id": "10" * 16,
        "browser": "of another browser",
        "digid_request": "_1",
        "level": 20,
        "expires_at": NOW + timedelta(minutes=10),
        "session": "session name",
    }
    return Login(**{**facts, **changes})  # type: ignore[arg-type]


def asking(**changes: object) -> Asked:
    """Return a provider's question; `wanted`, `domain` and `request_id` are of what is kept of it."""
    question: dict[str, Any] = {
        "entity_id": PROVIDER,
        "request_id": "_asked",
        "location": "https://ominous.example/acs",
        "binding": "in a form",
        "relay_state": None,
        "service_id": SERVICE_ID,
        "wanted": Wanted.SELF,
        **{name: changes.pop(name) for name in ("wanted", "domain", "request_id") if name in changes},
    }
    facts: dict[str, Any] = {"level": Level.LOW, "fresh": False, "silent": False, "failed": None, **changes}
    return Asked(Question(**question), **facts)


class Doorman:
    """Knows people by a word that they bring along: an identity provider of another kind."""

    def __init__(self) -> None:
        self.words: dict[str, Identity | NotIdentified | Exception] = {}
        self.before: Callable[[], None] = lambda: None
        """What happens elsewhere while it looks somebody up."""

    def depart(self, login: Login, now: datetime) -> Departure:
        del now
        return Departure("the doorman", f"door:{login.login_id}")

    def check(self, brought: Brought) -> None:
        if "word" not in brought.query:
            raise InvalidMessage("no word", received="", expected="a word")

    def read(self, brought: Brought, login: Login, now: datetime) -> Identity:
        del login, now
        self.check(brought)
        self.before()
        told = self.words[brought.query["word"][0]]
        if isinstance(told, Exception):
            raise told
        return told


@dataclass
class _Writer:
    connection: Connection

    def write(self, outcome: Answer | Failed) -> Answer | Failed:
        return outcome


@dataclass
class Answering:
    """Hands the outcome over as it is; `connected` says whether the provider still is."""

    connected: bool = True
    by_reference: bool = False

    def writer(self, question: Question, service: Service, sent_at: datetime | None, now: datetime) -> AnswerWriter:
        del service, sent_at, now
        if not self.connected:
            raise NotFound("connection")
        return _Writer(Connection(EntityId(question.entity_id), "Gemeente Ominous", b""))

    def referring(self, login: Login, question: Question, now: datetime) -> Departure | None:
        del now
        return Departure(question.entity_id, f"{question.location}?{login.login_id}") if self.by_reference else None

    def carrying(self, message: Any, question: Question, connection: Connection) -> Departure:  # noqa: ANN401 - its writer's
        return Departure(connection.name, question.location, {"answer": message})


class Register(FakeMandates):
    """Can be out of reach."""

    down = False

    def mandate(self, case_id: str) -> Mandate | None:
        if self.down:
            raise Unavailable("dynamodb")
        return super().mandate(case_id)


@dataclass
class _Services:
    known: dict[str, Service]
    down: bool = False

    def service(self, service_id: str) -> Service:
        if self.down:
            raise Unavailable("dynamodb")
        return self.known[service_id]


@dataclass
class Stage:
    """The ports of a sign-in."""

    table: TransientTable = field(default_factory=lambda: cast("TransientTable", FakeTable()))
    vault: FakeVault = field(default_factory=FakeVault)
    mandates: Register = field(default_factory=Register)
    identifies: Doorman = field(default_factory=Doorman)
    answers: Answering = field(default_factory=Answering)
    catalogue: _Services = field(default_factory=lambda: _Services({SERVICE_ID: a_service()}))

    def __post_init__(self) -> None:
        self.logins, self.federation = Logins(self.table), Federation(self.table, self.vault)
        numbers = count(1)
        self.new_id: Callable[[], str] = lambda: f"{next(numbers):032x}"

    def person(self, subject: Bsn) -> PersonId:
        return SECRETS.pseudonyms.person(subject)

    def once(self, kind: str, sender: str, message_id: str, now: datetime) -> Item:
        return remembering(self.table, kind, sender, message_id, now)

    def knows(self, word: str, subject: Bsn, level: Level = Level.LOW, statement: str = "statement") -> None:
        self.identifies.words[word] = Identity(subject, level, statement)


def bringing(word: str) -> Brought:
    return Brought({"word": [word]}, {})


def holding(handle: str, shared: str | None = None) -> Browser:
    return Browser((handle,), shared)


def mandated(stage: Stage, level: int = 20) -> Mandate:
    asked = a_request(represented=stage.person(VERA))
    sealed = stage.vault.seal(VERA.digits, f"case:{asked.case_id}")
    made = a_mandate(
        asked,
        representative=stage.person(HENK),
        represented_bsn=sealed,
        level=level,
        activated_at=NOW + timedelta(seconds=1),
    )
    stage.mandates.open_requests(an_opening(asked))
    stage.mandates.make(making(asked, made), signed_in(HENK))
    return made


def back(
    stage: Stage,
    before: Browser = Browser(),  # noqa: B008 - frozen
    *,
    statement: str = "statement",
    **question: object,
) -> tuple[Login, Browser]:
    """Begin, and come back identified as Henk."""
    step = begin(stage, asking(**question), before, NOW)
    assert isinstance(step, ToIdentify)
    browser = holding(step.handle, before.shared)
    login_id = step.departure.address.removeprefix("door:")
    identity = stage.identifies.words["henk"]
    assert isinstance(identity, Identity)
    stage.identifies.words["henk"] = replace(identity, statement=statement)
    return take_back(stage, login_id, bringing("henk"), browser, NOW + LATER).login, browser


def told_by(step: object) -> Answer | Failed:
    assert isinstance(step, ToProvider)
    assert step.departure.fields is not None
    told: Answer | Failed = step.departure.fields["answer"]  # type: ignore[assignment]
    return told
