"""What would change in the catalogue, what of it would cut a provider off, and carrying it out."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime

from chalicelib.catalogue.items import Source
from chalicelib.catalogue.model import Connection, EntityId, Service, ServiceId
from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.saml.partners.roles import ServiceProvider, read_service_provider
from operate.catalogue.draft import Draft, DraftConnection


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the difference. `cuts_off` says whom it would leave outside, in words; empty for nobody."""

    text: str
    cuts_off: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What the catalogue holds now."""

    connections: dict[EntityId, Connection]
    services: dict[ServiceId, Service]


def known_in(catalogue: DynamoCatalogue) -> Known:
    connections = {source.entity_id: catalogue.connection(source.entity_id) for source in catalogue.sources()}
    return Known(connections, {service.service_id: service for service in catalogue.services()})


def differences(draft: Draft, known: Known, now: datetime) -> list[Change]:
    return [*_of_connections(draft, known, now), *_of_services(draft, known, now)]


def apply(draft: Draft, known: Known, catalogue: DynamoCatalogue, now: datetime) -> None:
    """Write what differs: connections before the services that are asked for through them, and what goes last."""
    for entity_id, one in draft.connections.items():
        if _connection_changes(known.connections.get(entity_id), one):
            source = Source(entity_id, one.url, one.imported.provider.valid_until)
            catalogue.put_connection(one.connection, one.imported.behind)
            catalogue.keep_version(source, one.imported.document, now)
    for service_id, service in draft.services.items():
        before = known.services.get(service_id)
        if before is not None and before != service:
            catalogue.drop_service(before)
        if before != service:
            catalogue.put_service(service)
    if draft.whole:
        for service_id in known.services.keys() - draft.services.keys():
            catalogue.drop_service(known.services[service_id])
        for entity_id in known.connections.keys() - draft.connections.keys():
            catalogue.drop_connection(entity_id)


def _of_connections(draft: Draft, known: Known, now: datetime) -> Iterator[Change]:
    for entity_id, one in draft.connections.items():
        before = known.connections.get(entity_id)
        if before is None:
            yield Change(f"+ connection {entity_id} ({one.connection.profile})")
            continue
        for name in _connection_changes(before, one):
            yield Change(f"~ connection {entity_id}: {name}", _cut_by(before, one, name, now))
    for entity_id in sorted(known.connections.keys() - draft.connections.keys()) if draft.whole else ():
        live = known.connections[entity_id].counts(now)
        yield Change(f"- connection {entity_id}", f"{entity_id} could not sign anyone in" if live else "")


def _connection_changes(before: Connection | None, one: DraftConnection) -> list[str]:
    after = one.connection
    if before is None:
        return ["new"]
    return [field.name for field in fields(after) if getattr(before, field.name) != getattr(after, field.name)]


def _cut_by(before: Connection, one: DraftConnection, name: str, now: datetime) -> str:
    """Say whom a change of one field of a live connection would leave outside."""
    after = one.connection
    if not before.counts(now):
        return ""
    if name == "valid" and not after.counts(now):
        return f"{after.entity_id} would be closed"
    if name == "profile":
        return f"{after.entity_id} would be answered in another way"
    if name == "metadata" and (reason := _incompatible(before, one.imported.provider, now)):
        return f"{after.entity_id}: {reason}"
    return ""


def _incompatible(before: Connection, after: ServiceProvider, now: datetime) -> str:
    try:
        old = read_service_provider(before.metadata, now)
    except Exception:  # noqa: BLE001 - what was there is over: nothing of it is live
        return ""
    if not set(old.signing) & set(after.signing):
        return "no certificate that signs now is in the new metadata; add the next one beside it first"
    gone = {consumer.location for consumer in old.consumers} - {consumer.location for consumer in after.consumers}
    return f"{', '.join(sorted(gone))} would not be answered any more" if gone else ""


def _of_services(draft: Draft, known: Known, now: datetime) -> Iterator[Change]:
    for service_id, after in draft.services.items():
        before = known.services.get(service_id)
        # Whoever sends a list of services looks for the line; in a whole catalogue the name says enough.
        place = "" if draft.whole else f"{draft.places[service_id].partition(',')[0]}: "
        if before is None:
            yield Change(f"{place}+ service {service_id} {after.name['nl']}")
            continue
        for field in fields(after):
            old, new = getattr(before, field.name), getattr(after, field.name)
            if old != new:
                closed = before.counts(now) and not after.counts(now)
                moved = field.name in ("index", "entity_id", "connection") and before.counts(now)
                text = f"{service_id} could not be asked for" if (closed and field.name == "valid") or moved else ""
                yield Change(f"{place}~ service {service_id}: {field.name} {_shown(old)} → {_shown(new)}", text)
    for service_id in sorted(known.services.keys() - draft.services.keys()) if draft.whole else ():
        live = known.services[service_id].counts(now)
        yield Change(f"- service {service_id}", f"{service_id} could not be asked for" if live else "")


def _shown(value: object) -> str:
    if isinstance(value, dict) and "nl" in value:
        return str(value["nl"])
    return str(value)
