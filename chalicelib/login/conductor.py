"""The conductor of one sign-in: what follows what, from a provider's question, or our own, to where its answer leaves.

    question → known from before, or to be identified → identified → chosen, or nothing to choose → released

Every step is taken once (logins.py), and may be taken again as long as no answer left.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.catalogue.model import Service
from chalicelib.errors import Conflict, Explained, InvalidMessage, LoginOver, Unavailable
from chalicelib.login.browser import Browser, hashed
from chalicelib.login.decision import Decision, Failed
from chalicelib.login.identity import Brought, Identity, NotIdentified
from chalicelib.login.levels import Level
from chalicelib.login.logins import LOGIN_LIFE, Login, LoginState
from chalicelib.login.once import seen_before
from chalicelib.login.ports import LoginPorts
from chalicelib.login.question import Asked, Question, Wanted
from chalicelib.login.releasing import over, person_of, question_of, release, service_of, too_low
from chalicelib.login.shared import SharedLogin
from chalicelib.login.steps import Step, ToChoose, ToIdentify, ToProvider
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.rules.deciding import usable
from chalicelib.observe import Metric, count, log, note_failure, note_refusal
from chalicelib.paging import PER_PAGE, Page
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import PersonId
from chalicelib.storage.table import Item

_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Returned:
    """Someone is back from who identifies people."""

    login: Login
    subject: Bsn | None = None
    """Who it is, where that is said now."""
    failed: Failed | None = None
    """Why nobody signed in."""


def begin(ports: LoginPorts, asked: Asked, browser: Browser, now: datetime) -> Step:
    """Begin a sign-in that a provider asks for. Its question counts once: raises `InvalidMessage` when it did."""
    question, failed = asked.question, asked.failed
    login, handle = _new_login(ports, asked.level, "/", question, browser, now)
    once = ports.once("request", question.entity_id, question.request_id, now)
    known = None if failed or asked.fresh else _known(ports, question, asked.level, browser, now)
    try:
        if known is not None:
            recognised = _recognised(ports, login, known)
            if not (asked.silent and asks(ports, recognised, now)):
                return _straight(ports, recognised, handle, once, now)
        if failed is None and asked.silent:
            expected = "false, or a sign-in of before that leaves nothing to ask"
            failed = Failed.of("passive", "IsPassive, and somebody has to be asked", received="true", expected=expected)
        if failed is not None:
            decided = replace(login, state=LoginState.DECIDED, decision=Decision(failed=failed))
            return _straight(ports, decided, handle, once, now)
        return _sent(ports, login, handle, now, once)
    except Conflict:
        raise seen_before(question.request_id) from None


def begin_ours(ports: LoginPorts, level: Level, path: str, browser: Browser, now: datetime) -> ToIdentify:
    """Begin a sign-in to our own site, which goes on at a path of ours."""
    login, handle = _new_login(ports, level, path, None, browser, now)
    return _sent(ports, login, handle, now)


def take_back(ports: LoginPorts, login_id: str, brought: Brought, browser: Browser, now: datetime) -> Returned:
    """Take back who comes from being identified, in the browser that began; an answer that was read before leads on.

    A refused answer ends a login for a provider, which hears of it; a login to our own site stays as it was. Raises
    `InvalidMessage`, or `LoginOver`.
    """
    login = find(ports, login_id)
    if login is None:
        ports.identifies.check(brought)
        raise over(login)
    check_browser(login, browser, now)
    if login.state is not LoginState.SENT:
        return Returned(login)
    if login.expired(now):
        return Returned(login, failed=ran_out(login, now))
    try:
        identity = ports.identifies.read(brought, login, now)
    except NotIdentified as error:
        return Returned(login, failed=Failed.by(error.failure, error))
    except InvalidMessage as error:
        if login.question is None:
            raise
        note_refusal(error)
        return Returned(login, failed=Failed.by("failed", error))
    if identity.level < login.level:
        return Returned(login, failed=too_low(identity.level, login.level))
    return _identified(ports, login, identity, browser, now)


def lead_on(ports: LoginPorts, returned: Returned, browser: Browser, now: datetime) -> tuple[Step, str | None]:
    """Go on, for a provider, with who is back.

    Return the next step, and by what new value this browser shares the sign-in from now on, if it does.
    """
    if returned.failed is not None:
        return finish(ports, returned.login, Decision(failed=returned.failed), now), None
    step = go_on(ports, returned.login, now)
    return step, moved(ports, returned.login, browser, now)


def go_on(ports: LoginPorts, login: Login, now: datetime) -> Step:
    """Go on with a login of this browser: to the choice of a person, or to the provider."""
    if login.decision is not None:
        if login.expired(now):
            raise over(login)
        return _answered(ports, login, now)
    if login.expired(now):
        return finish(ports, login, Decision(failed=ran_out(login, now)), now)
    return ToChoose(login) if asks(ports, login, now) else finish(ports, login, Decision(), now)


def finish(ports: LoginPorts, login: Login, decision: Decision, now: datetime) -> ToProvider:
    """Decide a login, and go to the provider.

    Raises `LoginOver` for one that was decided otherwise before, or where the provider asked for somebody else.
    """
    unwanted = Wanted.SELF if decision.case_id is not None else Wanted.REPRESENTED
    if decision.failed is None and question_of(login).wanted is unwanted:
        raise over(login)
    return _answered(ports, _decided(ports, login, decision), now)


def moved(ports: LoginPorts, login: Login, browser: Browser, now: datetime) -> str | None:
    """Return by what new value the browser of someone who was just identified shares the sign-in, if it does."""
    domain = question_of(login).domain
    if domain is None or login.shared is None or login.reused:
        return None
    new = ports.new_id()
    ports.federation.move(browser.shared, new, person_of(ports, login), domain, login.shared, now)
    return new


def find(ports: LoginPorts, login_id: str) -> Login | None:
    return ports.logins.find(login_id) if _ID.fullmatch(login_id) else None


def own_login(ports: LoginPorts, login_id: str, browser: Browser, now: datetime) -> Login:
    """Return a login for a provider that this browser began, over or not. Raises `LoginOver`."""
    login = find(ports, login_id)
    if login is None:
        raise over(login)
    question_of(login)
    check_browser(login, browser, now)
    return login


def check_browser(login: Login, browser: Browser, now: datetime) -> None:
    """Raise `LoginOver` in a browser that did not begin this login, or lost its handle, or has its answer already."""
    if browser.began(login):
        return
    if login.question is not None and (login.state is LoginState.DECIDED or login.expired(now)):
        raise over(login)
    received, expected = "the handles of other sign-ins" if browser.handles else "", "the handle of this sign-in"
    if login.question is not None:
        reason = "came back without the cookie of this sign-in: nothing is answered"
        lost = Explained(reason, received=received, expected=expected)
        note_failure(login.question.entity_id, login.login_id, "cookies_off", lost)
    raise LoginOver("cookies_off", received=received, expected=expected)


def choices(
    ports: LoginPorts,
    login: Login,
    service: Service,
    now: datetime,
    place: str = "",
    limit: int | None = PER_PAGE,
    other: PersonId | None = None,
) -> Page[Mandate]:
    """Return a page of the mandates that can be used for this login now; of all, or of those that one `other` gave."""
    person = person_of(ports, login)
    selection = usable(person, service, login.reached, now, services=ports.catalogue, asked=login.level, other=other)
    return ports.mandates.held_page(person, place, limit, selection)


def asks(ports: LoginPorts, login: Login, now: datetime) -> bool:
    """Tell whether the person has something to choose."""
    wanted = question_of(login).wanted
    if wanted is not Wanted.EITHER:
        return wanted is Wanted.REPRESENTED
    return bool(choices(ports, login, service_of(ports, login), now, limit=1).rows)


def ran_out(login: Login, now: datetime) -> Failed:
    """Return the failure of a login that was not decided in time."""
    return Failed.of("failed", "took too long", received=now, expected=f"before {login.expires_at:%Y-%m-%dT%H:%M:%SZ}")


def _new_login(
    ports: LoginPorts, level: Level, path: str, question: Question | None, browser: Browser, now: datetime
) -> tuple[Login, str]:
    """Make a new login, not yet started, and the handle without which no browser goes on with it."""
    handle = ports.new_id()
    login = Login(
        login_id=ports.new_id(),
        browser=hashed(handle),
        digid_request=f"_{ports.new_id()}",
        level=level,
        expires_at=now + LOGIN_LIFE,
        session=ports.new_id(),
        path=path,
        question=question,
        replaces=browser.session,
    )
    return login, handle


def _sent(ports: LoginPorts, login: Login, handle: str, now: datetime, *once: Item) -> ToIdentify:
    departure = ports.identifies.depart(login, now)
    # Last: what failed before has changed nothing.
    ports.logins.start(login, *once)
    return ToIdentify(departure, handle)


def _known(ports: LoginPorts, question: Question, level: Level, browser: Browser, now: datetime) -> SharedLogin | None:
    """Return the earlier sign-in of this browser that counts here."""
    if browser.shared is None or question.domain is None:
        return None
    known = ports.federation.found(browser.shared, question.domain)
    return known if known is not None and known.serves(level, now) else None


def _recognised(ports: LoginPorts, login: Login, known: SharedLogin) -> Login:
    """Return a login, not yet started, of someone whose earlier sign-in at this domain counts: nobody is asked anew."""
    sealed = ports.vault.seal(known.bsn.digits, login.sealing_context)
    return replace(login, state=LoginState.IDENTIFIED, bsn=sealed, reached=known.level, reused=True, shared=known.key)


def _straight(ports: LoginPorts, login: Login, handle: str, once: Item, now: datetime) -> Step:
    """Start a login that needs nobody's word, and go on with it. After an outage the browser may try again."""
    ports.logins.start(login, once)
    try:
        step = go_on(ports, login, now)
    except Unavailable as error:
        log().error("release_failed", dependency=error.dependency, login_id=login.login_id)
        return ToChoose(login, handle)
    return replace(step, handle=handle) if isinstance(step, ToChoose) else step


