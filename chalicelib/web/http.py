"""Routes: the one place where a request is let in, and errors become pages (security.md section 3).

A room declares its routes where its views are; the roof gives them what they need when it registers them.
"""

import functools
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from chalice.app import Blueprint, Request, Response

from chalicelib.budget import of_function, within
from chalicelib.changes import nothing_changed
from chalicelib.errors import InvalidMessage, Refused, Unavailable
from chalicelib.observe import log
from chalicelib.settings import Settings
from chalicelib.web.failures import PLAINEST, REFUSALS, Words, failure_page, sign_in_page
from chalicelib.web.sessions import Sessions, Visitor
from chalicelib.web.visit import (
    LANGUAGE_COOKIE,
    READABLE,
    SESSION_COOKIE,
    VISITOR_COOKIE,
    Cookie,
    Reply,
    Visit,
    read_visit,
)

Ports = TypeVar("Ports")
View = Callable[..., Reply]
"""Takes its room's ports, a `Visit`, and what its path names (all text); may raise what `web/failures.py` knows."""

_MOST_KEPT, _LONGEST_PATH = 10_000, 250
"""Characters of a form that is kept, with its names, and of its address; far more than any page of ours has."""

Failing = Callable[[Visit | None, Exception], Reply]
"""How a route answers when it fails."""


class Caller(StrEnum):
    """Who may call a route. Every route says so."""

    ANYONE = "anyone"
    SIGNED_IN = "signed in"
    VISITOR = "visitor"
    """Anybody, in the same way whether signed in or not: no session is looked for. A cookie of the browser's own takes
    its place, so that forms come from our pages in that browser only."""
    ALIKE = "alike"
    """Everybody gets the same. No session is looked for: it comes, and costs the same, whatever is down."""
    PARTNER = "partner"
    """A SAML endpoint: the message itself is signed, which takes the place of session and CSRF token. No session is
    looked for."""


class SessionOver(Exception):
    """Nobody is signed in, or not any more."""


class Frame(Protocol):
    """What every request needs before a view is asked."""

    @property
    def settings(self) -> Settings: ...

    @property
    def sessions(self) -> Sessions: ...

    @property
    def clock(self) -> Callable[[], datetime]: ...

    @property
    def new_id(self) -> Callable[[], str]: ...

    @property
    def stopwatch(self) -> Callable[[], float]:
        """By which time-outs are counted, in seconds."""
        ...


@dataclass(frozen=True, slots=True)
class Route:
    path: str
    methods: tuple[str, ...]
    caller: Caller
    content_types: tuple[str, ...]
    failing: Failing
    view: View


class Routes(Generic[Ports]):
    """The routes of a room, declared; `blueprint` registers them for the ports with which their views work."""

    def __init__(self, name: str, refusals: Mapping[str, Words] | None = None) -> None:
        """`refusals` are what pages of this room say, besides what any page may, when a use case refuses."""
        self._name, self.declared = name, list[Route]()
        self._failing: Failing = functools.partial(failure_page, refusals={**REFUSALS, **(refusals or {})})

    def get(self, path: str, caller: Caller) -> Callable[[View], View]:
        """Declare a page. HEAD asks for it without its body, but never delivers a message: that is for GET alone."""
        methods = ("GET",) if caller is Caller.PARTNER else ("GET", "HEAD")
        return self._declare(path, methods, caller, ("application/json",), self._failing)

    def post(
        self, path: str, caller: Caller, *content_types: str, failing: Failing | None = None
    ) -> Callable[[View], View]:
        types = content_types or ("application/x-www-form-urlencoded",)
        return self._declare(path, ("POST",), caller, types, failing or self._failing)

    def blueprint(self, frame: Frame, ports: Ports) -> Blueprint:
        made = Blueprint(self._name)
        for route in self.declared:
            register = made.route(
                route.path,
                methods=list(route.methods),
                content_types=list(route.content_types),
                name=route.view.__name__,
            )
            register(_handler(made, route, frame, ports))
        return made

    def _declare(
        self, path: str, methods: tuple[str, ...], caller: Caller, content_types: tuple[str, ...], failing: Failing
    ) -> Callable[[View], View]:
        def declare(view: View) -> View:
            self.declared.append(Route(path, methods, caller, content_types, failing, view))
            return view

        return declare


def _handler(blueprint: Blueprint, route: Route, frame: Frame, ports: Ports) -> Callable[..., Response]:
    @functools.wraps(route.view)
    def handle(**parameters: Any) -> Response:  # noqa: ANN401 - path parameters, all text
        request = blueprint.current_request
        with within(of_function(request.lambda_context, clock=frame.stopwatch)):
            return _handle(request, route, frame, functools.partial(route.view, ports, **parameters))

    return handle


