"""pysaml2, unmodified, as a service provider: by Redirect and POST, answered by POST and by Artifact."""

import base64
import re
import shutil
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree
from saml2 import BINDING_HTTP_ARTIFACT, BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.samlp import RequesterID, Scoping

from chalicelib.wiring import Wiring
from local.identities import COMBICONNECT, MACHTIGEN
from provisioning.keys import KeyPair, new_key_pair
from tests.builders import HENK, VERA
from tests.http.client import Answer, Person, at_digid
from tests.http.journey import walk_to_mandate
from tests.interop.partner import plug_in
from tests.interop.rollover import connect_anew, with_another_key
from tests.saml.provider import found

ENTITY_ID, ACS, ARTIFACT_ACS = (f"https://python.example/{name}" for name in ("metadata", "acs", "artifact"))
SERVICE_ID = "55555555-5555-4555-8555-555555555555"
KEYS, STRANGER = new_key_pair("python"), new_key_pair("stranger")
RSA_SHA256, SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256"
_FIELD = re.compile(r'name="(SAMLRequest|RelayState)" value="([^"]*)"')

pytestmark = [
    pytest.mark.skipif(shutil.which("xmlsec1") is None, reason="xmlsec1 is missing: apt-get install xmlsec1"),
    # pysaml2 imports what cryptography is about to move.
    pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


class Pysaml2:
    """A provider whose engineer uses pysaml2."""

    def __init__(self, person: Person, folder: Path, keys: KeyPair = KEYS) -> None:
        from saml2.client import Saml2Client  # noqa: PLC0415 - a second to import
        from saml2.config import SPConfig  # noqa: PLC0415

        folder.mkdir(exist_ok=True)
        (folder / "key.pem").write_text(keys.key)
        (folder / "certificate.pem").write_text(keys.certificate)
        endpoints = [(ACS, BINDING_HTTP_POST), (ARTIFACT_ACS, BINDING_HTTP_ARTIFACT)]
        files = {"key_file": str(folder / "key.pem"), "cert_file": str(folder / "certificate.pem")}
        pair = {name: files[name] for name in ("key_file", "cert_file")}
        settings = {
            "entityid": ENTITY_ID,
            "service": {
                "sp": {
                    "endpoints": {"assertion_consumer_service": endpoints},
                    "authn_requests_signed": True,
                    "want_response_signed": True,
                    "want_assertions_signed": True,
                    # Its defaults are SHA-1, which nobody should take any more.
                    "signing_algorithm": RSA_SHA256,
                    "digest_algorithm": SHA256,
                }
            },
            "metadata": {"inline": [person.client.http.get("/saml/metadata").body.decode()]},
            "allow_unknown_attributes": True,
            "encryption_keypairs": [pair],
            **files,
        }
        self.config = SPConfig().load(settings)
        self.client: Any = Saml2Client(config=self.config)

    def metadata(self) -> str:
        from saml2.metadata import entity_descriptor  # noqa: PLC0415

        return str(entity_descriptor(self.config))

    def start(
        self, person: Person, binding: str, *, answer: str = BINDING_HTTP_POST, represented: bool = False
    ) -> Answer:
        more = {"scoping": Scoping(requester_id=[RequesterID(text=MACHTIGEN)])} if represented else {}
        self.request_id, sent = self.client.prepare_for_authenticate(
            entityid=COMBICONNECT, relay_state="back", binding=binding, response_binding=answer, **more
        )
        if binding == BINDING_HTTP_REDIRECT:
            address = urlsplit(dict(sent["headers"])["Location"])
            return person.get(f"{address.path}?{address.query}")
        fields = {name: unescape(value) for name, value in _FIELD.findall(sent["data"])}
        return person.post("/saml/sso", fields)

    def read(self, message: str, binding: str = BINDING_HTTP_POST) -> dict[str, list[str]]:
        """Return the attributes of an answer that was accepted."""
        answer = self.client.parse_authn_request_response(message, binding, {self.request_id: "/"})
        attributes: dict[str, list[str]] = answer.get_identity()
        return attributes


@pytest.fixture
def provider(henk: Person, wired: Wiring, tmp_path: Path) -> Pysaml2:
    made = Pysaml2(henk, tmp_path / "client")
    plug_in(wired, tmp_path, made.metadata(), SERVICE_ID)
    return made


@pytest.mark.parametrize("binding", [BINDING_HTTP_REDIRECT, BINDING_HTTP_POST])
def test_someone_signs_in_for_themself(henk: Person, provider: Pysaml2, binding: str) -> None:
    page = henk.pass_digid(provider.start(henk, binding))
    assert (page.action, page.hidden["RelayState"]) == (ACS, "back")
    attributes = provider.read(page.hidden["SAMLResponse"])
    assert attributes["urn:nl-eid-gdi:1.0:ActingSubjectID"] == [HENK.digits]
    assert "urn:nl-eid-gdi:1.0:LegalSubjectID" not in attributes


@pytest.mark.parametrize("binding", [BINDING_HTTP_REDIRECT, BINDING_HTTP_POST])
def test_someone_signs_in_for_another(vera: Person, henk: Person, provider: Pysaml2, binding: str) -> None:
    case_id = walk_to_mandate(vera, henk, service_id=SERVICE_ID)
    choice = henk.pass_digid(provider.start(henk, binding, represented=True)).location
    attributes = provider.read(henk.post(choice, {"person": case_id}).hidden["SAMLResponse"])
    assert attributes["urn:nl-eid-gdi:1.0:LegalSubjectID"] == [VERA.digits]


def test_the_answer_by_artifact_is_fetched(henk: Person, provider: Pysaml2, monkeypatch: pytest.MonkeyPatch) -> None:
    """pysaml2 makes and signs the question; the test carries it, as TLS would."""

    class Carried:
        status_code = 200

        def __init__(self, body: bytes) -> None:
            self.text, self.content = body.decode(), body

    def send(*, method: str = "GET", data: str = "", **_: object) -> Carried:
        assert method == "POST"
        answer = henk.client.http.post("/saml/artifact", headers={"content-type": "text/xml"}, body=data.encode())
        assert answer.status_code == 200, answer.body
        return Carried(answer.body)

    monkeypatch.setattr(provider.client, "send", send)
    done = henk.pass_digid(provider.start(henk, BINDING_HTTP_POST, answer=BINDING_HTTP_ARTIFACT))
    artifact = parse_qs(urlsplit(done.location).query)["SAMLart"][0]
    fetched = provider.client.artifact2message(artifact, "idpsso")
    response = etree.tostring(found(etree.fromstring(fetched.content), ".//p:Response"))
    assert HENK.digits.encode() not in response
    message = base64.b64encode(response).decode()
    attributes = provider.read(message, BINDING_HTTP_ARTIFACT)
    assert attributes["urn:nl-eid-gdi:1.0:ActingSubjectID"] == [HENK.digits]


@pytest.mark.parametrize("first", [True, False])
def test_while_it_changes_certificates_either_reads(
    henk: Person, provider: Pysaml2, wired: Wiring, *, first: bool
) -> None:
    connect_anew(wired, ENTITY_ID, with_another_key(provider.metadata(), STRANGER, first=first))
    page = henk.pass_digid(provider.start(henk, BINDING_HTTP_POST))
    assert provider.read(page.hidden["SAMLResponse"])["urn:nl-eid-gdi:1.0:ActingSubjectID"] == [HENK.digits]


def test_who_cancels_is_told_to_the_provider(henk: Person, provider: Pysaml2) -> None:
    from saml2.response import StatusAuthnFailed  # noqa: PLC0415

    page = henk.cancel(at_digid(provider.start(henk, BINDING_HTTP_POST)))
    with pytest.raises(StatusAuthnFailed, match="Authentication cancelled"):
        provider.read(page.hidden["SAMLResponse"])


@pytest.mark.parametrize("binding", [BINDING_HTTP_REDIRECT, BINDING_HTTP_POST])
def test_a_request_with_another_key_is_refused(henk: Person, provider: Pysaml2, tmp_path: Path, binding: str) -> None:
    assert provider.metadata()
    assert Pysaml2(henk, tmp_path / "stranger", STRANGER).start(henk, binding).status == 400
