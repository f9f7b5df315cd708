"""People who walk through the deployed application over HTTP, as a browser does: the same steps as in tests/http."""

import base64
import re
from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qs, urlencode, urlsplit

import urllib3
from lxml import etree
from pypdf import PdfReader

from chalicelib.people.bsn import Bsn
from local.persons import TestPerson
from tests.browser.people import code_in, letter_for
from tests.deploy.world import World
from tests.http.client import Answer, Person
from tests.saml.provider import NAMES, FakeProvider, Result, certificate_in

SERVICE = "77777777-7777-4777-8777-777777777777"
if TYPE_CHECKING:
    from chalice.test import Client

_POOL = urllib3.PoolManager(timeout=60, retries=False)
_FORM = {"content-type": "application/x-www-form-urlencoded"}


class Walker(Person):
    """Someone whose browser goes to the deployed application, and to the simulator of DigiD."""

    def __init__(self, world: World, base: str, person: TestPerson) -> None:
        super().__init__(cast("Client", None), Bsn(person.bsn))  # no test client stands between
        self.world, self.base, self.someone = world, base, person
        self.root = urlsplit(base).path

    def sign_in(self, level: str = "20", path: str = "/mandates") -> Answer:
        return self.pass_digid(self.get(f"/login?next={path}"), level)

    def pass_digid(self, start: Answer, level: str = "20") -> Answer:
        """Bring our request to DigiD, fill in its form, and come back with its artifact."""
        assert start.status == 200, start.body
        page = _asked_digid(start.action, start.hidden)
        asked = re.search(r'action="(/login/[^"]+)"', page.data.decode())
        assert asked, page.data
        filled = urlencode({"bsn": self.bsn.digits, "level": level})
        login = f"{self.world.stack.digid}{asked[1]}"
        back = _POOL.request("POST", login, body=filled, headers=_FORM, redirect=False).headers["Location"]
        assert back.startswith(f"{self.base}/saml/digid/acs?"), back
        self.world.hidden.add(parse_qs(urlsplit(back).query)["SAMLart"][0])
        return self.get(back.removeprefix(self.base))

    def pdf(self, path: str) -> str:
        """Save a page that is a PDF, as it comes through the gateway, and return the text of its first page."""
        answer = self._sent("GET", path, b"", {"accept": "text/html,*/*;q=0.8"})
        assert answer.status == 200, answer.data
        return PdfReader(BytesIO(answer.data)).pages[0].extract_text()

    def metadata(self) -> str:
        return certificate_in(self._send("GET", "/saml/metadata", b"", {}).body.encode())

    def _sent(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"cookie": cookies, "accept-language": self.language, "accept": "text/html", **headers}
        return _POOL.request(method, f"{self.base}{path}", body=body or None, headers=sent, redirect=False)

    def _send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        answer = self._sent(method, path, body, headers)
        for cookie in answer.headers.getlist("Set-Cookie"):
            self._keep(cookie)
        self.world.hidden.update(self.cookies[name] for name in self.cookies if name != "__Host-language")
        told = {name: value for name, value in answer.headers.items() if name.lower() != "set-cookie"}
        if told.get("Location", "").startswith("/"):
            assert told["Location"].startswith(f"{self.root}/")
            told["Location"] = told["Location"].removeprefix(self.root)
        self.last = Answer(answer.status, answer.data.decode(), told)
        return self.last


def ask(walker: Walker, service: str = SERVICE, handing: str = "letter") -> str:
    """Ask for a mandate, its code by letter or on the screen, and return the id of the case."""
    walker.sign_in()
    review = walker.submit(f"/request/{service}", {"start": "today", "end": "max"})
    assert review.status == 303, review.body
    made = walker.submit(review.location, {"handing": handing})
    assert made.status == 303, made.body
    return made.location.removeprefix("/requests/").partition("?")[0].removesuffix("/code")


def ask_for(walker: Walker, other: Walker, *, wrong: bool = False, service: str = SERVICE) -> str:
    """Ask for somebody else, perhaps with a birth date that is not theirs, and return the id of the case."""
    walker.sign_in(path="/ask")
    year, month, day = other.someone.born.split("-")
    born = f"{day}-{month}-{int(year) + wrong}"
    choice = walker.submit("/ask", {"bsn": other.bsn.digits, "born": born})
    assert choice.status == 303, choice.body
    review = walker.submit(f"{choice.location}/{service}", {"start": "today", "end": "max"})
    assert review.status == 303, review.body
    made = walker.submit(review.location, {})
    assert made.status == 303, made.body
    return made.location.removeprefix("/asked/").partition("?")[0]


def read_code(walker: Walker, known: set[str]) -> str:
    """Wait for the letter, and read the code from the PDF, as its receiver does."""
    code = code_in(letter_for(walker.someone, walker.world.stack, known))
    walker.world.hidden.update((code, code.replace("-", "")))
    return code


def activate(walker: Walker, other: Walker, code: str) -> None:
    walker.sign_in()
    review = walker.submit("/activate", {"bsn": other.bsn.digits, "born": _born(other), "code": code})
    assert review.status == 303, review.body
    done = walker.submit(review.location, {})
    assert done.status == 303, done.body


def _born(walker: Walker) -> str:
    return "-".join(reversed(walker.someone.born.split("-")))


def signed_in_for(walker: Walker, case_id: str, binding: str) -> Result:
    """Sign in at a provider for somebody: asked by POST or Redirect, answered by Artifact or POST."""
    provider = FakeProvider()
    consumer = {"AssertionConsumerServiceIndex": "1" if binding == "artifact" else "0"}
    about = {"Destination": f"{walker.base}/saml/sso", "AttributeConsumingServiceIndex": "1", **consumer}
    request = provider.on_behalf(**about)
    if binding == "redirect":
        start = walker.get(f"/saml/sso?{provider.query(request)}")
    else:
        start = walker.post("/saml/sso", provider.post_form(request))
    choice = walker.pass_digid(start, "25").location
    answer = walker.submit(choice, {"person": case_id})
    if binding == "artifact":
        return provider.read(resolved(walker, answer.location, provider), walker.metadata())
    assert "SAMLResponse" in answer.hidden, answer.body
    walker.world.hidden.add(answer.hidden["SAMLResponse"])
    return provider.read(etree.fromstring(base64.b64decode(answer.hidden["SAMLResponse"])), walker.metadata())


def resolved(walker: Walker, location: str, provider: FakeProvider) -> etree._Element:
    artifact = parse_qs(urlsplit(location).query)["SAMLart"][0]
    walker.world.hidden.add(artifact)
    body = provider.resolve(artifact, Destination=f"{walker.base}/saml/artifact")
    answer = walker._send("POST", "/saml/artifact", body, {"content-type": "text/xml"})
    assert answer.status == 200, answer.body
    found = etree.fromstring(answer.body.encode()).find(".//p:Response", NAMES)
    assert found is not None, "the artifact stands for nothing"
    return found


def _asked_digid(address: str, form: dict[str, str]) -> urllib3.BaseHTTPResponse:
    """Send a form to DigiD, and go where a browser is sent within it."""
    answer = _POOL.request("POST", address, body=urlencode(form), headers=_FORM, redirect=False)
    if answer.status in (302, 303):
        origin = urlsplit(address)
        return _POOL.request("GET", f"{origin.scheme}://{origin.netloc}{answer.headers['Location']}", redirect=False)
    return answer
