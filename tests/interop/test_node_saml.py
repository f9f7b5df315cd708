"""@node-saml/node-saml, unmodified, as a service provider: by Redirect and POST, for oneself and for another."""

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from chalicelib.wiring import Wiring
from local.identities import MACHTIGEN
from provisioning.keys import KeyPair, new_key_pair
from tests.builders import HENK, VERA
from tests.http.client import BASE, Answer, Person, at_digid
from tests.http.journey import walk_to_mandate
from tests.interop.partner import plug_in
from tests.interop.rollover import connect_anew, with_another_key
from tests.saml.provider import certificate_in

PROGRAM = Path(__file__).parent / "node_saml.mjs"
ENTITY_ID, ACS = "https://node.example/metadata", "https://node.example/acs"
SERVICE_ID = "44444444-4444-4444-8444-444444444444"
KEYS, STRANGER = new_key_pair("node"), new_key_pair("stranger")
_FIELD = re.compile(r'name="(SAMLRequest|RelayState)" value="([^"]*)"')

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None, reason="node is missing: nodejs.org, or your system's package"
)


class NodeSaml:
    """A provider whose engineer uses node-saml."""

    def __init__(self, certificate: str, keys: KeyPair = KEYS, *, represented: bool = False) -> None:
        self._keys = keys
        self._options: dict[str, Any] = {
            "entryPoint": f"{BASE}/saml/sso",
            "issuer": ENTITY_ID,
            "callbackUrl": ACS,
            "audience": ENTITY_ID,
            "idpCert": certificate,
            "privateKey": keys.key,
            "decryptionPvk": keys.key,
            "signatureAlgorithm": "sha256",
            "digestAlgorithm": "sha256",
            "wantAssertionsSigned": True,
            "wantAuthnResponseSigned": True,
        }
        if represented:
            self._options["scoping"] = {"requesterId": [MACHTIGEN]}

    def metadata(self) -> str:
        return str(self._run("metadata", certificate=self._keys.certificate)["result"])

    def start(self, person: Person, binding: str, relay_state: str) -> Answer:
        if binding == "redirect":
            address = urlsplit(self._run("redirect", relayState=relay_state)["result"])
            return person.get(f"{address.path}?{address.query}")
        # SAML bindings 3.5.4: a message in a form is not deflated. This client has to be told.
        self._options |= {"authnRequestBinding": "HTTP-POST", "skipRequestCompression": True}
        page = self._run("form", relayState=relay_state)["result"]
        return person.post("/saml/sso", {name: unescape(value) for name, value in _FIELD.findall(page)})

    def read(self, message: str) -> dict[str, Any]:
        """Return `result`, the profile that node-saml makes of an answer, or `error`."""
        return self._run("read", message=message)

    def _run(self, step: str, **more: str) -> dict[str, Any]:
        question = json.dumps({"step": step, "options": self._options, **more})
        command = ["node", str(PROGRAM)]
        told = subprocess.run(command, input=question, capture_output=True, text=True, check=True, timeout=30)
        answer: dict[str, Any] = json.loads(told.stdout)
        return answer


@pytest.fixture
def certificate(henk: Person) -> str:
    return certificate_in(henk.client.http.get("/saml/metadata").body)


@pytest.fixture(autouse=True)
def _registered(wired: Wiring, certificate: str, tmp_path: Path) -> None:
    plug_in(wired, tmp_path, NodeSaml(certificate).metadata(), SERVICE_ID)


@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_someone_signs_in_for_themself(henk: Person, certificate: str, binding: str) -> None:
    provider = NodeSaml(certificate)
    page = henk.pass_digid(provider.start(henk, binding, "where I was"))
    assert (page.action, page.hidden["RelayState"]) == (ACS, "where I was")
    profile = provider.read(page.hidden["SAMLResponse"])["result"]
    assert profile["urn:nl-eid-gdi:1.0:ActingSubjectID"] == HENK.digits
    assert "urn:nl-eid-gdi:1.0:LegalSubjectID" not in profile
    assert profile["urn:nl-eid-gdi:1.0:ServiceUUID"] == SERVICE_ID
    assert HENK.digits not in profile["nameID"]


@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_someone_signs_in_for_another(vera: Person, henk: Person, certificate: str, binding: str) -> None:
    case_id = walk_to_mandate(vera, henk, service_id=SERVICE_ID)
    provider = NodeSaml(certificate, represented=True)
    choice = henk.pass_digid(provider.start(henk, binding, "")).location
    page = henk.post(choice, {"person": case_id})
    profile = provider.read(page.hidden["SAMLResponse"])["result"]
    assert profile["urn:nl-eid-gdi:1.0:ActingSubjectID"] == HENK.digits
    assert profile["urn:nl-eid-gdi:1.0:LegalSubjectID"] == VERA.digits


def test_who_cancels_is_told_to_the_provider(henk: Person, certificate: str) -> None:
    provider = NodeSaml(certificate)
    asked = at_digid(provider.start(henk, "post", ""))
    page = henk.cancel(asked)
    assert "Authentication cancelled" in provider.read(page.hidden["SAMLResponse"])["error"]


def test_while_it_changes_certificates_the_one_that_stands_first_reads(
    henk: Person, certificate: str, wired: Wiring
) -> None:
    """node-saml looks at the first key only (docs/connecting.md)."""
    provider = NodeSaml(certificate)
    connect_anew(wired, ENTITY_ID, with_another_key(provider.metadata(), STRANGER, first=False))
    page = henk.pass_digid(provider.start(henk, "redirect", ""))
    assert provider.read(page.hidden["SAMLResponse"])["result"]["urn:nl-eid-gdi:1.0:ActingSubjectID"] == HENK.digits


@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_a_request_with_another_key_is_refused(henk: Person, certificate: str, binding: str) -> None:
    assert NodeSaml(certificate, STRANGER).start(henk, binding, "").status == 400


def test_an_answer_that_was_changed_is_refused_by_the_client(henk: Person, certificate: str) -> None:
    provider = NodeSaml(certificate)
    page = henk.pass_digid(provider.start(henk, "redirect", ""))
    assert "error" in provider.read(page.hidden["SAMLResponse"][:-40] + "A" * 40)
