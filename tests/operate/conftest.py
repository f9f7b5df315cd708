"""A catalogue on moto with files for it, and what a stage holds of letters."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.observe import follow
from chalicelib.storage.tables import TransientTable
from local import aws
from operate.letters import Letters
from tests import inside
from tests.adapters.conftest import tables_of
from tests.http.conftest import wired
from tests.saml.national import ENTITY_ID, OIN, NationalProvider

__all__ = ["wired"]

COUNTED_AT = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
"""When the letters of a stage are counted."""

SERVICE = "77777777-7777-4777-8777-777777777777"
PORTAL = "78787878-7878-4878-8878-787878787878"
LINE = {
    "connection entity ID": ENTITY_ID,
    "service entity ID": ENTITY_ID,
    "service UUID": SERVICE,
    "name": "Sluizen",
    "minimum level": "20",
    "kind of encryption": "LEGACY_BSN",
    "new level": "25",
    "new level from": "01-02-2030 00:00",
    "new level message": "Hoger",
    "DigiD": "ja",
    "question": "Mag dat?",
    "Machtigen": "ja",
    "position": "3",
    "kind of representative": "Burger en organisatie",
    "duration": "28",
    "description": "Over sluizen",
    "explanation": "Alles over sluizen",
    "valid": "ja",
    "valid from": "01-01-2026 00:00",
    "valid until": "",
    "relations": "",
}
"""A service as a line of the CSV, by column."""


@pytest.fixture
def catalogue(wired: object) -> DynamoCatalogue:
    """Return an empty catalogue."""
    made: DynamoCatalogue = wired.catalogue  # type: ignore[attr-defined]
    for service in made.services():
        made.drop_service(service)
    return made


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Return what writes a catalogue of one organisation, with the provider's metadata beside it."""

    def write(services: str = "", *, more: str = "", organisation: str = "", oin: str = OIN) -> Path:
        (tmp_path / "dv.xml").write_bytes(NationalProvider().metadata())
        listed = services or f"- {{service_id: {SERVICE}, index: 1, name: Locks, level: 20}}"
        indented = "\n".join(f"              {line}" for line in listed.splitlines())
        (tmp_path / "catalogue.yaml").write_text(
            f"""organisations:
  - oin: "{oin}"
    name: Gemeente Ominous
    {organisation}
    roles:
      - role: service-provider
        connections:
          - entity_id: {ENTITY_ID}
            metadata: dv.xml
            {more}
            services:
{indented}
"""
        )
        return tmp_path / "catalogue.yaml"

    return write


@pytest.fixture
def no_letters(cloud: None) -> Letters:  # noqa: ARG001 - only set up
    """Return what a stage holds of letters: nothing yet."""
    inside.empty()
    # A letter belongs to the request that is followed: to none, whatever this process did before.
    follow(None)
    client = aws.client("dynamodb")
    return Letters(tables_of(client).letters, TransientTable(client, f"{aws.NAME}-transient"), COUNTED_AT)
