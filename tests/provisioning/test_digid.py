"""Pinning DigiD: its metadata, how it answers, and who vouches for its back channel."""

from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.errors import InvalidMessage
from chalicelib.storage.tables import CatalogueTable
from local.digid.metadata import metadata
from provisioning.digid import pin
from provisioning.keys import new_key_pair
from tests.fakes import FakeTable

NOW = datetime.now(UTC)
KEYS = new_key_pair("digid", days=300)
ROOT, SHORT = new_key_pair("root", days=900, authority=True), new_key_pair("short", days=20, authority=True)
DIGID = metadata(
    "https://digid.example/metadata", "https://digid.example/sso", KEYS, "https://was.digid.example/artifact"
)
OTHER = metadata("https://other.example/metadata", "https://other.example/sso", KEYS)


@pytest.fixture
def catalogue() -> DynamoCatalogue:
    return DynamoCatalogue(cast("CatalogueTable", FakeTable()))


def test_one_that_resolves_artifacts_answers_so_and_another_by_post(catalogue: DynamoCatalogue) -> None:
    for document, by_artifact in ((DIGID, True), (OTHER, False)):
        assert pin(catalogue, document, NOW)
        assert catalogue.identity_provider().by_artifact is by_artifact


def test_an_operator_may_ask_for_answers_by_post_and_not_for_artifacts_of_one_that_has_none(
    catalogue: DynamoCatalogue,
) -> None:
    assert pin(catalogue, DIGID, NOW, by_artifact=False)
    assert not catalogue.identity_provider().by_artifact
    with pytest.raises(InvalidMessage, match="no ArtifactResolutionService"):
        pin(catalogue, OTHER, NOW, by_artifact=True)


def test_a_second_time_changes_nothing_and_another_root_does(catalogue: DynamoCatalogue) -> None:
    told = [pin(catalogue, DIGID, NOW, roots=roots) for roots in ("", "", ROOT.certificate, ROOT.certificate)]
    assert told == [True, False, True, False]
    assert catalogue.identity_provider().roots == ROOT.certificate


def test_the_first_end_of_metadata_and_roots_is_watched(catalogue: DynamoCatalogue) -> None:
    for roots, days in (("", 300), (ROOT.certificate, 300), (ROOT.certificate + SHORT.certificate, 20)):
        pin(catalogue, DIGID, NOW, roots=roots)
        ends_at = catalogue.identity_provider().ends_at
        assert ends_at is not None
        assert abs(ends_at - NOW - timedelta(days=days)) < timedelta(hours=1)


@pytest.mark.parametrize("roots", ["no certificate", KEYS.key, ROOT.certificate.replace("A", "%")])
def test_roots_that_are_none_are_refused(catalogue: DynamoCatalogue, roots: str) -> None:
    with pytest.raises(InvalidMessage, match="no certificates in PEM"):
        pin(catalogue, DIGID, NOW, roots=roots)
