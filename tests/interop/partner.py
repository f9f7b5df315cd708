"""Plugging a client in as a provider, as its engineer does with `PARTNERS`."""

from datetime import UTC, datetime
from pathlib import Path

from chalicelib.wiring import Wiring
from local.partners import register_folder


def plug_in(wired: Wiring, folder: Path, metadata: str, service_id: str, *more: str) -> None:
    """Register metadata with one service; `more` are lines of the file beside it."""
    (folder / "partner.xml").write_text(metadata)
    service = f"services: [{{index: 1, service_id: {service_id}, name: Partner, level: 20}}]"
    (folder / "partner.yaml").write_text("\n".join([*more, service]))
    assert list(register_folder(wired.catalogue, folder, datetime.now(UTC)))
