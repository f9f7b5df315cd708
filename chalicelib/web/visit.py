"""One request, as a view sees it; and what a view answers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qs, urlencode

from chalice.app import Request, Response

from chalicelib.web.sessions import Session, Visitor

LANGUAGES = ("nl", "en")
SESSION_COOKIE, LOGIN_COOKIE, LANGUAGE_COOKIE = "__Host-session", "__Host-saml", "__Host-language"
SHARED_COOKIE, VISITOR_COOKIE = "__Host-shared", "__Host-visitor"
_MOST_FIELDS = 100
_LARGEST_FORM, _MOST_ESCAPES = 160 * 1024, 10_000
"""Bytes of a form, and how many of them may be written as `%XX`: each takes time. The largest message of a partner has
half of both (saml/craft/decoding.py)."""
READABLE = f"at most {_LARGEST_FORM} bytes, {_MOST_ESCAPES} of them written as %XX, and {_MOST_FIELDS} fields"
_NO_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Visit:
    method: str
    path: str
    query: Mapping[str, Sequence[str]]
    form: Mapping[str, Sequence[str]] = field(repr=False)
    cookies: Mapping[str, str] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    address: str = field(repr=False)
    """From which the request comes, as the gateway saw it."""
    language: str
    now: datetime
    root: str = ""
    """Path under which our pages lie."""
    session: Session | None = None
    """Of someone who is signed in now."""
    visitor: Visitor | None = None
    """Whose browser it is, on pages with forms for who does not sign in."""
    past: Session | None = None
    """Of someone whose session has run out."""
    client_certificate: str | None = field(default=None, repr=False)
    """PEM of the certificate with which the caller opened the connection, checked by API Gateway."""
    unread: str | None = None
    """Why the form that was sent is not read, as a reason of `errors.Refused`."""

    def field(self, name: str) -> str:
        """Return what was filled in, or nothing. A field that is sent twice counts as not filled in."""
        values = self.form.get(name, ())
        return values[0].strip() if len(values) == 1 else ""

    def asked(self, name: str) -> str:
        values = self.query.get(name, ())
        return values[0] if len(values) == 1 else ""

    def asked_each(self, name: str) -> tuple[str, ...]:
        """Return all values of a name in the address: what was ticked in a form that only asks."""
        return tuple(self.query.get(name, ()))

    @property
    def here(self) -> str:
        """The address of this page as it was asked for, for who comes back to it. The language is kept elsewhere."""
        asked = {name: values for name, values in self.query.items() if name != "lang"}
        return f"{self.path}?{urlencode(asked, doseq=True)}" if asked else self.path

    @property
    def fields(self) -> dict[str, str]:
        return {name: self.field(name) for name in self.form if name not in ("csrf", "language")}

    @property
    def signed_in(self) -> Session:
        """The session, in views that only signed-in people reach."""
        if self.session is None:
            raise RuntimeError("a view that needs a session was reached without one")
        return self.session

    @property
    def unnamed(self) -> Visitor:
        """The visitor, in views that need no sign-in and have forms."""
        if self.visitor is None:
            raise RuntimeError("a view that needs a visitor was reached without one")
        return self.visitor

    @property
    def csrf(self) -> str:
        """The token that forms of this page carry; empty where nobody is known, not even by their browser."""
        owner = self.session or self.visitor
        return owner.csrf if owner else ""

    @property
    def switches_language(self) -> bool:
        """Whether a form was sent only to read it in another language."""
        return self.field("language") in LANGUAGES


@dataclass(frozen=True, slots=True)
class Cookie:
    """A `__Host-` cookie. Empty with an age of 0 removes it."""

    name: str
    value: str = field(repr=False)
    same_site: str = "Lax"
    max_age: int | None = None
    """Seconds; None lasts as long as the browser."""

    def header(self) -> str:
        age = "" if self.max_age is None else f"; Max-Age={self.max_age}"
        return f"{self.name}={self.value}; Path=/; Secure; HttpOnly; SameSite={self.same_site}{age}"


@dataclass(frozen=True, slots=True)
class Reply:
    body: str | bytes = field(default="", repr=False)
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    cookies: tuple[Cookie, ...] = ()
    location: str | None = None
    form_target: str = ""
    """Origin, besides ours, to which a form of this page may lead."""
    cacheable: bool = False
    filename: str = ""
    """Under which a browser keeps it, where it is no page."""

    def to_chalice(self, root: str) -> Response:
        """Return the answer as Chalice takes it; `root` is the path under which our pages lie."""
        headers: dict[str, str | list[str]] = {"Content-Type": self.content_type}
        if self.location is not None:
            headers["Location"] = f"{root}{self.location}" if self.location.startswith("/") else self.location
        if self.cookies:
            headers["Set-Cookie"] = [cookie.header() for cookie in self.cookies]
        if self.form_target:
            headers["X-Form-Target"] = self.form_target
        if self.filename:
            headers["Content-Disposition"] = f'attachment; filename="{self.filename}"'
        if self.cacheable:
            headers["Cache-Control"] = "public, max-age=3600"
        return Response(body=self.body, status_code=self.status, headers=headers)


def redirect(location: str, *cookies: Cookie) -> Reply:
    """Send the browser on with a GET."""
    return Reply(status=303, location=location, cookies=cookies)


def read_visit(request: Request, now: datetime, root: str) -> Visit:
    headers = {name.lower(): value for name, value in request.headers.items()}
    cookies = _cookies(headers.get("cookie", ""))
    asked = request.query_params
    query = {name: asked.getlist(name) for name in asked} if asked else {}
    body = request.raw_body.encode() if isinstance(request.raw_body, str) else request.raw_body or b""
    posted = headers.get("content-type", "").strip().lower().startswith("application/x-www-form-urlencoded")
    form, unread = _form(body) if posted else ({}, None)
    return Visit(
        method=request.method,
        # The event's own path never has the prefix of a stage; the context's may. Chalice's test client has the latter.
        path=request.to_original_event().get("path") or request.context.get("path") or request.path,
        query=query,
        form=form,
        cookies=cookies,
        headers=headers,
        body=body,
        address=request.context.get("identity", {}).get("sourceIp", ""),
        language=_language(query, form, cookies, headers),
        now=now,
        root=root,
        client_certificate=request.context.get("identity", {}).get("clientCert", {}).get("clientCertPem"),
        unread=unread,
    )


def _form(body: bytes) -> tuple[dict[str, list[str]], str | None]:
    """Return what was filled in, or nothing and why: before anything dear is done."""
    if len(body) > _LARGEST_FORM or body.count(b"%") > _MOST_ESCAPES:
        return {}, "too_large"
    # Browsers write no such thing, and to guess what it means takes long.
    if _NO_ESCAPE.search(body):
        return {}, "unreadable_form"
    try:
        text = body.decode("ascii")
        return parse_qs(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"), None
    except ValueError:
        return {}, "unreadable_form"


def _cookies(header: str) -> dict[str, str]:
    """Read what the browser sends back (RFC 6265, 5.4). Ours are plain tokens."""
    pairs = (pair.strip().partition("=") for pair in header.split(";"))
    return {name: value for name, _, value in pairs if name}


def _language(
    query: Mapping[str, Sequence[str]],
    form: Mapping[str, Sequence[str]],
    cookies: Mapping[str, str],
    headers: Mapping[str, str],
) -> str:
    """Choose by the switch on the page, then by what was chosen before, then by the browser; Dutch if in doubt."""
    preferred = (part.partition(";")[0].strip()[:2].lower() for part in headers.get("accept-language", "").split(","))
    wishes = (*form.get("language", ()), *query.get("lang", ()), cookies.get(LANGUAGE_COOKIE, ""), *preferred)
    return next((wish for wish in wishes if wish in LANGUAGES), LANGUAGES[0])
