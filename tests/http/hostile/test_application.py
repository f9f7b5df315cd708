"""The application refuses every hostile message, at every address where messages come in, with one page."""

from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import pytest
from lxml import etree

from chalicelib.wiring import Wiring
from local.partners import register_folder
from provisioning.tables import TABLES
from tests import inside
from tests.http.client import Person
from tests.http.hostile.doors import DOORS, Door
from tests.http.refused import told
from tests.saml.hostile import queries, samples
from tests.saml.hostile.forging import sign
from tests.saml.hostile.meanings import MEANINGS, Meaning
from tests.saml.hostile.queries import QueryVariant
from tests.saml.hostile.samples import ROLES
from tests.saml.hostile.variants import Variant, gate_variants
from tests.saml.provider import ENTITY_ID, KEYS

TITLE = "You cannot sign in this way"
FAMILIES = {family: list(variants) for family, variants in groupby(gate_variants(), key=lambda one: one.family)}


@pytest.fixture
def door(request: pytest.FixtureRequest, henk: Person) -> Door:
    return DOORS[request.param](henk)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("door", DOORS, indirect=True)
def test_a_hostile_message_gets_the_one_page_and_changes_nothing(
    door: Door, family: str, caplog: pytest.LogCaptureFixture
) -> None:
    hostile = {one.name: one.make(door.sample) for one in FAMILIES[family] if one.fits(door.sample)}
    _refuses(door, hostile, caplog)


@pytest.mark.parametrize("door", DOORS, indirect=True)
def test_a_message_that_means_wrong_gets_the_one_page_and_changes_nothing(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    _refuses(door, {one.name: one.make(door.sample) for one in MEANINGS[door.sample.role]}, caplog)


def _refuses(door: Door, hostile: dict[str, bytes], caplog: pytest.LogCaptureFixture) -> None:
    before, bodies = _everything(), set()
    for name, message in hostile.items():
        caplog.clear()
        answer = door.send(message)
        assert (answer.status, "Set-Cookie" in answer.headers) == (400, False), name
        assert TITLE in answer.body, name
        line = told(caplog, answer)
        assert not any(secret in repr(line) for secret in (samples.HENK, samples.VICTIM)), name
        # What is too large is refused before anybody looks whose it could be.
        unread = line["reason"] == "form that cannot be read"
        assert line["entity_id"] or unread or not door.sample.role.startswith("DigiD"), name
        bodies.add(answer.anonymous)
    assert len(bodies) == 1
    assert _everything() == before
    assert door.genuine() == door.welcome


@pytest.mark.parametrize("variant", queries.VARIANTS, ids=lambda variant: variant.name)
def test_a_hostile_query_gets_the_one_page_and_changes_nothing(
    henk: Person, variant: QueryVariant, caplog: pytest.LogCaptureFixture
) -> None:
    before = _everything()
    answer = henk.get(f"/saml/sso?{variant.make()}")
    assert (answer.status, TITLE in answer.body, "Set-Cookie" in answer.headers) == (400, True, False)
    assert told(caplog, answer)["entity_id"] in (None, ENTITY_ID)
    assert _everything() == before


def test_a_genuine_query_is_let_in(henk: Person) -> None:
    assert henk.get(f"/saml/sso?{queries.signed(queries.parts())}").status == 200


METADATA = samples.metadata()
HOSTILE_METADATA = [*(one for one in gate_variants() if one.fits(METADATA)), *MEANINGS[METADATA.role]]


@pytest.mark.parametrize("variant", HOSTILE_METADATA, ids=lambda variant: variant.name)
def test_hostile_metadata_is_not_registered(variant: Variant | Meaning, wired: Wiring, tmp_path: Path) -> None:
    (tmp_path / "keys.pem").write_text(KEYS.certificate)
    (tmp_path / "partner.yaml").write_text("signed_by: keys.pem\n")
    kept = wired.catalogue.connection(ENTITY_ID)
    (tmp_path / "partner.xml").write_bytes(variant.make(METADATA))
    assert list(register_folder(wired.catalogue, tmp_path, datetime.now(UTC))) == []
    assert wired.catalogue.connection(ENTITY_ID) == kept
    (tmp_path / "partner.xml").write_bytes(etree.tostring(METADATA.signed()))
    assert list(register_folder(wired.catalogue, tmp_path, datetime.now(UTC)))


def test_an_entity_that_is_described_twice_is_not_registered(wired: Wiring, tmp_path: Path) -> None:
    both = etree.Element(f"{{{samples.METADATA}}}EntitiesDescriptor", ID="_both")
    both.extend([METADATA.fresh(), METADATA.fresh()])
    sign(both, KEYS)
    (tmp_path / "partner.xml").write_bytes(etree.tostring(both))
    assert list(register_folder(wired.catalogue, tmp_path, datetime.now(UTC))) == []


def _everything() -> dict[str, list[str]]:
    """Return all that the tables hold."""
    return {
        name: sorted(repr(sorted(item.to_json()["Attributes"].items())) for item in inside.table(name).all_items())
        for name in TABLES
    }


def test_every_role_has_a_door() -> None:
    assert {*DOORS, "metadata import"} == set(ROLES)
