"""The release of an answer to a provider (invariant 1): made at that moment, from what holds then.

    decided → the mandate is read once more → the session is remembered → the use is written down → the answer leaves

Each step may be taken again with the same result, so a failure of any of them leads on: the browser still has its
handle, or the artifact is not spent.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.catalogue.model import Connection, Service
from chalicelib.errors import Conflict, LoginOver, Unavailable
from chalicelib.login.answer import Answer
from chalicelib.login.decision import Failed
from chalicelib.login.levels import Level
from chalicelib.login.logins import Login, LoginState
from chalicelib.login.ports import LoginPorts
from chalicelib.login.question import Question
from chalicelib.login.shared import Told
from chalicelib.mandates.living.using import note_refused_use, note_use
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.register.hiding import number_in
from chalicelib.mandates.rules.deciding import Denial, may_act
from chalicelib.observe import Metric, count, log, note_failure
from chalicelib.people.actor import Citizen, Provider
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import PersonId


@dataclass(frozen=True, slots=True)
class Named:
    """What a provider is told of who signed in."""

    answer: Answer
    mandate: Mandate | None = None
    """Of whoever is represented."""


Outcome = Named | Failed
_LOGGED_OUT = Failed.of(
    "failed",
    "logged out since",
    received="a sign-in that has ended",
    expected="one that goes on until the answer leaves",
)


@dataclass(frozen=True, slots=True)
class Made:
    """An answer that is ready to leave."""

    message: Any
    connection: Connection
    settled: bool
    """Whether this is how it ends: after an outage who asks again may have another answer."""


def release(
    ports: LoginPorts, login: Login, now: datetime, late: Failed | None = None, *, sent_at: datetime | None = None
) -> Made:
    """Make the answer that tells how a login ended, and remember what a provider is told."""
    question, service = question_of(login), service_of(ports, login)
    writer = ports.answers.writer(question, service, sent_at, now)
    outcome = _told(ports, login, late or _outcome(ports, login, service, now), writer.connection, service, now)
    message = writer.write(outcome if isinstance(outcome, Failed) else outcome.answer)
    _write_down(question, login, outcome)
    settled = not isinstance(outcome, Failed) or outcome.failure != "unavailable"
    return Made(message, writer.connection, settled)


def question_of(login: Login) -> Question:
    """Return the provider's question of a login. Raises `LoginOver` for a login to our own site."""
    if login.question is None:
        raise over(login)
    return login.question


def over(login: Login | None) -> LoginOver:
    """Say that a login does not go on, and how it stands."""
    stands = "a sign-in that we do not know"
    if login is not None:
        stands = f"{login.state}, good until {login.expires_at:%Y-%m-%dT%H:%M:%SZ}"
    return LoginOver("login_over", received=stands, expected="a sign-in under way that waits for this step")


def too_low(reached: Level, needed: int) -> Failed:
    return Failed.of("level_too_low", "level of assurance", received=int(reached), expected=needed)


def acting(ports: LoginPorts, login: Login) -> Bsn:
    """Return who signed in. Raises `LoginOver` when that is not said yet."""
    if login.bsn is None:
        raise over(login)
    return Bsn(ports.vault.open(login.bsn, login.sealing_context))


def person_of(ports: LoginPorts, login: Login) -> PersonId:
    return ports.person(acting(ports, login))


def service_of(ports: LoginPorts, login: Login) -> Service:
    return ports.catalogue.service(question_of(login).service_id)


def _write_down(question: Question, login: Login, outcome: Outcome) -> None:
    released, entity_id = isinstance(outcome, Named), question.entity_id
    log().info("provider_answered", entity_id=entity_id, login_id=login.login_id, released=released)
    count(Metric.ANSWER_RELEASED if released else Metric.ANSWER_REFUSED)
    if isinstance(outcome, Failed):
        note_failure(entity_id, login.login_id, outcome.failure, outcome.why)


def _told(
    ports: LoginPorts, login: Login, outcome: Outcome, connection: Connection, service: Service, now: datetime
) -> Outcome:
    """Remember the session and the use before the answer leaves: nobody is told of whom nothing is remembered."""
    if isinstance(outcome, Failed):
        return outcome
    answer, mandate = outcome.answer, outcome.mandate
    told = Told(answer.session, connection.entity_id, connection.name, login.login_id)
    try:
        ports.federation.tell(told, answer.acting, answer.level, login.shared, now, fresh=not login.reused)
    except Conflict:
        return _LOGGED_OUT
    if mandate is not None:
        by, where = Citizen(mandate.representative, login.reached), Provider(service.provider)
        note_use(mandate, login.login_id, by=by, where=where, store=ports.mandates, now=now)
    return outcome


def _outcome(ports: LoginPorts, login: Login, service: Service, now: datetime) -> Outcome:
    """Return what is told. When the register cannot be asked, nobody is named, and the provider hears that."""
    try:
        outcome = _decided(ports, login, service, now)
    except Unavailable as error:
        log().error("release_failed", dependency=error.dependency, login_id=login.login_id)
        dependency = error.dependency
        return Failed.of("unavailable", f"{dependency} does not answer", received="", expected="an answer in time")
    if isinstance(outcome, Failed) and login.decision is not None and login.decision.case_id is not None:
        _note_refused(ports, login, login.decision.case_id, service, now)
    return outcome


def _decided(ports: LoginPorts, login: Login, service: Service, now: datetime) -> Outcome:
    decision = login.decision
    if decision is None:
        return Failed.of("failed", "not decided", received=login.state, expected=LoginState.DECIDED)
    if decision.failed is not None:
        return decision.failed
    level = Level(login.reached)
    if (overtaken := _overtaken(ports, login, service, level, now)) is not None:
        return overtaken
    if decision.case_id is None:
        return Named(Answer(acting(ports, login), None, level, service.service_id, login.session))
    mandate = may_act(
        decision.case_id,
        person_of(ports, login),
        service,
        login.reached,
        asked=login.level,
        mandates=ports.mandates,
        services=ports.catalogue,
        now=now,
    )
    if isinstance(mandate, Denial):
        expected = "an active mandate of who signed in, for this service, at its level and the one that was asked"
        return Failed.of("denied", mandate, received=decision.case_id, expected=expected)
    legal = number_in(mandate.case_id, mandate.represented_bsn, ports.vault)
    return Named(Answer(acting(ports, login), legal, level, service.service_id, login.session), mandate)


def _overtaken(ports: LoginPorts, login: Login, service: Service, level: Level, now: datetime) -> Failed | None:
    """Return the failure, if what was so when someone signed in is so no more."""
    alone = login.decision is not None and login.decision.case_id is None
    if not service.counts(now) or (alone and not service.digid):
        expected = "one that counts now, and is offered for whom one signs in"
        return Failed.of("denied", "the service has ended", received=service.service_id, expected=expected)
    if login.reused and (login.shared is None or ports.federation.shared(login.shared) is None):
        # In another window.
        return _LOGGED_OUT
    # From substantial on everyone signs in each time, also where that is asked since.
    sure = min(level, Level.LOW) if login.reused else level
    return None if sure >= (needed := service.level_at(now)) else too_low(sure, needed)


def _note_refused(ports: LoginPorts, login: Login, case_id: str, service: Service, now: datetime) -> None:
    """Let the represented person of the mandate that was chosen see that it was refused."""
    by, where = Citizen(person_of(ports, login), login.reached), Provider(service.provider)
    note_refused_use(case_id, login.login_id, by=by, where=where, store=ports.mandates, now=now)
