"""The catalogue in memory, on moto and on DynamoDB Local: what is written is found, and what is dropped is gone."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

import pytest

from chalicelib.catalogue.items import Source
from chalicelib.catalogue.model import Connection, EntityId
from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.errors import InvalidMessage, NotFound
from chalicelib.saml.craft.parsing import LONGEST_ENTITY_ID, entity_id_of
from chalicelib.storage.tables import CatalogueTable
from local import aws
from tests.adapters.conftest import REAL, client_of
from tests.builders import SERVICE_ID, a_service
from tests.fakes import FakeTable

ENTITY_ID, PROVIDER = EntityId("urn:lc"), EntityId("urn:dv")
CONNECTION = Connection(ENTITY_ID, "Supplier", b"<supplier/>")
FIRST, SECOND = datetime(2031, 5, 17, tzinfo=UTC), datetime(2031, 6, 17, tzinfo=UTC)


@pytest.fixture(params=["fake", *REAL])
def catalogue(request: pytest.FixtureRequest) -> DynamoCatalogue:
    if request.param == "fake":
        return DynamoCatalogue(cast("CatalogueTable", FakeTable()))
    return DynamoCatalogue(CatalogueTable(client_of(request.param, request), f"{aws.NAME}-catalogue"))


def test_a_connection_is_found_by_its_entity_id(catalogue: DynamoCatalogue) -> None:
    catalogue.put_connection(CONNECTION, {PROVIDER: b"<provider/>"})
    assert catalogue.connection(ENTITY_ID) == CONNECTION
    assert catalogue.provider_behind(ENTITY_ID, PROVIDER) == b"<provider/>"
    with pytest.raises(NotFound):
        catalogue.connection("urn:nobody")
    with pytest.raises(NotFound):
        catalogue.provider_behind(ENTITY_ID, "urn:nobody")


@pytest.mark.parametrize("letter", ["x", "é"], ids=["plain", "of two bytes"])
def test_the_longest_name_fits_in_every_key(catalogue: DynamoCatalogue, letter: str) -> None:
    longest = EntityId((letter * LONGEST_ENTITY_ID).encode()[:LONGEST_ENTITY_ID].decode())
    assert entity_id_of(longest) == longest
    with pytest.raises(InvalidMessage):
        entity_id_of(f"{longest}x")
    connection = replace(CONNECTION, entity_id=longest)
    catalogue.put_connection(connection, {longest: b"<provider/>"})
    catalogue.keep_version(Source(longest, None, None), b"first", FIRST)
    assert catalogue.connection(longest) == connection
    assert catalogue.provider_behind(longest, longest) == b"<provider/>"
    assert [source.entity_id for source in catalogue.sources()] == [longest]


def test_a_provider_that_left_its_supplier_is_gone(catalogue: DynamoCatalogue) -> None:
    catalogue.put_connection(CONNECTION, {PROVIDER: b"<provider/>", EntityId("urn:two"): b"<two/>"})
    catalogue.put_connection(CONNECTION, {PROVIDER: b"<newer/>"})
    assert catalogue.provider_behind(ENTITY_ID, PROVIDER) == b"<newer/>"
    with pytest.raises(NotFound):
        catalogue.provider_behind(ENTITY_ID, "urn:two")


def test_a_service_is_found_by_uuid_and_by_index(catalogue: DynamoCatalogue) -> None:
    service = a_service(entity_id=PROVIDER, index=7)
    catalogue.put_service(service)
    assert catalogue.service(SERVICE_ID) == catalogue.service_at(PROVIDER, 7) == service
    assert catalogue.services_of(PROVIDER) == {7: SERVICE_ID}
    catalogue.drop_service(service)
    with pytest.raises(NotFound):
        catalogue.service(SERVICE_ID)
    with pytest.raises(NotFound):
        catalogue.service_at(PROVIDER, 7)


def test_versions_are_kept_in_their_order(catalogue: DynamoCatalogue) -> None:
    catalogue.put_connection(CONNECTION)
    catalogue.keep_version(Source(ENTITY_ID, None, None), b"first", FIRST)
    catalogue.keep_version(Source(ENTITY_ID, "https://lc.example/metadata", SECOND), b"second", SECOND)
    assert catalogue.versions(ENTITY_ID) == [(FIRST, b"first"), (SECOND, b"second")]
    assert list(catalogue.sources()) == [Source(ENTITY_ID, "https://lc.example/metadata", SECOND)]


def test_a_connection_that_is_dropped_leaves_nothing(catalogue: DynamoCatalogue) -> None:
    catalogue.put_connection(CONNECTION, {PROVIDER: b"<provider/>"})
    catalogue.keep_version(Source(ENTITY_ID, None, None), b"first", FIRST)
    catalogue.drop_connection(ENTITY_ID)
    assert list(catalogue.sources()) == []
    assert catalogue.versions(ENTITY_ID) == []
    with pytest.raises(NotFound):
        catalogue.connection(ENTITY_ID)
