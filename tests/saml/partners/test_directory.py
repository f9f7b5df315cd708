"""Partners by their entityID: who is not open is nobody's partner, and who may read is never the supplier."""

from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from chalicelib.catalogue.model import Connection, EntityId, Validity
from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.errors import InvalidMessage, NotOpen
from chalicelib.saml.craft.uris import ARTIFACT, POST
from chalicelib.saml.partners.directory import Directory
from chalicelib.storage.tables import CatalogueTable
from local.digid.metadata import metadata
from provisioning.keys import new_key_pair
from tests.fakes import FakeTable
from tests.saml.partners.described import NOW, certificate, described, x509_data

OWN, OTHER = EntityId("https://sp.example/md"), EntityId("https://other.example/md")
CONNECTED = Connection(OWN, "Gemeente Ominous", described(x509_data(certificate("one"))))
ROOTS = "-----BEGIN CERTIFICATE-----"


@pytest.fixture
def partners() -> Directory:
    return Directory(DynamoCatalogue(cast("CatalogueTable", FakeTable())))


def test_a_connection_is_found_with_what_its_metadata_says(partners: Directory) -> None:
    partners.catalogue.put_connection(CONNECTED)
    connection, provider = partners.connected(OWN, NOW)
    assert (connection, provider.entity_id) == (CONNECTED, OWN)
    with pytest.raises(NotOpen, match="unknown connection"):
        partners.connected(OTHER, NOW)


def test_a_connection_that_does_not_count_now_is_not_open(partners: Directory) -> None:
    for layer in (Validity(active=False), Validity(until=NOW), Validity(since=NOW + timedelta(seconds=1))):
        partners.catalogue.put_connection(replace(CONNECTED, valid=(Validity(), layer)))
        with pytest.raises(NotOpen, match="not open"):
            partners.connected(OWN, NOW)


def test_metadata_whose_time_is_over_is_nobodys(partners: Directory) -> None:
    ended = described(x509_data(certificate("one")), entity='validUntil="2030-12-31T00:00:00Z"')
    partners.catalogue.put_connection(replace(CONNECTED, metadata=ended))
    with pytest.raises(InvalidMessage, match="expired"):
        partners.connected(OWN, NOW)


def test_what_is_told_of_a_service_is_read_by_who_offers_it(partners: Directory) -> None:
    behind = described(x509_data(certificate("two"))).replace(OWN.encode(), OTHER.encode())
    partners.catalogue.put_connection(CONNECTED, {OTHER: behind})
    own, other = partners.recipient(CONNECTED, OWN, NOW), partners.recipient(CONNECTED, OTHER, NOW)
    assert (own.entity_id, other.entity_id) == (OWN, OTHER)
    assert {key.name for key in own.keys}.isdisjoint(key.name for key in other.keys)
    with pytest.raises(NotOpen, match="unknown provider behind"):
        partners.recipient(CONNECTED, "https://unknown.example/md", NOW)


def test_nobody_is_told_in_the_clear(partners: Directory) -> None:
    signs_only = CONNECTED.metadata.replace(b"<md:KeyDescriptor>", b'<md:KeyDescriptor use="signing">')
    with pytest.raises(NotOpen, match="no encryption key"):
        partners.recipient(replace(CONNECTED, metadata=signs_only), OWN, NOW)


@pytest.mark.parametrize(
    ("by_artifact", "resolution", "binding"),
    [
        (True, "https://digid.example/resolve", ARTIFACT),
        (True, "", POST),
        (False, "https://digid.example/resolve", POST),
    ],
)
def test_digid_is_asked_to_answer_by_artifact_where_it_resolves_any(
    partners: Directory, resolution: str, binding: str, *, by_artifact: bool
) -> None:
    document = metadata("https://digid.example/md", "https://digid.example/sso", new_key_pair("digid"), resolution)
    partners.catalogue.put_identity_provider(document, by_artifact=by_artifact, roots=ROOTS)
    provider, answer = partners.digid(NOW)
    assert (answer, partners.binding_of_digid(NOW)) == (binding, binding)
    assert ROOTS in provider.trusted


def test_while_nobody_is_pinned_the_binding_is_digids_own(partners: Directory) -> None:
    assert partners.binding_of_digid(NOW) == ARTIFACT
    with pytest.raises(NotOpen):
        partners.digid(NOW)
