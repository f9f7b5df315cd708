"""`PARTNERS=dir`: any service provider's metadata can be plugged in (design.md section 5)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chalicelib.catalogue.model import Representation, ServiceId
from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.storage.tables import CatalogueTable
from local import aws
from local.partners import register_folder
from provisioning.keys import new_key_pair
from tests.saml.provider import ENTITY_ID, FakeProvider

NOW = datetime.now(UTC)


@pytest.fixture
def catalogue(cloud: None) -> DynamoCatalogue:  # noqa: ARG001 - only set up
    dynamodb = aws.client("dynamodb")
    for item in dynamodb.scan(TableName="digid-machtigen-catalogue")["Items"]:
        dynamodb.delete_item(TableName="digid-machtigen-catalogue", Key={"pk": item["pk"], "sk": item["sk"]})
    return DynamoCatalogue(CatalogueTable(dynamodb, "digid-machtigen-catalogue"))


def _plug_in(catalogue: DynamoCatalogue, folder: Path) -> list[str]:
    return list(register_folder(catalogue, folder, NOW))


def test_metadata_alone_gives_one_service_named_after_the_file(catalogue: DynamoCatalogue, tmp_path: Path) -> None:
    (tmp_path / "waterschap.xml").write_bytes(FakeProvider().metadata())
    assert _plug_in(catalogue, tmp_path) == [f"waterschap.xml: {ENTITY_ID} (1 service(s))"]
    (service,) = catalogue.services()
    assert service.name == {"nl": "waterschap", "en": "waterschap"}
    assert catalogue.connection(ENTITY_ID).unasked is Representation.SELF


def test_attribute_consuming_services_become_services(catalogue: DynamoCatalogue, tmp_path: Path) -> None:
    offered = """<md:AttributeConsumingService index="4"><md:ServiceName xml:lang="nl">Dijken</md:ServiceName>
<md:RequestedAttribute Name="urn:nl-eid-gdi:1.0:ServiceUUID"><v>AAAAAAAA-0000-4000-8000-000000000000</v>
</md:RequestedAttribute></md:AttributeConsumingService></md:SPSSODescriptor>"""
    raw = FakeProvider().metadata().decode().replace("</md:SPSSODescriptor>", offered)
    (tmp_path / "waterschap.xml").write_text(raw)
    assert len(_plug_in(catalogue, tmp_path)) == 1
    assert catalogue.services_of(ENTITY_ID) == {4: ServiceId("aaaaaaaa-0000-4000-8000-000000000000")}


def test_a_yaml_file_beside_it_gives_more(catalogue: DynamoCatalogue, tmp_path: Path) -> None:
    (tmp_path / "waterschap.xml").write_bytes(FakeProvider().metadata())
    (tmp_path / "waterschap.yaml").write_text(
        "name: Waterschap\nunasked: choose\nservices:\n"
        "  - {index: 1, name: {nl: Dijken, en: Dikes}, level: 25, max_days: 90}\n  - {index: 2, name: Sluizen}\n"
    )
    assert len(_plug_in(catalogue, tmp_path)) == 1
    dikes, locks = sorted(catalogue.services(), key=lambda service: service.index or 0)
    assert (dikes.name["en"], dikes.level, dikes.max_days, dikes.provider) == ("Dikes", 25, 90, "Waterschap")
    assert (locks.level, locks.max_days) == (10, 365)
    assert catalogue.connection(ENTITY_ID).unasked is Representation.CHOOSE


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"<x/>", "not an EntityDescriptor"),
        (b"nonsense", "not XML"),
        (FakeProvider().metadata(encryption=False), "no certificate for encryption"),
        (FakeProvider().metadata().replace(b"https://ominous.example/a", b"http://ominous.example/a"), "https address"),
        (FakeProvider().metadata().replace(b"https://ominous.example/a", b"https://x; x/a"), "https address"),
        (FakeProvider().metadata().replace(b"entityID=", b'validUntil="2020-01-01T00:00:00Z" entityID='), "expired"),
    ],
)
def test_metadata_that_cannot_be_used_is_refused_with_the_reason_and_the_others_go_on(
    catalogue: DynamoCatalogue, tmp_path: Path, capsys: pytest.CaptureFixture[str], raw: bytes, reason: str
) -> None:
    (tmp_path / "a-wrong.xml").write_bytes(raw)
    (tmp_path / "b-right.xml").write_bytes(FakeProvider().metadata())
    assert [line.partition(":")[0] for line in _plug_in(catalogue, tmp_path)] == ["b-right.xml"]
    shown = capsys.readouterr().err
    assert "a-wrong.xml is refused" in shown
    assert reason in shown


@pytest.mark.parametrize(
    ("offered", "beside"),
    [
        ("Opvang 👪", ""),
        ("Opvang", 'services:\n  - {index: 1, name: {nl: "Opvang 👪", en: "Care 👪"}, level: 20, max_days: 30}\n'),
        ("Opvang", "name: Gemeente 👪\n"),
    ],
    ids=["metadata", "yaml", "organisation"],
)
def test_a_name_that_no_letter_can_show_is_refused_where_it_is_let_in(
    catalogue: DynamoCatalogue, tmp_path: Path, capsys: pytest.CaptureFixture[str], offered: str, beside: str
) -> None:
    service = (
        f'<md:AttributeConsumingService index="4"><md:ServiceName xml:lang="nl">{offered}</md:ServiceName>'
        '<md:RequestedAttribute Name="x"/></md:AttributeConsumingService></md:SPSSODescriptor>'
    )
    raw = FakeProvider().metadata().decode().replace("</md:SPSSODescriptor>", service)
    (tmp_path / "opvang.xml").write_text(raw, encoding="utf-8")
    (tmp_path / "opvang.yaml").write_text(beside, encoding="utf-8")
    assert _plug_in(catalogue, tmp_path) == []
    assert "the font of the letters cannot show 👪 (U+1F46A FAMILY)" in capsys.readouterr().err
    assert catalogue.services() == []


OTHER = FakeProvider(new_key_pair("another"), "https://another.example/metadata")
UUID = "aaaaaaaa-0000-4000-8000-000000000000"


def _offering(provider: FakeProvider, uuid: str) -> bytes:
    offered = f"""<md:AttributeConsumingService index="4"><md:ServiceName xml:lang="nl">Dijken</md:ServiceName>