def _handle(request: Request, route: Route, frame: Frame, view: Callable[[Visit], Reply]) -> Response:
    visit = None
    nothing_changed()
    try:
        visit = read_visit(request, frame.clock(), frame.settings.root)
        _check_form(visit, route.caller)
        visit = _known(visit, route.caller, frame)
        _admit(visit, route.caller, frame.settings.origin)
        reply = _remembered(view(visit), visit)
    except Exception as error:  # noqa: BLE001 - the one table of errors decides; nothing may leave as a traceback
        reply = _told(visit, error, route.failing, frame)
    if visit is not None and not reply.cacheable and (visit.asked("lang") or visit.switches_language):
        chosen = Cookie(LANGUAGE_COOKIE, visit.language, max_age=31536000)
        reply = replace(reply, cookies=(*reply.cookies, chosen))
    told = replace(reply, body="") if request.method == "HEAD" else reply
    # Of what could not even be read the address is not known either: no setting is asked for it again.
    return told.to_chalice(visit.root if visit is not None else "")


def _told(visit: Visit | None, error: Exception, failing: Failing, frame: Frame) -> Reply:
    try:
        if isinstance(error, SessionOver) and visit is not None:
            return _invite(visit, frame)
        return failing(visit, error)
    except Exception:  # noqa: BLE001 - here ends what can be tried
        with suppress(Exception):
            log().exception("page_failed")
        return PLAINEST


def _check_form(visit: Visit, caller: Caller) -> None:
    """Refuse a form that was not read. Raises `Refused`, or for a partner what it hears of any other message."""
    if visit.unread is not None and caller is Caller.PARTNER:
        received = f"{len(visit.body)} bytes, {visit.unread}"
        raise InvalidMessage("form that cannot be read", received=received, expected=READABLE)
    if visit.unread is not None:
        raise Refused(visit.unread)


def _known(visit: Visit, caller: Caller, frame: Frame) -> Visit:
    if caller is Caller.VISITOR:
        return replace(visit, visitor=Visitor(visit.cookies.get(VISITOR_COOKIE) or frame.new_id()))
    return visit if caller in (Caller.ALIKE, Caller.PARTNER) else _recognised(visit, frame)


def _remembered(reply: Reply, visit: Visit) -> Reply:
    """Give a visitor who is new the cookie by which their forms are known."""
    if visit.visitor is None or visit.cookies.get(VISITOR_COOKIE):
        return reply
    return replace(reply, cookies=(*reply.cookies, Cookie(VISITOR_COOKIE, visit.visitor.token)))


def _recognised(visit: Visit, frame: Frame) -> Visit:
    token = visit.cookies.get(SESSION_COOKIE)
    # Without a cookie nothing is looked for, so no client of AWS is made for a page that needs none.
    session = frame.sessions.find(token, visit.now) if token else None
    if session is None:
        return visit
    return replace(visit, session=session) if session.alive(visit.now) else replace(visit, past=session)


def _admit(visit: Visit, caller: Caller, origin: str) -> None:
    """Let a request in: the session it needs, and for a form the proof that our own page sent it."""
    if caller in (Caller.ALIKE, Caller.PARTNER):
        return
    if visit.method == "POST" and not _from_our_page(visit, origin):
        raise Refused("foreign_form")
    if caller is Caller.SIGNED_IN and visit.session is None:
        raise SessionOver
    owner = visit.session if caller is Caller.SIGNED_IN else visit.visitor
    if owner is not None and visit.method == "POST" and not owner.issued(visit.field("csrf")):
        raise Refused("foreign_form")


def _from_our_page(visit: Visit, ours: str) -> bool:
    """Check what browsers add by themselves. Our pages send no referrer, so a browser may say `Origin: null`; then
    Sec-Fetch-Site tells. A client that says neither still needs the CSRF token.
    """
    site, origin = visit.headers.get("sec-fetch-site"), visit.headers.get("origin")
    if site is not None:
        return site == "same-origin"
    return origin in (None, ours)


def _invite(visit: Visit, frame: Frame) -> Reply:
    """Ask someone to sign in (again). What they filled in is kept for them, and only for them."""
    if visit.past is None or visit.method != "POST":
        return sign_in_page(visit)
    size = sum(len(name) + len(value) for name, value in visit.fields.items())
    if size > _MOST_KEPT or len(visit.path) > _LONGEST_PATH:
        return sign_in_page(visit, kept=False)
    try:
        frame.sessions.save_draft(visit.past.actor.person, form_draft(visit.path), visit.fields, visit.now)
    except Unavailable as error:
        log().warning("form_not_kept", dependency=error.dependency)
        return sign_in_page(visit, kept=False)
    log().info("form_kept")
    return sign_in_page(visit, kept=True)


def form_draft(path: str) -> str:
    """Name of the draft in which a form is kept whose session ran out."""
    return f"form:{path}"


def kept_form(visit: Visit, sessions: Sessions) -> dict[str, str]:
    """Return what was filled in on this page before the session ran out, once; otherwise nothing."""
    person, draft_id = visit.signed_in.actor.person, form_draft(visit.path)
    kept = sessions.draft(person, draft_id, visit.now)
    if kept is None:
        return {}
    sessions.drop_draft(person, draft_id)
    return {name: str(value) for name, value in kept.items()}
