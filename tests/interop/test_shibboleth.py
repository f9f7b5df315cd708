"""Shibboleth SP of Debian with its own defaults: our metadata by URL and filtered, POST, Artifact, logout, Scoping."""

import shutil
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from chalicelib.wiring import Wiring
from local.identities import COMBICONNECT, MACHTIGEN
from local.serving import mutual_tls
from provisioning.keys import new_key_pair
from tests.builders import HENK, VERA
from tests.http.client import Person
from tests.http.journey import walk_to_mandate
from tests.http.serving import free_port, served
from tests.interop.apache import MODULES, apache, configure, running
from tests.interop.browsing import Browser, Protected
from tests.interop.partner import plug_in
from tests.saml.provider import certificate_in

SHIPPED = Path("/etc/shibboleth")
SERVER = new_key_pair("localhost", host="localhost")
KEYS = {use: new_key_pair(f"shibboleth {use}") for use in ("signing", "encrypt")}
SERVICE_ID = "48484848-4848-4848-8848-484848484848"

pytestmark = pytest.mark.skipif(
    not (MODULES / "mod_shib.so").exists() or shutil.which("shibd", path="/usr/sbin") is None,
    reason="Shibboleth SP is missing: apt-get install libapache2-mod-shib",
)

APACHE = """
LoadModule mod_shib {modules}/mod_shib.so
ShibConfig {folder}/shibboleth2.xml
ShibCompatValidUser On
UseCanonicalName On
<Location /Shibboleth.sso>
  AuthType None
  Require all granted
</Location>
<LocationMatch "^/(in|artifact|for-another)/">
  AuthType shibboleth
  ShibRequestSetting requireSession true
  Require shib-session
  Header always set X-Acting "%{{acting}}e" env=acting
  Header always set X-Legal "%{{legal}}e" env=legal
</LocationMatch>
<Location /artifact>
  ShibRequestSetting acsIndex 3
</Location>
<Location /for-another>
  ShibRequestSetting requireSessionWith for-another
</Location>
"""


def _filled_in(address: str, application: str) -> dict[str, list[tuple[str, str]]]:
    """Return what an engineer fills in, by file of the package: what stands there, and what takes its place."""
    return {
        "shibboleth2.xml": [
            ("https://sp.example.org/shibboleth", f"{address}/shibboleth"),
            ("https://idp.example.org/idp/shibboleth", COMBICONNECT),
            ('REMOTE_USER="eppn subject-id pairwise-id persistent-id"', 'REMOTE_USER="acting"'),
            # The back channel's certificate is not of our metadata; the answer that comes over it is signed.
            (
                "    </ApplicationDefaults>",
                f"""<RelyingParty Name="{COMBICONNECT}" requireTransportAuth="false" signing="true"/>
                </ApplicationDefaults>""",
            ),
            # Only because this computer's addresses are http.
            ('handlerSSL="true" cookieProps="https"', 'handlerSSL="false" cookieProps="http"'),
            (
                "<!-- Example of locally maintained metadata. -->",
                f"""<MetadataProvider type="XML" validate="true" url="{application}/saml/metadata"
                    backingFilePath="machtigen.xml" maxRefreshDelay="43200">
                  <MetadataFilter type="RequireValidUntil" maxValidityInterval="2419200"/>
                  <MetadataFilter type="Signature" certificate="machtigen.pem"/>
                </MetadataProvider>""",
            ),
            (
                "<!-- Administrative logout. -->",
                f"""<SessionInitiator type="SAML2" id="for-another" Location="/ForAnother" entityID="{COMBICONNECT}">
                  <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="template" Version="2.0"
                      IssueInstant="2026-01-01T00:00:00Z">
                    <samlp:Scoping><samlp:RequesterID>{MACHTIGEN}</samlp:RequesterID></samlp:Scoping>
                  </samlp:AuthnRequest>
                </SessionInitiator>""",
            ),
        ],
        "attribute-map.xml": [("</Attributes>", f"{ATTRIBUTES}</Attributes>")],
    }


ATTRIBUTES = "".join(
    f"""<Attribute name="urn:nl-eid-gdi:1.0:{name}SubjectID" id="{name.lower()}"
        nameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified"/>"""
    for name in ("Acting", "Legal")
)