<md:RequestedAttribute Name="urn:nl-eid-gdi:1.0:ServiceUUID"><v>{uuid}</v>
</md:RequestedAttribute></md:AttributeConsumingService></md:SPSSODescriptor>"""
    return provider.metadata().replace(b"</md:SPSSODescriptor>", offered.encode())


@pytest.mark.parametrize("uuid", [UUID, UUID.upper()])
def test_metadata_that_claims_another_organisations_service_is_refused_and_changes_nothing(
    catalogue: DynamoCatalogue, tmp_path: Path, capsys: pytest.CaptureFixture[str], uuid: str
) -> None:
    (tmp_path / "a-holder.xml").write_bytes(_offering(FakeProvider(), UUID))
    (tmp_path / "b-thief.xml").write_bytes(_offering(OTHER, uuid))
    assert [line.partition(":")[0] for line in _plug_in(catalogue, tmp_path)] == ["a-holder.xml"]
    assert f"b-thief.xml is refused: service {UUID} is one of a-holder, {ENTITY_ID}" in capsys.readouterr().err
    (service,) = catalogue.services()
    assert service.asked_through == ENTITY_ID


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f"{{name: Dijken, service_id: {UUID}}}", f"service {UUID} is one of a-holder"),
        (f"{{name: Dijken, entity_id: '{ENTITY_ID}'}}", f"entityID {ENTITY_ID} has services here"),
        ("{name: Dijken, entity_id: 'urn:nobody'}", "entityID urn:nobody has services here"),
    ],
)
def test_a_file_beside_it_claims_no_more_than_the_metadata(
    catalogue: DynamoCatalogue, tmp_path: Path, capsys: pytest.CaptureFixture[str], row: str, reason: str
) -> None:
    (tmp_path / "a-holder.xml").write_bytes(_offering(FakeProvider(), UUID))
    (tmp_path / "b-thief.xml").write_bytes(OTHER.metadata())
    (tmp_path / "b-thief.yaml").write_text(f"services:\n  - {row}\n")
    assert [line.partition(":")[0] for line in _plug_in(catalogue, tmp_path)] == ["a-holder.xml"]
    assert reason in capsys.readouterr().err


def test_metadata_with_another_organisations_name_is_refused(
    catalogue: DynamoCatalogue, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a-holder.xml").write_bytes(FakeProvider().metadata())
    (tmp_path / "b-thief.xml").write_bytes(FakeProvider(OTHER.keys).metadata())
    (tmp_path / "c-copy.xml").write_bytes(FakeProvider().metadata().replace(b"/acs", b"/elsewhere"))
    assert [line.partition(":")[0] for line in _plug_in(catalogue, tmp_path)] == ["a-holder.xml"]
    shown = capsys.readouterr().err
    for name in ("b-thief", "c-copy"):
        assert f"{name}.xml is refused: entityID {ENTITY_ID} is that of a-holder" in shown
    assert catalogue.connection(ENTITY_ID).metadata == FakeProvider().metadata()


def test_what_works_and_should_be_looked_at_is_told(
    catalogue: DynamoCatalogue, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    soon = (NOW + timedelta(days=3)).strftime("%Y-%m-%dT00:00:00Z")
    raw = FakeProvider().metadata().replace(b"<md:SPSSODescriptor", f'<md:SPSSODescriptor validUntil="{soon}"'.encode())
    (tmp_path / "waterschap.xml").write_bytes(raw)
    assert len(_plug_in(catalogue, tmp_path)) == 1
    assert f"waterschap.xml: the metadata (validUntil) ends on {soon[:10]}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("beside", "told"),
    [
        ("sso-domain: mine", "waterschap.yaml says sso-domain; it may say mutual_tls, name, "),
        ("- name: Waterschap", "waterschap.yaml does not consist of names with values"),
        ("name: [Waterschap", "waterschap.yaml is no YAML, line 1: "),
        ("signed_by: provider.pem", "signed_by: provider.pem is not in the folder"),
    ],
)
def test_a_file_beside_it_that_would_not_be_heard_is_refused_in_words(
    catalogue: DynamoCatalogue, tmp_path: Path, capsys: pytest.CaptureFixture[str], beside: str, told: str
) -> None:
    (tmp_path / "waterschap.xml").write_bytes(FakeProvider().metadata())
    (tmp_path / "waterschap.yaml").write_text(beside)
    assert _plug_in(catalogue, tmp_path) == []
    assert f"PARTNERS: waterschap.xml is refused: {told}" in capsys.readouterr().err
