"""A person's browser for tests of the application over HTTP: Chalice's own test client, with cookies and forms."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from chalicelib.people.bsn import Bsn
from local.digid.answers import Outcome, cancelled, signed_in
from local.digid.direct import DirectDigid
from local.digid.requests import Asked
from provisioning.keys import new_key_pair
from tests.process import current

if TYPE_CHECKING:
    # Half a second, with all of Chalice's commands, for whoever needs no more than the names here.
    from chalice.test import Client as ChaliceClient

BASE = "https://machtigen.example"
DIGID = "https://digid.example"
DIGID_KEYS = new_key_pair("digid of the tests")
_REFERENCE = re.compile(r"<code>[^<]+</code>| \([0-9A-F]{8}\)")
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
_BASE64, _BASE64_QUOTED = re.compile(r"[A-Za-z0-9+/=]*"), str.maketrans({"+": "%2B", "/": "%2F", "=": "%3D"})
_ACTION = re.compile(r'<form id="go-on" method="post" action="([^"]*)"')


@dataclass(slots=True)
class Answer:
    status: int
    body: str
    headers: Mapping[str, str | list[str]]

    @property
    def location(self) -> str:
        assert "Location" in self.headers, self.body
        return str(self.headers["Location"])

    @property
    def anonymous(self) -> str:
        """The page without its reference, which is new on each."""
        return _REFERENCE.sub("", self.body)

    @property
    def hidden(self) -> dict[str, str]:
        """The hidden fields of the page's form."""
        return {name: unescape(value) for name, value in _HIDDEN.findall(self.body)}

    @property
    def action(self) -> str:
        found = _ACTION.search(self.body)
        assert found, self.body
        return unescape(found[1])


@dataclass(slots=True)
class Person:
    """Someone at a browser."""

    client: "ChaliceClient"
    bsn: Bsn
    language: str = "en"
    cookies: dict[str, str] = field(default_factory=dict)
    last: Answer | None = None
    _csrf: dict[str, str] = field(default_factory=dict)
    """The token of a session that is known: to open a page for each form takes a fifth of the time of all tests."""

    def get(self, path: str) -> Answer:
        return self._send("GET", path, b"", {})

    def post(self, path: str, form: Mapping[str, str], **headers: str) -> Answer:
        typed = {"content-type": "application/x-www-form-urlencoded", **headers}
        body = "&".join(f"{quote_plus(name)}={_quoted(value)}" for name, value in form.items())
        return self._send("POST", path, body.encode(), typed)

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        return self._send(method, path, body, headers or {})

    def submit(self, path: str, form: Mapping[str, str], **headers: str) -> Answer:
        """Fill in the form that a page shows: with the token that stands in all forms of a session."""
        known = None if path.startswith(_WITHOUT_SESSION) else self._csrf.get(self._session)
        return self.post(path, {"csrf": known or self.token(path), **form}, **headers)

    def token(self, path: str) -> str:
        """Open a page and return the token that its forms carry; empty where it has none."""
        token = self.get(path).hidden.get("csrf", "")
        if not path.startswith(_WITHOUT_SESSION):
            self._csrf = {self._session: token} if self._session else {}
        return token

    @property
    def _session(self) -> str:
        return self.cookies.get("__Host-session", "")

    def sign_in(self, level: str = "20", path: str = "/mandates") -> Answer:
        return self.pass_digid(self.get(f"/login?next={path}"), level)

    def ask_digid(self, path: str) -> Asked:
        return at_digid(self.get(path))

    def answer(self, asked: Asked, answer: Outcome | str) -> Answer:
        """Come back from DigiD with an outcome, as it is pinned, or with a SAMLResponse by POST."""
        if isinstance(answer, Outcome):
            engine = digid().engine
            if engine.by_artifact:
                return self.get(engine.way_back(answer))
            answer = engine.response(answer)
        return self.post("/saml/digid/acs", {"SAMLResponse": answer, "RelayState": asked.relay_state})

    def pass_digid(self, start: Answer, level: str = "20") -> Answer:
        """Sign in at DigiD, where an answer of ours sends the browser, and come back."""
        asked = at_digid(start)
        return self.answer(asked, signed_in(asked, self.bsn.digits, level))

    def cancel(self, asked: Asked) -> Answer:
        return self.answer(asked, cancelled(asked))

    def _send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        path = path.removeprefix(BASE)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"cookie": cookies, "accept-language": self.language, **headers}
        response = self.client.http.request(method, path, headers=sent, body=body)
        for cookie in response.headers.get("Set-Cookie", []):
            self._keep(cookie)
        self.last = Answer(response.status_code, response.body.decode(), response.headers)
        return self.last

    def _keep(self, cookie: str) -> None:
        assert cookie.startswith("__Host-")
        assert "; Secure; HttpOnly; SameSite=" in cookie
        name, _, rest = cookie.partition("=")
        if "Max-Age=0" in rest:
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = rest.partition(";")[0]


_WITHOUT_SESSION = "/refuse"
"""Forms there carry a token of their own: nobody has to sign in to refuse."""


def _quoted(text: str) -> str:
    """Quote for a form. Hostile messages have megabytes, which the library takes octet by octet."""
    return text.translate(_BASE64_QUOTED) if _BASE64.fullmatch(text) else quote_plus(text)


def digid() -> DirectDigid:
    """Return the DigiD that the application asks."""
    channel = current().back_channel
    assert isinstance(channel, DirectDigid)
    return channel


def at_digid(start: Answer) -> Asked:
    """Read our request as DigiD does, signature included."""
    if start.status == 200:
        return digid().take(start.action, start.hidden)
    return digid().take(start.location, {})
