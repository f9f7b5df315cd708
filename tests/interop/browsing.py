"""A browser between real servers, for clients that live in a web server: redirects, cookies by host, forms."""

import re
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode, urljoin, urlsplit

import urllib3

from local.digid.answers import cancelled, signed_in
from tests.builders import HENK
from tests.http.client import DIGID, digid

_FIELD = re.compile(r'<input type="hidden" name="(\w+)"\s+value="([^"]*)"', re.IGNORECASE)
_ACTION = re.compile(r'<form[^>]* action="([^"]*)"', re.IGNORECASE)


@dataclass(slots=True)
class Page:
    address: str
    status: int
    body: str
    headers: dict[str, str]
    sent: dict[str, str] = field(default_factory=dict)
    """What a form brought there."""

    @property
    def form(self) -> tuple[str, dict[str, str]]:
        """Where the page's form goes, and its hidden fields."""
        found = _ACTION.search(self.body)
        assert found, self.body
        fields = {name: unescape(value) for name, value in _FIELD.findall(self.body)}
        return urljoin(self.address, unescape(found[1])), fields


@dataclass(slots=True)
class Browser:
    """Follows redirects between real servers, with cookies by host; stops at DigiD, which is not there."""

    pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(retries=False))
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)

    def open(self, address: str, form: dict[str, str] | None = None) -> Page:
        for _ in range(10):
            if address.startswith(DIGID):
                return Page(address, 0, "", {}, form or {})
            page = self._one(address, form)
            if page.status not in (302, 303):
                return page
            address, form = urljoin(address, page.headers["location"]), None
        raise AssertionError("redirected too often")

    def _one(self, address: str, form: dict[str, str] | None) -> Page:
        jar = self.cookies.setdefault(urlsplit(address).netloc, {})
        sent = {"cookie": "; ".join(f"{name}={value}" for name, value in jar.items()), "accept-language": "en"}
        body = urlencode(form) if form is not None else None
        if body is not None:
            sent["content-type"] = "application/x-www-form-urlencoded"
        method = "GET" if body is None else "POST"
        answer = self.pool.request(method, address, body=body, headers=sent, redirect=False)
        for line in answer.headers.getlist("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            jar[name.strip()] = value
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Page(address, answer.status, answer.data.decode(), headers)


@dataclass(slots=True)
class Protected:
    """A page that a client in a web server protects, and the application behind it."""

    address: str
    application: str

    def start(self, browser: Browser, page: str = "/in/") -> Page:
        """Open a protected page, and come to DigiD; with a form on the way, or two for a request by POST."""
        found = browser.open(f"{self.address}{page}")
        while found.status == 200:
            found = browser.open(*found.form)
        return found

    def pass_digid(self, browser: Browser, page: Page, level: str = "20", *, cancel: bool = False) -> Page:
        assert page.address.startswith(DIGID), f"{page.status} at {page.address}: {page.body}"
        asked = digid().take(page.address, page.sent)
        outcome = cancelled(asked) if cancel else signed_in(asked, HENK.digits, level)
        return browser.open(digid().engine.way_back(outcome))

    def sign_in_for(self, browser: Browser, case_id: str, page: str = "/in/") -> Page:
        """Choose the person of a mandate; returns the protected page."""
        choice = self.pass_digid(browser, self.start(browser, page))
        assert "For whom do you sign in?" in choice.body
        return browser.open(*browser.open(choice.address, {"person": case_id}).form)

    def take_changed_answer(self, browser: Browser) -> Page:
        """Bring an answer by POST of which the last octets are others."""
        target, fields = self.pass_digid(browser, self.start(browser)).form
        return browser.open(target, {**fields, "SAMLResponse": fields["SAMLResponse"][:-40] + "A" * 40})

    def log_out(self, browser: Browser, path: str) -> Page:
        """Log out at the client, and at the application if it leads there by a form."""
        left = browser.open(f"{self.address}{path}")
        return browser.open(*left.form) if left.address.startswith(self.application) else left
