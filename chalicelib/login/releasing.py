"""The release of an answer to a provider (invariant 1): made at that moment, from what holds then.

    decided → the mandate is read once more → the session is remembered → the use is written down → the answer leaves

Each step may be taken again with the same result, so a failure of any of them leads on: the browser still has its
handle, or the artifact is not spent.
"""

import base64
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from lxml import etree

from chalicelib.catalogue.model import Connection, Service
from chalicelib.errors import Conflict, Unavailable
from chalicelib.login.artifacts import Waiting, new_artifact
from chalicelib.login.browsers import giving_up
from chalicelib.login.identifying import post_page
from chalicelib.login.logins import Decision, Failed, Login, LoginState
from chalicelib.login.ports import SamlPorts
from chalicelib.login.shared import Told
from chalicelib.login.under_way import acting, decide, find, person_of, required, service_of
from chalicelib.mandates.deciding import Denial, may_act
from chalicelib.mandates.model import Mandate
from chalicelib.mandates.using import note_refusal, note_use
from chalicelib.observe import Metric, count, log, note_failure
from chalicelib.people.bsn import Bsn
from chalicelib.saml.craft.queries import extended
from chalicelib.saml.craft.times import written
from chalicelib.saml.craft.uris import ARTIFACT
from chalicelib.saml.messages.answers import FAILURES, octets, response
from chalicelib.saml.messages.assertions import Addressee, Released
from chalicelib.saml.messages.levels import Level
from chalicelib.web.visit import Reply, Visit, redirect


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a provider is told of who signed in."""

    released: Released
    mandate: Mandate | None = None
    """Of whoever is represented."""


Outcome = SignedIn | Failed
_LOGGED_OUT = Failed.of(
    "failed",
    "logged out since",
    received="a sign-in that has ended",
    expected="one that goes on until the answer leaves",
)


@dataclass(frozen=True, slots=True)
class Made:
    """A Response that is ready to leave."""

    message: etree._Element
    settled: bool
    """Whether this is how it ends: after an outage who asks again may have another answer."""


def finish(ports: SamlPorts, login: Login, decision: Decision, visit: Visit) -> Reply:
    """Decide a login, and send the browser to the provider with the answer or a reference to it.

    Raises `SignInOver` for one that was decided otherwise before.
    """
    return answer(ports, decide(ports, login, decision), visit)


def answer(ports: SamlPorts, decided: Login, visit: Visit) -> Reply:
    """Send the browser to the provider. With the answer it gives up its handle; as long as it has that, it may ask."""
    sign_on = required(decided)
    if sign_on.binding == ARTIFACT:
        artifact = new_artifact(ports.adapters.settings.combiconnect_entity_id, ports.adapters.pick)
        ports.artifacts.keep(artifact, Waiting(sign_on.entity_id, decided.login_id, visit.now))
        relay = {"RelayState": sign_on.relay_state} if sign_on.relay_state is not None else {}
        address = extended(sign_on.location, urlencode({"SAMLart": artifact, **relay}))
        return redirect(address, *giving_up(decided, visit))
    name = ports.adapters.catalogue.connection(sign_on.entity_id).name
    made = _release(ports, decided, visit)
    fields = {"SAMLResponse": base64.b64encode(octets(made.message)).decode()}
    over = giving_up(decided, visit) if made.settled else ()
    return post_page(visit, name, sign_on.location, fields, sign_on.relay_state, cookies=over)


def redeem(ports: SamlPorts, waiting: Waiting, visit: Visit) -> Made | None:
    """Make the Response that an artifact stands for, from what holds now. None for a login that has been forgotten."""
    login = find(ports, waiting.login_id)
    if login is None:
        return None
    late = None
    if waiting.late(visit.now):
        expected = f"before {written(waiting.ends_at)}"
        late = Failed.of("too_late", "the artifact was resolved too late", received=visit.now, expected=expected)
    return _release(ports, login, visit, late, sent_at=waiting.sent_at)


def _release(
    ports: SamlPorts, login: Login, visit: Visit, late: Failed | None = None, *, sent_at: datetime | None = None
) -> Made:
    """Make the Response that tells how a login ended, and remember what a provider is told."""
    sign_on = required(login)
    connection, _ = ports.connected(sign_on.entity_id, visit.now)
    service, identities = service_of(ports, login), ports.identities(visit.now)
    to = Addressee(
        entity_id=sign_on.entity_id,
        location=sign_on.location,
        request_id=sign_on.request_id,
        recipient=ports.recipient(connection, service.entity_id, visit.now),
        sent_at=sent_at,
    )
    outcome = _told(ports, login, late or _outcome(ports, login, service, visit), connection, service, visit)
    told = FAILURES[outcome.failure] if isinstance(outcome, Failed) else outcome.released
    message = response(told, to, identities, connection.profile, visit.now)
    _write_down(login, outcome)
    return Made(message, settled=not isinstance(outcome, Failed) or outcome.failure != "unavailable")


def _write_down(login: Login, outcome: Outcome) -> None:
    released, entity_id = isinstance(outcome, SignedIn), required(login).entity_id
    log().info("provider_answered", entity_id=entity_id, login_id=login.login_id, released=released)
    count(Metric.ANSWER_RELEASED if released else Metric.ANSWER_REFUSED)
    if isinstance(outcome, Failed):
        note_failure(entity_id, login.login_id, outcome.failure, outcome.why)


def _told(
    ports: SamlPorts, login: Login, outcome: Outcome, connection: Connection, service: Service, visit: Visit
) -> Outcome:
    """Remember the session and the use before the answer leaves: nobody is told of whom nothing is remembered."""
    if isinstance(outcome, Failed):
        return outcome
    released, mandate = outcome.released, outcome.mandate
    told = Told(released.session, connection.entity_id, connection.name, login.login_id)
    try:
        ports.federation.tell(told, released.acting, released.level, login.shared, visit.now, fresh=not login.reused)
    except Conflict:
        return _LOGGED_OUT
    if mandate is not None:
        store, level = ports.adapters.mandates, login.reached
        note_use(mandate, login.login_id, provider=service.provider, level=level, store=store, now=visit.now)
    return outcome


def _outcome(ports: SamlPorts, login: Login, service: Service, visit: Visit) -> Outcome:
    """Return what is told. When the register cannot be asked, nobody is named, and the provider hears that."""
    try:
        outcome = _decided(ports, login, service, visit)
    except Unavailable as error:
        log().error("release_failed", dependency=error.dependency, login_id=login.login_id)
        dependency = error.dependency
        return Failed.of("unavailable", f"{dependency} does not answer", received="", expected="an answer in time")
    if isinstance(outcome, Failed) and login.decision is not None and login.decision.case_id is not None:
        _note_refused(ports, login, login.decision.case_id, service, visit)
    return outcome


def _decided(ports: SamlPorts, login: Login, service: Service, visit: Visit) -> Outcome:
    decision = login.decision
    if decision is None:
        return Failed.of("failed", "not decided", received=login.state, expected=LoginState.DECIDED)
    if decision.failed is not None:
        return decision.failed
    level = Level(login.reached)
    if (overtaken := _overtaken(ports, login, service, level, visit.now)) is not None:
        return overtaken
    if decision.case_id is None:
        return SignedIn(Released(acting(ports, login), None, level, service.service_id, login.session))
    mandate = may_act(
        decision.case_id,
        person_of(ports, login),
        service,
        login.reached,
        mandates=ports.adapters.mandates,
        now=visit.now,
    )
    if isinstance(mandate, Denial):
        expected = "an active mandate of who signed in, for this service and at its level"
        return Failed.of("denied", mandate, received=decision.case_id, expected=expected)
    legal = Bsn(ports.adapters.vault.open(mandate.represented_bsn, f"case:{mandate.case_id}"))
    return SignedIn(Released(acting(ports, login), legal, level, service.service_id, login.session), mandate)


def _overtaken(ports: SamlPorts, login: Login, service: Service, level: Level, now: datetime) -> Failed | None:
    """Return the failure, if what was so when someone signed in is so no more."""
    if not service.counts(now):
        return Failed.of("denied", "the service has ended", received=service.service_id, expected="one that counts now")
    if login.reused and (login.shared is None or ports.federation.shared(login.shared) is None):
        # In another window.
        return _LOGGED_OUT
    if level >= (needed := service.level_at(now)):
        return None
    return Failed.of("level_too_low", "level of assurance", received=str(int(level)), expected=str(needed))


def _note_refused(ports: SamlPorts, login: Login, case_id: str, service: Service, visit: Visit) -> None:
    """Let the represented person of the mandate that was chosen see that it was refused."""
    note_refusal(
        case_id,
        person_of(ports, login),
        login.login_id,
        provider=service.provider,
        level=login.reached,
        store=ports.adapters.mandates,
        now=visit.now,
    )
