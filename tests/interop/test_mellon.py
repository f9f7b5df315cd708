"""Apache with mod_auth_mellon, unmodified: real HTTP on loopback, Redirect and POST, and logout by Redirect."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from chalicelib.wiring import Wiring
from provisioning.keys import new_key_pair
from tests.builders import HENK, VERA
from tests.http.client import Person
from tests.http.journey import walk_to_mandate
from tests.http.serving import free_port
from tests.interop.apache import MODULES, apache, configure
from tests.interop.browsing import Browser, Protected
from tests.interop.partner import plug_in

SERVICE_ID = "46464646-4646-4646-8646-464646464646"

pytestmark = pytest.mark.skipif(
    not (MODULES / "mod_auth_mellon.so").exists(),
    reason="mod_auth_mellon is missing: apt-get install apache2 libapache2-mod-auth-mellon",
)

CONFIGURATION = """
LoadModule auth_mellon_module {modules}/mod_auth_mellon.so
<Location />
  MellonEnable info
  MellonEndpointPath /mellon
  MellonSPPrivateKeyFile {folder}/{key}
  MellonSPCertFile {folder}/sp.cert
  MellonSPMetadataFile {folder}/sp.xml
  MellonIdPMetadataFile {folder}/idp.xml
  MellonSignatureMethod rsa-sha256
  MellonSecureCookie Off
  MellonUser "urn:nl-eid-gdi:1.0:ActingSubjectID"
  MellonSetEnvNoPrefix LEGAL "urn:nl-eid-gdi:1.0:LegalSubjectID"
</Location>
<Location /in>
  MellonEnable auth
  Require valid-user
  Header always set X-Acting "expr=%{{REMOTE_USER}}"
  Header always set X-Legal "%{{LEGAL}}e" env=LEGAL
</Location>
"""


ONE_BINDING = pytest.mark.parametrize("metadata", ["redirect"], indirect=True)
"""Where it makes no difference how mellon asks: the answer comes the same way."""


@pytest.fixture(params=["redirect", "post"])
def metadata(request: pytest.FixtureRequest, application: str) -> bytes:
    """Return our metadata; of the two bindings mellon takes the one that stands alone."""
    query = "?profile=combiconnect" if request.param == "post" else ""
    return urllib3.request("GET", f"{application}/saml/metadata{query}").data


@pytest.fixture
def key() -> str:
    """Name of the file with the key that mellon signs with."""
    return "sp.key"


@pytest.fixture
def by_artifact() -> bool:
    """Tell whether mellon takes artifacts; else answers by POST."""
    return False


@pytest.fixture
def mellon(
    application: str, metadata: bytes, wired: Wiring, open_folder: Path, key: str, *, by_artifact: bool
) -> Iterator[Protected]:
    folder, port = open_folder / "apache", free_port()
    address = f"http://localhost:{port}"
    partners = open_folder / "partners"
    for made in (folder, partners):
        made.mkdir()
    (folder / "idp.xml").write_bytes(metadata)
    (folder / "stranger.key").write_text(new_key_pair("stranger").key)
    _create_metadata(folder, address)
    if by_artifact:
        _take_artifacts(folder / "sp.xml")
    plug_in(wired, partners, (folder / "sp.xml").read_text(), SERVICE_ID, "unasked: choose")
    configure(folder, port, CONFIGURATION, {"": "outside", "in": "inside"}, key=key)
    with apache(folder, address):
        yield Protected(address, application)


def _create_metadata(folder: Path, address: str) -> None:
    command = ["mellon_create_metadata", f"{address}/mellon/metadata", f"{address}/mellon"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)
    for ending in ("xml", "key", "cert"):
        (made,) = [path for path in folder.glob(f"*.{ending}") if path.name not in ("idp.xml", "stranger.key")]
        made.rename(folder / f"sp.{ending}")


def _take_artifacts(path: Path) -> None:
    """Let metadata name mellon's address for artifacts, which its own script leaves out."""
    document = path.read_text().replace("bindings:HTTP-POST", "bindings:HTTP-Artifact")
    path.write_text(document.replace("/mellon/postResponse", "/mellon/artifactResponse"))


def test_someone_signs_in_for_themself_and_out_again(mellon: Protected) -> None:
    browser = Browser()
    page = mellon.pass_digid(browser, mellon.start(browser))
    inside = browser.open(*page.form)
    assert (inside.status, inside.body) == (200, "inside")
    assert (inside.headers["x-acting"], inside.headers.get("x-legal")) == (HENK.digits, None)
    left = mellon.log_out(browser, "/mellon/logout?ReturnTo=/")
    assert (left.status, left.body) == (200, "outside")
    assert not browser.open(f"{mellon.address}/in/").body.startswith("inside")


def test_someone_signs_in_for_another(mellon: Protected, vera: Person, henk: Person) -> None:
    case_id = walk_to_mandate(vera, henk, service_id=SERVICE_ID)
    inside = mellon.sign_in_for(Browser(), case_id)
    assert (inside.headers["x-acting"], inside.headers["x-legal"]) == (HENK.digits, VERA.digits)


@ONE_BINDING
def test_who_cancels_is_not_let_in(mellon: Protected) -> None:
    browser = Browser()
    page = mellon.pass_digid(browser, mellon.start(browser), cancel=True)
    answer = browser.open(*page.form)
    assert answer.status in (400, 401, 403, 500)
    assert "inside" not in answer.body


@ONE_BINDING
def test_an_answer_that_was_changed_is_refused_by_the_client(mellon: Protected) -> None:
    assert "inside" not in mellon.take_changed_answer(Browser()).body


@pytest.mark.parametrize("key", ["stranger.key"])
def test_a_request_with_another_key_is_refused(mellon: Protected, key: str) -> None:
    assert key
    assert mellon.start(Browser()).status == 400


@ONE_BINDING
@pytest.mark.parametrize("by_artifact", [True])
def test_an_answer_by_artifact_is_fetched(mellon: Protected, *, by_artifact: bool) -> None:
    assert by_artifact
    browser = Browser()
    inside = mellon.pass_digid(browser, mellon.start(browser))
    assert (inside.status, inside.body) == (200, "inside")
    assert inside.headers["x-acting"] == HENK.digits
