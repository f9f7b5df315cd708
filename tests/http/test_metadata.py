"""Metadata, ours and the partners', through time (combiconnect.md 5.1 to 5.3)."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from lxml import etree
from werkzeug.wrappers import Request, Response

from chalicelib.catalogue.items import Source
from chalicelib.catalogue.model import Connection, EntityId
from chalicelib.errors import InvalidMessage, Unavailable
from chalicelib.saml.partners.fetching import fetch_metadata
from chalicelib.saml.partners.registration import import_metadata
from chalicelib.saml.partners.watching import restore, watch_partners
from chalicelib.wiring import Wiring
from local.serving import mutual_tls, server
from operate.metadata import main as metadata_command
from provisioning.keys import new_key_pair
from tests.fakes import Clock
from tests.http.client import Person
from tests.http.setting import pin_digid
from tests.saml.national import ENTITY_ID, OIN, NationalProvider
from tests.saml.provider import NAMES, FakeProvider, certificate_in, found, verify

URL = "https://dv.example/metadata"
_ALG = "{urn:oasis:names:tc:SAML:metadata:algsupport}"


def _ours(person: Person, query: str = "") -> etree._Element:
    answer = person.client.http.get(f"/saml/metadata{query}")
    assert answer.headers["Content-Type"] == "application/samlmetadata+xml"
    root = etree.fromstring(answer.body)
    verify(root, certificate_in(answer.body))
    return root


def _uses(root: etree._Element) -> list[str | None]:
    return [descriptor.get("use") for descriptor in root.iterfind(".//{*}KeyDescriptor")]


def _addresses(root: etree._Element, name: str) -> list[tuple[str, str]]:
    found = root.iterfind(f".//{{*}}{name}")
    return [(one.get("Binding", "").rpartition(":")[2], one.get("Location", "")) for one in found]


def test_ours_is_signed_and_says_what_we_take(henk: Person, clock: Clock) -> None:
    root = _ours(henk)
    assert datetime.fromisoformat(root.get("validUntil", "")) > clock()
    assert root.get("cacheDuration") == "PT6H"
    # Shibboleth's filter knows our certificate as a file, and finds no key by a name that is not in it.
    assert [child.tag for child in found(root, "d:Signature/d:KeyInfo")] == [f"{{{NAMES['d']}}}X509Data"]
    role = found(root, "{*}IDPSSODescriptor")
    assert role.get("WantAuthnRequestsSigned") == "true"
    assert [bound for bound, _ in _addresses(root, "SingleSignOnService")] == ["HTTP-POST", "HTTP-Redirect"]
    assert [bound for bound, _ in _addresses(root, "SingleLogoutService")] == ["HTTP-POST", "HTTP-Redirect"]
    assert found(role, "{*}ArtifactResolutionService").get("index") == "0"


def test_ours_announces_our_algorithms(henk: Person) -> None:
    extensions = found(_ours(henk), "{*}Extensions")
    signing = [one.get("Algorithm", "") for one in extensions.iterfind(f"{_ALG}SigningMethod")]
    assert signing == [f"http://www.w3.org/2001/04/xmldsig-more#rsa-sha{bits}" for bits in (256, 384, 512)]
    digests = [one.get("Algorithm", "") for one in extensions.iterfind(f"{_ALG}DigestMethod")]
    assert "http://www.w3.org/2001/04/xmlenc#sha256" in digests
    assert not any("sha1" in one for one in (*signing, *digests))
    methods = [one.get("Algorithm") for one in _ours(henk).iterfind(".//{*}EncryptionMethod")]
    assert methods[0] == "http://www.w3.org/2009/xmlenc11#aes256-gcm"


def test_a_client_that_refuses_two_certificates_can_ask_for_one(henk: Person) -> None:
    assert _uses(_ours(henk)) == ["signing", "encryption"]
    assert _uses(_ours(henk, "?certificates=one")) == ["signing"]


@pytest.mark.parametrize("role", ["", "digid", "machtigen"])
def test_the_national_profile_has_three_documents(henk: Person, role: str) -> None:
    root = _ours_national(henk, role)
    assert root.get("entityID", "").split(":")[3] == {"": "TD", "digid": "AD", "machtigen": "BVD"}[role]
    assert [bound for bound, _ in _addresses(root, "SingleSignOnService")] == ["HTTP-POST"]
    assert [bound for bound, _ in _addresses(root, "SingleLogoutService")] == ["HTTP-POST"]
    ((_, resolution),) = _addresses(root, "ArtifactResolutionService")
    assert resolution.startswith("https://localhost:")
    assert [child.tag for child in found(root, "d:Signature/d:KeyInfo")] == [f"{{{NAMES['d']}}}KeyName"]


def _ours_national(person: Person, role: str) -> etree._Element:
    return _ours(person, f"?profile=combiconnect&role={role}")


@pytest.fixture
def registered(wired: Wiring) -> NationalProvider:
    """Register a provider whose metadata has an address."""
    provider, entity_id = NationalProvider(), EntityId(ENTITY_ID)
    imported = import_metadata(provider.metadata(), wired.clock())
    wired.catalogue.put_connection(Connection(entity_id, "DV", imported.metadata, profile=imported.profile))
    wired.catalogue.keep_version(Source(entity_id, URL, None), imported.document, wired.clock())
    return provider


def _next(provider: NationalProvider) -> tuple[NationalProvider, bytes]:
    """Return a provider's metadata with its next signing key beside, signed by the one that is known."""
    following = replace(provider, keys=new_key_pair("next", oin=OIN))
    own, other = etree.fromstring(provider.metadata()), etree.fromstring(following.metadata())
    own.remove(found(own, "d:Signature"))
    role = found(own, "{*}SPSSODescriptor")
    role.insert(1, found(other, "{*}SPSSODescriptor/{*}KeyDescriptor"))
    return following, etree.tostring(provider.sign(own, at=0))


