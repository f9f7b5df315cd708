"""Apache with mod_auth_mellon, unmodified: real HTTP on loopback, Redirect and POST, and logout by Redirect."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
import urllib3

from chalicelib.wiring import Wiring
from local.digid.answers import cancelled, signed_in
from local.partners import register_folder
from operate.keys import new_key_pair
from tests.builders import HENK, VERA
from tests.http.client import DIGID, Person, digid
from tests.http.journey import mandate
from tests.http.serving import free_port, served

MODULES = Path("/usr/lib/apache2/modules")
SERVICE_ID = "46464646-4646-4646-8646-464646464646"
_FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"', re.IGNORECASE)
_ACTION = re.compile(r'<form[^>]* action="([^"]*)"', re.IGNORECASE)

pytestmark = pytest.mark.skipif(
    not (MODULES / "mod_auth_mellon.so").exists(),
    reason="mod_auth_mellon is missing: apt-get install apache2 libapache2-mod-auth-mellon",
)

CONFIGURATION = """
ServerRoot {folder}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/pid
ErrorLog {folder}/error.log
{user}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authn_core_module {modules}/mod_authn_core.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule authz_user_module {modules}/mod_authz_user.so
LoadModule headers_module {modules}/mod_headers.so
LoadModule dir_module {modules}/mod_dir.so
LoadModule auth_mellon_module {modules}/mod_auth_mellon.so
DocumentRoot {folder}/www
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
class Mellon:
    address: str
    application: str
    wired: Wiring

    def start(self, browser: Browser) -> Page:
        """Open the protected page, and come to DigiD; with a form on the way, or two for a request by POST."""
        page = browser.open(f"{self.address}/in/")
        while page.status == 200:
            page = browser.open(*page.form)
        return page

    def pass_digid(self, browser: Browser, page: Page, level: str = "20", *, cancel: bool = False) -> Page:
        asked = digid().take(page.address, page.sent)
        outcome = cancelled(asked) if cancel else signed_in(asked, HENK.digits, level)
        return browser.open(digid().engine.way_back(outcome))


@pytest.fixture
def application(wired: Wiring) -> Iterator[str]:
    with served(wired) as address:
        yield address


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
    application: str, metadata: bytes, wired: Wiring, tmp_path: Path, key: str, *, by_artifact: bool
) -> Iterator[Mellon]:
    folder, port = tmp_path / "apache", free_port()
    address = f"http://localhost:{port}"
    partners = tmp_path / "partners"
    for made in (folder, folder / "www" / "in", partners):
        made.mkdir(parents=True)
    (folder / "www" / "in" / "index.html").write_text("inside")
    (folder / "www" / "index.html").write_text("outside")
    (folder / "idp.xml").write_bytes(metadata)
    (folder / "stranger.key").write_text(new_key_pair("stranger").key)
    _create_metadata(folder, address)
    if by_artifact:
        _take_artifacts(folder / "sp.xml")
    shutil.copy(folder / "sp.xml", partners / "mellon.xml")
    service = f"{{index: 1, service_id: {SERVICE_ID}, name: Mellon, level: 20}}"
    (partners / "mellon.yaml").write_text(f"unasked: choose\nservices: [{service}]\n")
    assert list(register_folder(wired.catalogue, partners, datetime.now(UTC)))
    user = "User www-data\nGroup www-data" if _is_root() else ""
    values = {"folder": folder, "port": port, "modules": MODULES, "key": key, "user": user}
    (folder / "apache.conf").write_text(CONFIGURATION.format(**values))
    for reachable in (*list(folder.rglob("*")), folder, tmp_path, tmp_path.parent, tmp_path.parent.parent):
        reachable.chmod(reachable.stat().st_mode | (0o055 if reachable.is_dir() else 0o044))
    command = [shutil.which("apache2") or "/usr/sbin/apache2", "-f", str(folder / "apache.conf"), "-DFOREGROUND"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(address, folder)
        yield Mellon(address, application, wired)
    finally:
        process.terminate()
        process.wait(timeout=10)


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


def _is_root() -> bool:
    import os  # noqa: PLC0415

    return os.geteuid() == 0


def _wait_for(address: str, folder: Path) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        try:
            urllib3.request("GET", f"{address}/", retries=False)
        except urllib3.exceptions.HTTPError:
            time.sleep(0.05)
        else:
            return
    log = folder / "error.log"
    raise AssertionError(log.read_text() if log.exists() else "apache does not start")


def test_someone_signs_in_for_themself_and_out_again(mellon: Mellon) -> None:
    browser = Browser()
    page = mellon.pass_digid(browser, mellon.start(browser))
    inside = browser.open(*page.form)
    assert (inside.status, inside.body) == (200, "inside")
    assert (inside.headers["x-acting"], inside.headers.get("x-legal")) == (HENK.digits, None)
    left = browser.open(f"{mellon.address}/mellon/logout?ReturnTo=/")
    if left.address.startswith(mellon.application):
        left = browser.open(*left.form)
    assert (left.status, left.body) == (200, "outside")
    assert not browser.open(f"{mellon.address}/in/").body.startswith("inside")


def test_someone_signs_in_for_another(mellon: Mellon, vera: Person, henk: Person) -> None:
    case_id = mandate(vera, henk, service_id=SERVICE_ID)
    browser = Browser()
    choice = mellon.pass_digid(browser, mellon.start(browser))
    assert "For whom do you sign in?" in choice.body
    page = browser.open(choice.address, {"person": case_id})
    inside = browser.open(*page.form)
    assert (inside.headers["x-acting"], inside.headers["x-legal"]) == (HENK.digits, VERA.digits)


def test_who_cancels_is_not_let_in(mellon: Mellon) -> None:
    browser = Browser()
    page = mellon.pass_digid(browser, mellon.start(browser), cancel=True)
    answer = browser.open(*page.form)
    assert answer.status in (400, 401, 403, 500)
    assert "inside" not in answer.body


def test_an_answer_that_was_changed_is_refused_by_the_client(mellon: Mellon) -> None:
    browser = Browser()
    target, fields = mellon.pass_digid(browser, mellon.start(browser)).form
    changed = {**fields, "SAMLResponse": fields["SAMLResponse"][:-40] + "A" * 40}
    assert "inside" not in browser.open(target, changed).body


@pytest.mark.parametrize("key", ["stranger.key"])
def test_a_request_with_another_key_is_refused(mellon: Mellon, key: str) -> None:
    assert key
    assert mellon.start(Browser()).status == 400


@pytest.mark.parametrize("metadata", ["redirect"], indirect=True)
@pytest.mark.parametrize("by_artifact", [True])
def test_an_answer_by_artifact_is_fetched(mellon: Mellon, *, by_artifact: bool) -> None:
    assert by_artifact
    browser = Browser()
    inside = mellon.pass_digid(browser, mellon.start(browser))
    assert (inside.status, inside.body) == (200, "inside")
    assert inside.headers["x-acting"] == HENK.digits
