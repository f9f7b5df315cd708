"""A provider of the general profile: its request, and what it reads in the answer."""

import base64
from urllib.parse import parse_qs, urlsplit

from lxml import etree

from tests.http.client import Answer, Person
from tests.process import now
from tests.saml.provider import ACS, NAMES, FakeProvider, Result, certificate_in

PROVIDER = FakeProvider(clock=now)


def our_certificate(person: Person) -> str:
    return certificate_in(person.client.http.get("/saml/metadata").body)


def posted(page: Answer, person: Person) -> Result:
    """Read the answer that a page takes to the provider by POST."""
    assert page.status == 200
    assert page.action == ACS
    message = etree.fromstring(base64.b64decode(page.hidden["SAMLResponse"]))
    return PROVIDER.read(message, our_certificate(person))


def begin(person: Person, request: etree._Element, relay_state: str | None = None) -> Answer:
    return person.post("/saml/sso", PROVIDER.post_form(request, relay_state))


def choose(person: Person, request: etree._Element, level: str = "25") -> str:
    """Sign in and return the address of the choice page."""
    return person.pass_digid(begin(person, request), level).location


def resolved(person: Person, message: bytes) -> etree._Element | None:
    answer = person.client.http.post("/saml/artifact", headers={"content-type": "text/xml"}, body=message)
    assert answer.status_code == 200, answer.body
    return etree.fromstring(answer.body).find(".//p:Response", NAMES)


def artifact_in(location: str) -> str:
    return parse_qs(urlsplit(location).query)["SAMLart"][0]
