"""What a sign-in works with. Both SAML roles are ports here: who identifies people, and who is answered."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from chalicelib.catalogue.model import Connection, Service
from chalicelib.login.answer import Answer
from chalicelib.login.decision import Failed
from chalicelib.login.identity import Brought, Identity
from chalicelib.login.logins import Login, Logins
from chalicelib.login.question import Question
from chalicelib.login.shared import Federation
from chalicelib.login.steps import Departure
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import PersonId
from chalicelib.people.vault import Vault
from chalicelib.storage.table import Item


class Identifies(Protocol):
    """Who identifies a subject: DigiD, or another identity provider."""

    def depart(self, login: Login, now: datetime) -> Departure:
        """Return where the browser goes to sign in, freshly and at least at the level of the login."""
        ...

    def check(self, brought: Brought) -> None:
        """Raise `InvalidMessage` for what no identity provider answers."""
        ...

    def read(self, brought: Brought, login: Login, now: datetime) -> Identity:
        """Read the answer to a login, whatever level was reached. Raises `NotIdentified` or `InvalidMessage`."""
        ...


class AnswerWriter(Protocol):
    """Writes the answer to one question. All that could be missing for it is there."""

    @property
    def connection(self) -> Connection: ...

    def write(self, outcome: Answer | Failed) -> Any:  # noqa: ANN401 - only who asked for the writer looks inside
        ...


class Answers(Protocol):
    """The role towards providers."""

    def writer(self, question: Question, service: Service, sent_at: datetime | None, now: datetime) -> AnswerWriter:
        """Return what writes an answer. Raises `NotOpen` for a provider that is not connected any more."""
        ...

    def referring(self, login: Login, question: Question, now: datetime) -> Departure | None:
        """Return where the browser goes with a reference, if that is how the provider is answered."""
        ...

    def carrying(self, message: Any, question: Question, connection: Connection) -> Departure:  # noqa: ANN401 - a writer's
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
