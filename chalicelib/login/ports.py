"""What a sign-in works with. Both SAML roles are ports here: who identifies people, and who is answered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from chalicelib.catalogue.model import Connection, Service
from chalicelib.errors import Explained
from chalicelib.login.levels import Level
from chalicelib.login.logins import Failed, Login, Logins, SignOn
from chalicelib.login.shared import Federation
from chalicelib.login.steps import Departure
from chalicelib.mandates.ports import MandateStore
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import PersonId
from chalicelib.people.vault import Vault
from chalicelib.quoting import Quotable
from chalicelib.storage.table import Item


@dataclass(frozen=True, slots=True)
class Brought:
    """What a browser brings back from who identifies people, not yet read."""

    query: Mapping[str, Sequence[str]] = field(repr=False)
    form: Mapping[str, Sequence[str]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signed in, at which level, and the id of the statement that says so: it counts once."""

    subject: Bsn
    level: Level
    statement: str


class NotIdentified(Explained):
    """It is said, and proven, that nobody signed in as we asked. `failure` is as in `logins.Failed`."""

    def __init__(self, failure: str, reason: str, *, received: Quotable, expected: Quotable) -> None:
        super().__init__(reason, received=received, expected=expected)
        self.failure = failure


class Identifies(Protocol):
    """Who identifies a subject: DigiD, or another identity provider."""

    def depart(self, login: Login, now: datetime) -> Departure:
        """Return where the browser goes to sign in, freshly and at least at the level of the login."""
        ...

    def check(self, brought: Brought) -> None:
        """Raise `InvalidMessage` for what no identity provider answers."""
        ...

    def read(self, brought: Brought, login: Login, now: datetime) -> Identity:
        """Read the answer to a login. Raises `NotIdentified` or `InvalidMessage`."""
        ...


@dataclass(frozen=True, slots=True)
class Released:
    """Who signed in, and for whom. `legal` is None for someone who acts for themself."""

    acting: Bsn
    legal: Bsn | None
    level: Level
    service_uuid: str
    session: str
    """By which name the provider knows it."""


class Writer(Protocol):
    """Writes the answer to one question. All that could be missing for it is there."""

    @property
    def connection(self) -> Connection: ...

    def write(self, outcome: Released | Failed) -> Any:  # noqa: ANN401 - only who asked for the writer looks inside
        ...


class Answers(Protocol):
    """The role towards providers."""

    def writer(self, asked: SignOn, service: Service, sent_at: datetime | None, now: datetime) -> Writer:
        """Return what writes an answer. Raises `NotOpen` for a provider that is not connected any more."""
        ...

    def referring(self, login: Login, asked: SignOn, now: datetime) -> Departure | None:
        """Return where the browser goes with a reference, if that is how the provider is answered."""
        ...

    def carrying(self, message: Any, asked: SignOn, connection: Connection) -> Departure:  # noqa: ANN401 - a writer's
        """Return where the browser goes with the answer itself."""
        ...


class Catalogue(Protocol):
    def service(self, service_id: str) -> Service: ...


class LoginPorts(Protocol):
    @property
    def logins(self) -> Logins: ...

    @property
    def federation(self) -> Federation: ...

    @property
    def catalogue(self) -> Catalogue: ...

    @property
    def mandates(self) -> MandateStore: ...

    @property
    def vault(self) -> Vault: ...

    @property
    def identifies(self) -> Identifies: ...

    @property
    def answers(self) -> Answers: ...

    @property
    def new_id(self) -> Callable[[], str]: ...

    def person(self, subject: Bsn) -> PersonId: ...

    def once(self, kind: str, sender: str, message_id: str, now: datetime) -> Item:
        """Return the write that remembers an id, for a transaction."""
        ...