@pytest.fixture
def application(wired: Wiring) -> Iterator[str]:
    """Serve with TLS: Shibboleth fetches no artifact without."""
    with served(wired, mutual_tls(SERVER, [KEYS["signing"].certificate])) as address:
        yield address


@pytest.fixture
def shibboleth(application: str, wired: Wiring, open_folder: Path) -> Iterator[Protected]:
    folder, port = open_folder / "shibboleth", free_port()
    address = f"http://localhost:{port}"
    shutil.copytree(SHIPPED, folder)
    _fill_in(folder, address, application)
    places = {f"SHIBSP_{name}DIR": str(open_folder) for name in ("CFG", "LOG", "RUN", "CACHE")}
    configure(folder, port, APACHE, dict.fromkeys(("in", "artifact", "for-another"), "inside"))
    daemon = ["/usr/sbin/shibd", "-F", "-f", "-c", str(folder / "shibboleth2.xml"), "-p", str(folder / "shibd.pid")]
    with running(daemon, **places), apache(folder, address, **places):
        _register(wired, open_folder / "partners", address)
        yield Protected(address, application)


def _fill_in(folder: Path, address: str, application: str) -> None:
    for name, changes in _filled_in(address, application).items():
        text = (folder / name).read_text()
        for before, after in changes:
            assert text.count(before) == 1, before
            text = text.replace(before, after)
        (folder / name).write_text(text)
    logger = (folder / "shibd.logger").read_text()
    (folder / "shibd.logger").write_text(logger.replace("/var/log/shibboleth", str(folder)))
    ours = _browser().open(f"{application}/saml/metadata").body.encode()
    (folder / "machtigen.pem").write_text(certificate_in(ours))
    for use, keys in KEYS.items():
        (folder / f"sp-{use}-key.pem").write_text(keys.key)
        (folder / f"sp-{use}-cert.pem").write_text(keys.certificate)


def _register(wired: Wiring, partners: Path, address: str) -> None:
    """Register what Shibboleth says about itself."""
    partners.mkdir()
    metadata = urllib3.request("GET", f"{address}/Shibboleth.sso/Metadata").data.decode()
    plug_in(wired, partners, metadata, SERVICE_ID)


def _browser() -> Browser:
    context = ssl.create_default_context(cadata=SERVER.certificate)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return Browser(urllib3.PoolManager(retries=False, ssl_context=context))


def test_someone_signs_in_by_post_and_out_again(shibboleth: Protected) -> None:
    browser = _browser()
    page = shibboleth.pass_digid(browser, shibboleth.start(browser))
    inside = browser.open(*page.form)
    assert (inside.status, inside.body) == (200, "inside")
    assert (inside.headers["x-acting"], inside.headers.get("x-legal")) == (HENK.digits, None)
    left = shibboleth.log_out(browser, "/Shibboleth.sso/Logout")
    assert "Logout completed successfully" in left.body, left.body
    assert shibboleth.start(browser).body != "inside"


def test_an_answer_by_artifact_is_fetched(shibboleth: Protected) -> None:
    browser = _browser()
    inside = shibboleth.pass_digid(browser, shibboleth.start(browser, "/artifact/"))
    assert (inside.status, inside.body, inside.headers["x-acting"]) == (200, "inside", HENK.digits)


def test_scoping_of_a_template_asks_for_another(shibboleth: Protected, vera: Person, henk: Person) -> None:
    case_id = walk_to_mandate(vera, henk, service_id=SERVICE_ID)
    inside = shibboleth.sign_in_for(_browser(), case_id, "/for-another/")
    assert (inside.headers["x-acting"], inside.headers["x-legal"]) == (HENK.digits, VERA.digits)


def test_who_cancels_is_not_let_in(shibboleth: Protected) -> None:
    browser = _browser()
    page = shibboleth.pass_digid(browser, shibboleth.start(browser), cancel=True)
    answer = browser.open(*page.form)
    assert "Authentication cancelled" in answer.body


def test_an_answer_that_was_changed_is_refused_by_the_client(shibboleth: Protected) -> None:
    assert shibboleth.take_changed_answer(_browser()).body != "inside"
