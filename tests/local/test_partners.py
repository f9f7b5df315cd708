"""`PARTNERS=dir`: any service provider's metadata can be plugged in (design.md section 5)."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from chalicelib.catalogue.model import Representation, ServiceId
from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.tables import CatalogueTable
from local import aws
from local.partners import register_folder
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
