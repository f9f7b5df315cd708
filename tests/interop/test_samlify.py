"""samlify, unmodified, as a service provider: by Redirect and POST, for oneself and for another, and logout."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from chalicelib.wiring import Wiring
from local.identities import MACHTIGEN
from provisioning.keys import KeyPair, new_key_pair
from tests.builders import HENK, VERA
from tests.http.client import Answer, Person
from tests.http.journey import walk_to_mandate
from tests.interop.partner import plug_in

PROGRAM = Path(__file__).parent / "samlify.mjs"
ENTITY_ID, ACS, SLO = "https://samlify.example/metadata", "https://samlify.example/acs", "https://samlify.example/slo"
SERVICE_ID = "49494949-4949-4949-8949-494949494949"
KEYS, STRANGER = new_key_pair("samlify"), new_key_pair("stranger")
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
ACTING, LEGAL = "urn:nl-eid-gdi:1.0:ActingSubjectID", "urn:nl-eid-gdi:1.0:LegalSubjectID"

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None, reason="node is missing: nodejs.org, or your system's package"
)


class Samlify:
    """A provider whose engineer uses samlify."""

    def __init__(self, metadata: str, keys: KeyPair = KEYS) -> None:
        self._metadata = metadata
        self._provider = {
            "entityID": ENTITY_ID,
            "authnRequestsSigned": True,
            "wantAssertionsSigned": True,
            "wantMessageSigned": True,
            "wantLogoutRequestSigned": True,
            "wantLogoutResponseSigned": True,
            "requestSignatureAlgorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            # Its default looks for the Issuer of a Response, also in a request by POST.
            "signatureConfig": {
                "prefix": "ds",
                "location": {"reference": "/*/*[local-name(.)='Issuer']", "action": "after"},
            },
            "signingCert": keys.certificate,
            "privateKey": keys.key,
            "encryptCert": keys.certificate,
            "encPrivateKey": keys.key,
            "isAssertionEncrypted": True,
            "assertionConsumerService": [{"Binding": POST, "Location": ACS}],
            "singleLogoutService": [{"Binding": POST, "Location": SLO}],
        }

    def metadata(self) -> str:
        return str(self.run("metadata")["result"])

    def start(self, person: Person, binding: str, *, scoping: str = "") -> Answer:
        return self._carry(person, "/saml/sso", binding, self.run("start", binding=binding, scoping=scoping)["result"])

    def leave(self, person: Person, binding: str, session: str) -> Answer:
        return self._carry(person, "/saml/slo", binding, self.run("leave", binding=binding, session=session)["result"])

    def read(self, message: str, step: str = "read") -> dict[str, Any]:
        """Return `result`, what samlify takes from an answer, or `error`."""
        return self.run(step, message=message)

    def run(self, step: str, **more: str) -> dict[str, Any]:
        question = json.dumps({"step": step, "provider": self._provider, "metadata": self._metadata, **more})
        told = subprocess.run(
            ["node", str(PROGRAM)], input=question, capture_output=True, text=True, check=True, timeout=60
        )
        answer: dict[str, Any] = json.loads(told.stdout)
        return answer

    def _carry(self, person: Person, path: str, binding: str, made: str) -> Answer:
        return (
            person.get(f"{path}?{urlsplit(made).query}")
            if binding == "redirect"
            else person.post(path, {"SAMLRequest": made})
        )


@pytest.fixture
def samlify(henk: Person, wired: Wiring, tmp_path: Path) -> Samlify:
    provider = Samlify(henk.client.http.get("/saml/metadata").body.decode())
    plug_in(wired, tmp_path, provider.metadata(), SERVICE_ID)
    return provider


@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_someone_signs_in_for_themself_and_out_again(henk: Person, samlify: Samlify, binding: str) -> None:
    page = henk.pass_digid(samlify.start(henk, binding))
    assert page.action == ACS
    read = samlify.read(page.hidden["SAMLResponse"])["result"]
    assert read["attributes"][ACTING] == HENK.digits
    assert LEGAL not in read["attributes"]
    assert HENK.digits not in read["nameID"]
    left = samlify.leave(henk, binding, read["nameID"])
    assert left.action == SLO
    assert samlify.read(left.hidden["SAMLResponse"], "left")["result"]["issuer"]


@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_someone_signs_in_for_another(vera: Person, henk: Person, samlify: Samlify, binding: str) -> None:
    case_id = walk_to_mandate(vera, henk, service_id=SERVICE_ID)
    scoping = f"<samlp:Scoping><samlp:RequesterID>{MACHTIGEN}</samlp:RequesterID></samlp:Scoping>"
    choice = henk.pass_digid(samlify.start(henk, binding, scoping=scoping)).location
    page = henk.post(choice, {"person": case_id})
    attributes = samlify.read(page.hidden["SAMLResponse"])["result"]["attributes"]
    assert (attributes[ACTING], attributes[LEGAL]) == (HENK.digits, VERA.digits)


@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_a_request_with_another_key_is_refused(henk: Person, samlify: Samlify, binding: str) -> None:
    assert Samlify(samlify._metadata, STRANGER).start(henk, binding).status == 400


def test_an_answer_that_was_changed_is_refused_by_the_client(henk: Person, samlify: Samlify) -> None:
    page = henk.pass_digid(samlify.start(henk, "redirect"))
    assert "error" in samlify.read(page.hidden["SAMLResponse"][:-40] + "A" * 40)