def _identified(ports: LoginPorts, login: Login, identity: Identity, browser: Browser, now: datetime) -> Returned:
    """Write down who it is, together with the id of the statement that says so. Raises `LoginOver`."""
    sealed = ports.vault.seal(identity.subject.digits, login.sealing_context)
    once = ports.once("assertion", "digid", identity.statement, now)
    shared = _shared(ports, login, identity.subject, browser, now)
    try:
        identified = ports.logins.identify(login, sealed, identity.level, shared, once)
    except Conflict:
        known = find(ports, login.login_id)
        if known is not None and known.state is not LoginState.SENT:
            # The same browser brought an answer twice at once: it is led on as one that brings it again later.
            return Returned(known)
        received = "an answer that counted before, or a sign-in that is gone"
        raise LoginOver("login_over", received=received, expected="DigiD's answer, once") from None
    log().info("signed_in", level=int(identity.level), login_id=login.login_id)
    count(Metric.SIGNED_IN)
    return Returned(identified, identity.subject)


def _shared(ports: LoginPorts, login: Login, subject: Bsn, browser: Browser, now: datetime) -> str | None:
    if login.question is None or login.question.domain is None:
        return None
    person, new_key = ports.person(subject), ports.new_id()
    return ports.federation.key_for(browser.shared, login.question.domain, person, new_key, now)


def _decided(ports: LoginPorts, login: Login, decision: Decision) -> Login:
    """Write down how a login ends. The same again is the same; raises `LoginOver` for anything else."""
    try:
        return ports.logins.decide(login, decision)
    except Conflict:
        known = find(ports, login.login_id)
    if known is None or known.decision != decision:
        raise over(known)
    return known


def _answered(ports: LoginPorts, decided: Login, now: datetime) -> ToProvider:
    """Send the browser to the provider. As long as it keeps its handle, it may ask again."""
    question = question_of(decided)
    if (departure := ports.answers.referring(decided, question, now)) is not None:
        return ToProvider(departure, decided, settled=True)
    made = release(ports, decided, now)
    return ToProvider(ports.answers.carrying(made.message, question, made.connection), decided, settled=made.settled)
