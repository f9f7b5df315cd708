"""The addresses where messages come in, each with a sample that would be accepted there."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from lxml import etree

from local.digid.engine import new_artifact
from local.digid.metadata import metadata
from tests.http.client import DIGID, DIGID_KEYS, Answer, Person
from tests.process import current
from tests.saml.hostile import samples
from tests.saml.hostile.gates import enveloped
from tests.saml.hostile.samples import Sample
from tests.saml.provider import NAMES, FakeProvider, found

PROVIDER = FakeProvider()


@dataclass
class Door:
    """An address where messages come in: a sample that would be accepted, how to send it, and the status it gets."""

    sample: Sample
    send: Callable[[bytes], Answer]
    welcome: int

    def genuine(self) -> int:
        return self.send(etree.tostring(self.sample.signed())).status


def _digid(person: Person, make: Callable[..., Sample]) -> Door:
    asked = person.ask_digid("/login?level=20")

    def send(message: bytes) -> Answer:
        return person.answer(asked, base64.b64encode(message).decode())

    return Door(make(asked), send, 303)


def _artifact_response(person: Person) -> Door:
    """Let DigiD answer by Artifact; what it is asked is always the same question."""
    wiring = current()
    pinned = metadata(f"{DIGID}/metadata", f"{DIGID}/sso", DIGID_KEYS, f"{DIGID}/artifact")
    wiring.catalogue.put_identity_provider(pinned)
    asked = person.ask_digid("/login?level=20")
    wiring.new_id = lambda: "0" * 32
    query = urlencode({"SAMLart": new_artifact(f"{DIGID}/metadata"), "RelayState": asked.relay_state})

    def send(message: bytes) -> Answer:
        current().back_channel = _BackChannel(enveloped(message))
        return person.get(f"/saml/digid/acs?{query}")

    return Door(samples.artifact_response(asked, f"_{'0' * 32}"), send, 303)


@dataclass
class _BackChannel:
    """Answers every question alike."""

    answer: bytes

    def ask(self, *_: object) -> bytes:
        return self.answer


def _authn_request(person: Person) -> Door:
    return Door(samples.authn_request(), lambda message: person.post("/saml/sso", _field(message)), 200)


def _artifact_resolution(person: Person) -> Door:
    done = _signed_in(person, AssertionConsumerServiceIndex="1")
    sample = samples.artifact_resolution(parse_qs(urlsplit(done.location).query)["SAMLart"][0])

    def send(message: bytes) -> Answer:
        answer = person.client.http.post(
            "/saml/artifact", headers={"content-type": "text/xml", "accept-language": "en"}, body=enveloped(message)
        )
        return Answer(answer.status_code, answer.body.decode(), answer.headers)

    return Door(sample, send, 200)


def _logout(person: Person) -> Door:
    page = _signed_in(person)
    response = etree.fromstring(base64.b64decode(page.hidden["SAMLResponse"]))
    name_id = PROVIDER._decrypted(found(response, "a:EncryptedAssertion")).findtext(".//a:NameID", "", NAMES)
    return Door(samples.logout(name_id), lambda message: person.post("/saml/slo", _field(message)), 200)


def _signed_in(person: Person, **changes: str) -> Answer:
    return person.pass_digid(person.post("/saml/sso", PROVIDER.post_form(PROVIDER.request(**changes))))


def _field(message: bytes) -> dict[str, str]:
    return {"SAMLRequest": base64.b64encode(message).decode()}


DOORS: dict[str, Callable[[Person], Door]] = {
    "DigiD, Response": lambda person: _digid(person, samples.response),
    "DigiD, assertion": lambda person: _digid(person, samples.assertion),
    "DigiD, ArtifactResponse": _artifact_response,
    "sign-on": _authn_request,
    "artifact resolution": _artifact_resolution,
    "logout": _logout,
}