@pytest.mark.usefixtures("registered")
def test_what_is_fetched_becomes_current_and_the_old_version_stays(
    wired: Wiring, registered: NationalProvider, clock: Clock
) -> None:
    _, both = _next(registered)
    clock.forward(minutes=1)
    watch_partners(wired.catalogue, lambda url: both if url == URL else b"", clock())
    assert wired.catalogue.connection(ENTITY_ID).metadata.count(b'use="signing"') == 2
    assert len(wired.catalogue.versions(ENTITY_ID)) == 2
    clock.forward(minutes=1)
    watch_partners(wired.catalogue, lambda _: both, clock())
    assert len(wired.catalogue.versions(ENTITY_ID)) == 2


@pytest.mark.parametrize("what", ["nonsense", "a stranger's", "of another", "a new key alone"])
def test_what_is_not_good_does_not_replace_what_was(
    wired: Wiring, registered: NationalProvider, clock: Clock, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    before = wired.catalogue.connection(ENTITY_ID)
    other = ENTITY_ID.replace("9000", "9001")
    document = {
        "nonsense": b"<x/>",
        "a stranger's": replace(registered, keys=new_key_pair("stranger")).metadata(),
        "of another": replace(registered, entity_id=other).metadata(),
        "a new key alone": _next(registered)[0].metadata(),
    }[what]
    with caplog.at_level(logging.WARNING):
        watch_partners(wired.catalogue, lambda _: document, clock())
    assert "metadata_refused" in caplog.text
    assert wired.catalogue.connection(ENTITY_ID) == before


def test_an_address_that_does_not_answer_changes_nothing(
    wired: Wiring, registered: NationalProvider, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    def silent(_: str) -> bytes:
        raise Unavailable("metadata")

    before = wired.catalogue.connection(registered.entity_id)
    watch_partners(wired.catalogue, silent, clock())
    assert "metadata_not_fetched" in caplog.text
    assert wired.catalogue.connection(ENTITY_ID) == before


@pytest.mark.parametrize("trouble", ["no connection", "unreadable", "unforeseen", "does not answer", "over"])
def test_one_partner_in_trouble_is_no_other_partners(
    wired: Wiring,
    registered: NationalProvider,
    clock: Clock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    trouble: str,
) -> None:
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    other = EntityId("https://aaa.example/metadata")
    wired.catalogue.keep_version(Source(other, "https://aaa.example", None), b"<x/>", clock())
    if trouble != "no connection":
        metadata = b"<x" if trouble == "unreadable" else FakeProvider(entity_id=other).metadata()
        if trouble == "over":
            metadata = metadata.replace(b"entityID=", b'validUntil="2020-01-01T00:00:00Z" entityID=', 1)
        wired.catalogue.put_connection(Connection(other, "In trouble", metadata))
    _, both = _next(registered)

    def fetch(url: str) -> bytes:
        if url == URL:
            return both
        raise {"unforeseen": KeyError("x")}.get(trouble, Unavailable("metadata"))

    for _ in range(2):
        clock.forward(hours=1)
        watch_partners(wired.catalogue, fetch, clock())
    assert wired.catalogue.connection(ENTITY_ID).metadata.count(b'use="signing"') == 2
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    measured = {name: line[name][0] for line in lines for name in line if "_aws" in line and name[0].isupper()}
    assert measured["PartnersTroubled"] == 1
    assert (measured["PartnerDaysLeft"] < 0) == (trouble == "over")


def test_an_end_that_comes_near_is_warned_of(
    wired: Wiring, registered: NationalProvider, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    document = registered.metadata()
    watch_partners(wired.catalogue, lambda _: document, clock())
    assert "partner_ends_soon" not in caplog.text
    clock.forward(days=20)
    watch_partners(wired.catalogue, lambda _: document, clock())
    assert "partner_ends_soon" in caplog.text


def test_an_earlier_version_can_be_brought_back(
    wired: Wiring, registered: NationalProvider, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    _, both = _next(registered)
    clock.forward(minutes=1)
    watch_partners(wired.catalogue, lambda _: both, clock())
    assert metadata_command([ENTITY_ID], wired.catalogue) == 0
    first = capsys.readouterr().out.split()[0]
    assert metadata_command([ENTITY_ID, "--restore", first], wired.catalogue) == 0
    assert wired.catalogue.connection(ENTITY_ID).metadata.count(b'use="signing"') == 1
    assert len(wired.catalogue.versions(ENTITY_ID)) == 3
    assert metadata_command(["urn:nobody"], wired.catalogue) == 1
    with pytest.raises(InvalidMessage, match="no such version"):
        restore(ENTITY_ID, clock() + timedelta(days=1), wired.catalogue, clock())


@pytest.fixture
def served() -> Iterator[str]:
    """Serve over TLS with a certificate that nobody vouches for."""

    @Request.application
    def site(_: Request) -> Response:
        return Response(b"<x/>")

    running = server(site, 0, mutual_tls(new_key_pair("localhost", host="localhost"), []))
    import threading  # noqa: PLC0415

    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"https://localhost:{running.port}/metadata"
    running.shutdown()
    running.server_close()


def test_metadata_is_fetched_over_tls_from_who_can_be_trusted(served: str) -> None:
    with pytest.raises(InvalidMessage, match="https only"):
        fetch_metadata("http://dv.example/metadata")
    with pytest.raises(Unavailable):
        fetch_metadata(served)


def test_a_stage_may_bear_entity_ids_of_its_own(henk: Person, wired: Wiring) -> None:
    own = {
        "combiconnect_entity_id": "urn:own:front",
        "digid_entity_id": "urn:own:digid",
        "machtigen_entity_id": "urn:own:bvd",
    }
    wired.settings = wired.settings.replaced(**own)
    for query, entity_id in (
        ("", "urn:own:front"),
        ("?profile=combiconnect", "urn:own:front"),
        ("?profile=combiconnect&role=digid", "urn:own:digid"),
        ("?profile=combiconnect&role=machtigen", "urn:own:bvd"),
    ):
        assert _ours(henk, query).get("entityID") == entity_id


def _for_digid(person: Person, query: str = "") -> etree._Element:
    answer = person.client.http.get(f"/saml/digid/metadata{query}")
    verify(etree.fromstring(answer.body), certificate_in(answer.body))
    return etree.fromstring(answer.body)


@pytest.mark.parametrize(
    ("query", "bindings", "uses"),
    [
        ("", ["HTTP-Artifact", "HTTP-POST"], ["signing"]),
        ("?answer=artifact", ["HTTP-Artifact", "HTTP-POST"], ["signing"]),
        ("?answer=post", ["HTTP-POST", "HTTP-Artifact"], ["signing", "encryption"]),
    ],
)
def test_the_document_for_digid_is_one_that_it_can_keep(
    henk: Person, query: str, bindings: list[str], uses: list[str]
) -> None:
    root = _for_digid(henk, query)
    assert [binding for binding, _ in _addresses(root, "AssertionConsumerService")] == bindings
    assert [one.get("isDefault") for one in root.iterfind(".//{*}AssertionConsumerService")] == ["true", "false"]
    assert _uses(root) == uses
    assert (root.get("validUntil") is None) == ("encryption" not in uses)
    role = found(root, "{*}SPSSODescriptor")
    assert (role.get("AuthnRequestsSigned"), role.get("WantAssertionsSigned")) == ("true", "true")


def test_the_document_is_for_how_the_pinned_one_answers(henk: Person, wired: Wiring) -> None:
    pin_digid(wired, by_artifact=False)
    assert "encryption" in _uses(_for_digid(henk))
