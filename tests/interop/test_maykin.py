"""maykin-python3-saml, unmodified, the client of many municipalities: asks by POST, and fetches answers by Artifact."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import urllib3

from chalicelib.wiring import Wiring
from local.digid.answers import Outcome, cancelled, signed_in
from provisioning.keys import KeyPair, new_key_pair
from tests.builders import HENK
from tests.http.client import Answer, Person, at_digid, digid
from tests.http.serving import served
from tests.interop.partner import plug_in

HERE = Path(__file__).parent
PYTHON = HERE.parent.parent / ".venv-maykin" / "bin" / "python"
SERVICE_ID = "48484848-4848-4848-8848-484848484848"
KEYS, STRANGER = new_key_pair("maykin"), new_key_pair("stranger")

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="maykin-python3-saml is missing: make clients")


@dataclass(slots=True)
class Provider:
    """A provider whose engineer uses maykin-python3-saml; `address` is ours."""

    address: str
    theirs: str

    def does(self, what: str, keys: KeyPair = KEYS, **more: str) -> dict[str, Any]:
        asked = {"do": what, "theirs": self.theirs, "key": keys.key, "certificate": keys.certificate, **more}
        command = [str(PYTHON), str(HERE / "maykin.py")]
        done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        said: dict[str, Any] = json.loads(done.stdout)
        return said

    def start(self, person: Person, keys: KeyPair = KEYS) -> Answer:
        asked = self.does("ask", keys)
        assert asked["address"] == f"{self.address}/saml/sso"
        return person.post("/saml/sso", asked["fields"])

    def back(self, person: Person, outcome: Outcome) -> Answer:
        return person.get(digid().engine.way_back(outcome).removeprefix(self.address))

    def read(self, page: Answer) -> dict[str, Any]:
        query = parse_qs(urlsplit(page.location).query)
        assert query["RelayState"] == ["state"]
        return self.does("read", artifact=query["SAMLart"][0])


@pytest.fixture
def provider(wired: Wiring, tmp_path: Path) -> Iterator[Provider]:
    with served(wired) as address:
        made = Provider(address, urllib3.request("GET", f"{address}/saml/metadata").data.decode())
        plug_in(wired, tmp_path, made.does("metadata")["metadata"], SERVICE_ID)
        yield made


def test_someone_signs_in_for_oneself(henk: Person, provider: Provider) -> None:
    asked = at_digid(provider.start(henk))
    said = provider.read(provider.back(henk, signed_in(asked, HENK.digits, "20")))
    assert (said["errors"], said["why"]) == ([], None)
    assert said["attributes"]["urn:nl-eid-gdi:1.0:ActingSubjectID"] == [HENK.digits]


def test_cancelling_is_understood(henk: Person, provider: Provider) -> None:
    asked = at_digid(provider.start(henk))
    said = provider.read(provider.back(henk, cancelled(asked)))
    assert said["errors"] == ["invalid_response"]
    assert "Authentication cancelled" in said["why"]


def test_a_request_signed_by_another_is_refused(henk: Person, provider: Provider) -> None:
    assert provider.start(henk, STRANGER).status == 400
