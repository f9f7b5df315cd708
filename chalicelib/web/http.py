"""Routes: the one place where a request is let in, errors become pages, and headers are set (security.md section 3)."""

import functools
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from enum import StrEnum
from typing import Any

from chalice.app import Blueprint, Request, Response

from chalicelib.budget import of_function, within
from chalicelib.changes import nothing_changed
from chalicelib.errors import InvalidMessage, Refused, Unavailable
from chalicelib.observe import log
from chalicelib.web.failures import PLAINEST, failure_page, sign_in_page
from chalicelib.web.sessions import Sessions
from chalicelib.web.visit import LANGUAGE_COOKIE, SESSION_COOKIE, Cookie, Reply, Visit, read_visit
from chalicelib.wiring import current

View = Callable[..., Reply]
_MOST_KEPT, _LONGEST_PATH = 10_000, 250
"""Characters of a form that is kept, with its names, and of its address; far more than any page of ours has."""

Failing = Callable[[Visit | None, Exception], Reply]
"""How a route answers when it fails."""


class Caller(StrEnum):
    """Who may call a route. Every route says so."""

    ANYONE = "anyone"
    SIGNED_IN = "signed in"
    ALIKE = "alike"
    """Everybody gets the same. No session is looked for: it comes, and costs the same, whatever is down."""
    PARTNER = "partner"
    """A SAML endpoint: the message itself is signed, which takes the place of session and CSRF token. No session is
    looked for."""


class SessionOver(Exception):
    """Nobody is signed in, or not any more."""


class Routes(Blueprint):
    """A blueprint whose views take a `Visit` and return a `Reply`, and may raise what `web/failures.py` knows."""

    def __init__(self, import_name: str) -> None:
        super().__init__(import_name)
        self.callers: dict[tuple[str, str], Caller] = {}

    def get(self, path: str, caller: Caller) -> Callable[[View], View]:
        """Declare a page. HEAD asks for it without its body, but never delivers a message: that is for GET alone."""
        methods = ["GET"] if caller is Caller.PARTNER else ["GET", "HEAD"]
        return self._declare(path, methods, caller, ["application/json"], failure_page)

    def post(
        self, path: str, caller: Caller, *content_types: str, failing: Failing = failure_page
    ) -> Callable[[View], View]:
        types = list(content_types) or ["application/x-www-form-urlencoded"]
        return self._declare(path, ["POST"], caller, types, failing)

    def _declare(
        self, path: str, methods: list[str], caller: Caller, content_types: list[str], failing: Failing
    ) -> Callable[[View], View]:
        self.callers.update(dict.fromkeys(((path, method) for method in methods), caller))

        def register(view: View) -> View:
            @functools.wraps(view)
            def handle(**parameters: Any) -> Response:  # noqa: ANN401 - path parameters, all text
                with within(of_function(self.lambda_context, clock=current().watch)):
                    reply = _handle(self.current_request, view, caller, failing, parameters)
                return reply.to_chalice(current().settings.root)

            self.route(path, methods=methods, content_types=content_types, name=view.__name__)(handle)
            return view

        return register


def _handle(request: Request, view: View, caller: Caller, failing: Failing, parameters: dict[str, str]) -> Reply:
    visit = None
    nothing_changed()
    try:
        visit = read_visit(request, current().clock())
        _check_form(visit, caller)
        if caller not in (Caller.ALIKE, Caller.PARTNER):
            visit = _recognised(visit)
            _admit(visit, caller)
        reply = view(visit, **parameters)
    except Exception as error:  # noqa: BLE001 - the one table of errors decides; nothing may leave as a traceback
        reply = _told(visit, error, failing)
    if visit is not None and (visit.asked("lang") or visit.switches_language):
        chosen = Cookie(LANGUAGE_COOKIE, visit.language, max_age=31536000)
        reply = replace(reply, cookies=(*reply.cookies, chosen))
    return replace(reply, body="") if request.method == "HEAD" else reply


def _told(visit: Visit | None, error: Exception, failing: Failing) -> Reply:
    try:
        if isinstance(error, SessionOver) and visit is not None:
            return _invite(visit)
        return failing(visit, error)
    except Exception:  # noqa: BLE001 - here ends what can be tried
        with suppress(Exception):
            log().exception("page_failed")
        return PLAINEST


def _check_form(visit: Visit, caller: Caller) -> None:
    """Refuse a form that was not read. Raises `Refused`, or for a partner what it hears of any other message."""
    if visit.unread is not None and caller is Caller.PARTNER:
        raise InvalidMessage("form that cannot be read", received=f"{len(visit.body)} bytes, {visit.unread}")
    if visit.unread is not None:
        raise Refused(visit.unread)


def _recognised(visit: Visit) -> Visit:
    token = visit.cookies.get(SESSION_COOKIE)
    session = sessions().find(token, visit.now) if token else None
    if session is None:
        return visit
    return replace(visit, session=session) if session.alive(visit.now) else replace(visit, past=session)


def _admit(visit: Visit, caller: Caller) -> None:
    """Let a request in: the session it needs, and for a form the proof that our own page sent it."""
    if visit.method == "POST" and not _from_our_page(visit):
        raise Refused("foreign_form")
    if caller is Caller.SIGNED_IN and visit.session is None:
        raise SessionOver
    if caller is Caller.SIGNED_IN and visit.method == "POST" and not visit.signed_in.issued(visit.field("csrf")):
        raise Refused("foreign_form")


def _from_our_page(visit: Visit) -> bool:
    """Check what browsers add by themselves. Our pages send no referrer, so a browser may say `Origin: null`; then
    Sec-Fetch-Site tells. A client that says neither still needs the CSRF token.
    """
    site, origin = visit.headers.get("sec-fetch-site"), visit.headers.get("origin")
    if site is not None:
        return site == "same-origin"
    return origin in (None, current().settings.origin)


def _invite(visit: Visit) -> Reply:
    """Ask someone to sign in (again). What they filled in is kept for them, and only for them."""
    if visit.past is None or visit.method != "POST":
        return sign_in_page(visit)
    size = sum(len(name) + len(value) for name, value in visit.fields.items())
    if size > _MOST_KEPT or len(visit.path) > _LONGEST_PATH:
        return sign_in_page(visit, kept=False)
    try:
        sessions().save_draft(visit.past.person, form_draft(visit.path), visit.fields, visit.now)
    except Unavailable as error:
        log().warning("form_not_kept", dependency=error.dependency)
        return sign_in_page(visit, kept=False)
    log().info("form_kept")
    return sign_in_page(visit, kept=True)


def form_draft(path: str) -> str:
    """Name of the draft in which a form is kept whose session ran out."""
    return f"form:{path}"


def kept_form(visit: Visit) -> dict[str, str]:
    """Return what was filled in on this page before the session ran out, once; otherwise nothing."""
    person, draft_id = visit.signed_in.person, form_draft(visit.path)
    kept = sessions().draft(person, draft_id, visit.now)
    if kept is None:
        return {}
    sessions().drop_draft(person, draft_id)
    return {name: str(value) for name, value in kept.items()}


def sessions() -> Sessions:
    wiring = current()
    return Sessions(wiring.transient, wiring.vault)
