"""Registering service providers: the fictitious municipality, and whoever is plugged in with `PARTNERS=dir`."""

import sys
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from chalicelib.catalogue.model import Connection, EntityId, Representation, Service, ServiceId
from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.errors import InvalidMessage
from chalicelib.saml.keys import Certificate
from chalicelib.saml.partners import ServiceProvider, import_service_provider

_CATALOGUE = Path(__file__).parent / "catalogue.yaml"
_LEVEL, _MAX_DAYS = 10, 365
"""What a service of a partner gets when its YAML file does not say."""


def register_municipality(catalogue: DynamoCatalogue, metadata: bytes, now: datetime) -> None:
    """Register "Gemeente Voorbeeld" with the services of `catalogue.yaml`."""
    metadata, provider = import_service_provider(metadata, now)
    rows = yaml.safe_load(_CATALOGUE.read_text(encoding="utf-8"))
    _register(catalogue, provider, metadata, {"name": "Gemeente Voorbeeld", "services": rows})


def register_folder(catalogue: DynamoCatalogue, folder: Path, now: datetime) -> Iterator[str]:
    """Register every `*.xml` in a folder; yields a line per file that says what came of it.

    `<name>.yaml` beside it may give `name`, `unasked` (`self` or `choose`: what a request without Scoping means),
    `signed_by` (a PEM file with the certificate that must have signed the metadata) and `services`, each with `index`,
    and if wanted `service_id`, `name`, `description`, `level`, `max_days`, `behind`.
    """
    for path in sorted(folder.glob("*.xml")):
        try:
            beside = path.with_suffix(".yaml")
            given = yaml.safe_load(beside.read_text(encoding="utf-8")) or {} if beside.exists() else {}
            metadata, provider = import_service_provider(path.read_bytes(), now, trusted=_trusted(folder, given))
            described = _description(path.stem, given, provider)
            _register(catalogue, provider, metadata, described)
        except (InvalidMessage, OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
            print(f"PARTNERS: {path.name} is refused: {error}", file=sys.stderr)
            continue
        yield f"{path.name}: {provider.entity_id} ({len(described['services'])} service(s))"


def _trusted(folder: Path, given: dict[str, Any]) -> tuple[Certificate, ...]:
    signed_by = given.get("signed_by")
    return (Certificate.from_pem((folder / signed_by).read_text(encoding="utf-8")),) if signed_by else ()


def _description(stem: str, given: dict[str, Any], provider: ServiceProvider) -> dict[str, Any]:
    offered = [
        {"index": offer.index, "name": offer.name or stem, "service_id": offer.service_uuid}
        for offer in provider.services
    ]
    return {"name": stem, "services": offered or [{"index": 1, "name": stem}], **given}


def _register(
    catalogue: DynamoCatalogue, provider: ServiceProvider, metadata: bytes, described: dict[str, Any]
) -> None:
    entity_id = EntityId(provider.entity_id)
    services = [_service(entity_id, described["name"], row) for row in described["services"]]
    unasked = Representation(described.get("unasked", "self"))
    catalogue.put_connection(Connection(entity_id, described["name"], metadata, unasked))
    for service in services:
        catalogue.put_service(service)


def _service(entity_id: EntityId, provider: str, row: dict[str, Any]) -> Service:
    index = int(row["index"])
    fixed = uuid.uuid5(uuid.NAMESPACE_URL, f"{entity_id}#{index}")
    name = _in_both_languages(row.get("name") or provider)
    return Service(
        service_id=ServiceId(str(row.get("service_id") or fixed).lower()),
        entity_id=entity_id,
        index=index,
        provider=provider,
        name=name,
        description=_in_both_languages(row.get("description") or name),
        level=int(row.get("level", _LEVEL)),
        max_days=int(row.get("max_days", _MAX_DAYS)),
        keywords=tuple(row.get("keywords", ())),
        behind=tuple(ServiceId(parent) for parent in row.get("behind", ())),
    )


def _in_both_languages(text: str | dict[str, str]) -> dict[str, str]:
    return text if isinstance(text, dict) else {"nl": text, "en": text}
