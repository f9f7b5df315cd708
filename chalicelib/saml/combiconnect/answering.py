"""Our answers to providers: written as messages, and taken there by the browser, or by an artifact in its stead."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from chalicelib.catalogue.model import Connection, Service
from chalicelib.login.answer import Answer
from chalicelib.login.decision import Failed
from chalicelib.login.logins import Login
from chalicelib.login.question import Question
from chalicelib.login.steps import Departure
from chalicelib.saml.combiconnect.artifacts import WaitingAnswer
from chalicelib.saml.combiconnect.ports import ProviderPorts
from chalicelib.saml.craft.queries import extended
from chalicelib.saml.craft.uris import ARTIFACT
from chalicelib.saml.messages.artifact_binding import new_artifact
from chalicelib.saml.messages.assertions import Addressee, Identities
from chalicelib.saml.messages.outgoing import Outgoing, posted
from chalicelib.saml.messages.responses import FAILURES, response


@dataclass(frozen=True, slots=True)
class ResponseWriter:
    """Writes a Response to one question. See `login/ports.py::AnswerWriter`."""

    connection: Connection
    to: Addressee
    identities: Identities
    now: datetime

    def write(self, outcome: Answer | Failed) -> Outgoing:
        told = FAILURES[outcome.failure] if isinstance(outcome, Failed) else outcome
        return response(told, self.to, self.identities, self.connection.profile, self.now)


@dataclass(frozen=True, slots=True)
class ProviderAnswers:
    """See `login/ports.py::Answers` for what each method promises."""

    ports: ProviderPorts

    def writer(self, question: Question, service: Service, sent_at: datetime | None, now: datetime) -> ResponseWriter:
        connection, _ = self.ports.partners.connected(question.entity_id, now)
        to = Addressee(
            entity_id=question.entity_id,
            location=question.location,
            request_id=question.request_id,
            recipient=self.ports.partners.recipient(connection, service.entity_id, now),
            sent_at=sent_at,
        )
        return ResponseWriter(connection, to, self.ports.ourselves.identities(now), now)

    def referring(self, login: Login, question: Question, now: datetime) -> Departure | None:
        if question.binding != ARTIFACT:
            return None
        artifact = new_artifact(self.ports.settings.combiconnect_entity_id, self.ports.pick)
        self.ports.artifacts.keep(artifact, WaitingAnswer(question.entity_id, login.login_id, now))
        relayed = {} if question.relay_state is None else {"RelayState": question.relay_state}
        return Departure(question.entity_id, extended(question.location, urlencode({"SAMLart": artifact, **relayed})))

    def carrying(self, message: Outgoing, question: Question, connection: Connection) -> Departure:
        return Departure(connection.name, question.location, posted("SAMLResponse", message, question.relay_state))
