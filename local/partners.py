"""Registering service providers: the fictitious municipality, and whoever is plugged in with `PARTNERS=dir`."""

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from chalicelib.catalogue.items import Source
from chalicelib.catalogue.model import Connection, EntityId, Profile, Representation, Service
from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft.keys import Certificate
from chalicelib.saml.partners.registration import Imported, import_metadata, oin_in, warnings
from chalicelib.saml.partners.roles import OfferedService, read_behind_supplier, read_service_provider
from provisioning.catalogue.claims import check_name, claimed
from provisioning.catalogue.reading import Wrong, service

_CATALOGUE = Path(__file__).parent / "catalogue.yaml"
_SAID_BESIDE = {"name", "profile", "unasked", "sso_domain", "mutual_tls", "signed_by", "organisation", "services"}


def register_municipality(catalogue: DynamoCatalogue, metadata: bytes, now: datetime) -> None:
    """Register "Gemeente Voorbeeld" with the services of `catalogue.yaml`."""
    described = yaml.safe_load(_CATALOGUE.read_text(encoding="utf-8"))
    register(catalogue, import_metadata(metadata, now), described, now)


def register_folder(catalogue: DynamoCatalogue, folder: Path, now: datetime) -> Iterator[str]:
    """Register every `*.xml` in a folder; yields a line per file that says what came of it.

    `<name>.yaml` beside it may give `name`, `profile` (`combiconnect` or `general`; a national entityID means the
    first), `unasked` (`self` or `choose`: what a request without Scoping means), `sso_domain`, `mutual_tls`,
    `signed_by` (a PEM file with the certificate that must have signed the metadata) and `services`, as
    `provisioning/catalogue/reading.py` reads them.
    """
    for path in sorted(folder.glob("*.xml")):
        try:
            given = _given(path.with_suffix(".yaml"))
            document = path.read_bytes()
            profile = Profile(given["profile"]) if "profile" in given else None
            imported = import_metadata(document, now, trusted=_trusted(folder, given), profile=profile)
            described = describe(path.stem, given, imported, now)
            _check_claims(catalogue, document, imported, described, now)
            register(catalogue, imported, described, now)
        except InvalidMessage as error:
            print(f"PARTNERS: {path.name} is refused: {error.told}", file=sys.stderr)
            continue
        except (Wrong, OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
            print(f"PARTNERS: {path.name} is refused: {error}", file=sys.stderr)
            continue
        for entity_id, reason in imported.refused.items():
            print(f"PARTNERS: {path.name}: {entity_id} is refused: {reason}", file=sys.stderr)
        for warning in warnings(imported, now):
            print(f"PARTNERS: {path.name}: {warning}", file=sys.stderr)
        yield f"{path.name}: {imported.provider.entity_id} ({len(described['services'])} service(s))"


def _check_claims(
    catalogue: DynamoCatalogue, document: bytes, imported: Imported, described: dict[str, Any], now: datetime
) -> None:
    """Raise `InvalidMessage` or `Wrong` for metadata, or a file beside it, that takes what is another's."""
    entity_id = EntityId(imported.provider.entity_id)
    connected = {source.entity_id: catalogue.connection(source.entity_id) for source in catalogue.sources()}
    known = connected.get(entity_id)
    keys = read_service_provider(known.metadata, now).signing if known else ()
    check_name(document, imported, known, keys)
    services = [service(row, entity_id, described["name"]) for row in described["services"]]
    there = {one.service_id: one for one in catalogue.services()}
    if claims := list(claimed(imported, services, there, connected)):
        raise Wrong("; ".join(claims))


def _given(beside: Path) -> dict[str, Any]:
    """Return what a file beside metadata says, nothing if there is none. Raises `Wrong` for what would say nothing."""
    if not beside.exists():
        return {}
    try:
        given = yaml.safe_load(beside.read_text(encoding="utf-8")) or {}
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Wrong(f"{beside.name} is no YAML, line {line}: {error.problem}") from None
    if not isinstance(given, dict):
        raise Wrong(f"{beside.name} does not consist of names with values")
    if unknown := sorted(set(map(str, given)) - _SAID_BESIDE):
        raise Wrong(f"{beside.name} says {', '.join(unknown)}; it may say {', '.join(sorted(_SAID_BESIDE))}")
    return given


def _trusted(folder: Path, given: dict[str, Any]) -> tuple[Certificate, ...]:
    signed_by = given.get("signed_by")
    if not signed_by:
        return ()
    if not (path := folder / str(signed_by)).is_file():
        raise Wrong(f"signed_by: {signed_by} is not in the folder")
    return (Certificate.from_pem(path.read_text(encoding="utf-8")),)


def describe(stem: str, given: dict[str, Any], imported: Imported, now: datetime) -> dict[str, Any]:
    """Fill in what is not given: the services that the metadata names, or one after the file."""
    rows = [_row(offer, stem) for offer in imported.provider.services]
    for entity_id, metadata in imported.behind.items():
        offered = [_row(offer, entity_id) for offer in read_behind_supplier(metadata, now).services]
        rows += [{**row, "index": None, "entity_id": entity_id} for row in offered or [{"name": entity_id}]]
    if not rows and not imported.behind:
        rows = [{"index": 1, "name": stem}]
    return {"name": stem, "services": rows, **given}


def _row(offer: OfferedService, name: str) -> dict[str, Any]:
    return {"index": offer.index, "name": offer.name or name, "service_id": offer.service_uuid}


def register(catalogue: DynamoCatalogue, imported: Imported, described: dict[str, Any], now: datetime) -> list[Service]:
    """Write a connection and its services as they are described; return the services."""
    entity_id = EntityId(imported.provider.entity_id)
    services = [service(row, entity_id, described["name"]) for row in described["services"]]
    connection = Connection(
        entity_id=entity_id,
        name=described["name"],
        metadata=imported.metadata,
        unasked=Representation(described.get("unasked", "self")),
        profile=imported.profile,
        organisation=described.get("organisation") or oin_in(entity_id) or entity_id,
        sso_domain=described.get("sso_domain"),
        mutual_tls=bool(described.get("mutual_tls", False)),
    )
    catalogue.put_connection(connection, imported.behind)
    catalogue.keep_version(Source(entity_id, None, imported.provider.valid_until), imported.document, now)
    for one in services:
        catalogue.put_service(one)
    return services
