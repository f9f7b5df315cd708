"""The catalogue in DynamoDB. Services share one small partition, every connection has its own."""

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib.catalogue.model import Connection, EntityId, PinnedDigid, Service, ServiceId
from chalicelib.catalogue.rows import connection_of, connection_row, service_of, service_row
from chalicelib.errors import NotOpen
from chalicelib.storage.table import page_through
from chalicelib.storage.tables import CatalogueTable

_SERVICES, _CONNECTIONS = "SERVICES", "CONNECTIONS"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a connection's metadata comes from, and until when it is good: what the watch looks at."""

    entity_id: EntityId
    url: str | None
    valid_until: datetime | None


class DynamoCatalogue:
    """Reads are by key, so that they cost the same with ten and with ten thousand partners."""

    def __init__(self, table: CatalogueTable) -> None:
        self._table = table

    def services(self) -> list[Service]:
        return [service_of(item["sk"], item) for item in page_through(self._table, _SERVICES)]

    def service(self, service_id: str) -> Service:
        """Raise `NotOpen` for a service that is not in the catalogue."""
        item = self._table.get(_SERVICES, service_id)
        if item is None:
            raise NotOpen("unknown service", received=service_id, expected="the UUID of one in the catalogue")
        return service_of(service_id, item)

    def put_service(self, service: Service) -> None:
        self._table.put({"pk": _SERVICES, "sk": service.service_id, **service_row(service)})
        if service.index is not None:
            row = {"pk": _connection_key(service.asked_through), "sk": f"SERVICE#{service.index:05}"}
            self._table.put({**row, "service_id": service.service_id})

    def drop_service(self, service: Service) -> None:
        self._table.delete(_SERVICES, service.service_id)
        if service.index is not None:
            self._table.delete(_connection_key(service.asked_through), f"SERVICE#{service.index:05}")

    def service_at(self, entity_id: str, index: int) -> Service:
        """Return the service that a connection asks for by an index. Raises `NotOpen`."""
        item = self._table.get(_connection_key(entity_id), f"SERVICE#{index:05}")
        if item is None:
            received = f"AttributeConsumingServiceIndex {index}"
            raise NotOpen("unknown service", received=received, expected=map(str, self.services_of(entity_id)))
        return self.service(item["service_id"])

    def services_of(self, entity_id: str) -> dict[int, ServiceId]:
        """Return the services of a connection by index, lowest first."""
        items = page_through(self._table, _connection_key(entity_id), "SERVICE#")
        return {int(item["sk"].removeprefix("SERVICE#")): ServiceId(item["service_id"]) for item in items}

    def connection(self, entity_id: str) -> Connection:
        """Raise `NotOpen` for a provider that is not connected."""
        item = self._table.get(_connection_key(entity_id), "CONNECTION")
        if item is None:
            raise NotOpen("unknown connection", received=entity_id, expected="an entityID that is registered")
        return connection_of(entity_id, item)

    def put_connection(self, connection: Connection, behind: Mapping[EntityId, bytes] | None = None) -> None:
        """Write a connection, and for a cluster supplier the metadata of every provider behind it."""
        key = _connection_key(connection.entity_id)
        for entity_id, metadata in (behind or {}).items():
            self._table.put({"pk": key, "sk": f"PROVIDER#{entity_id}", "metadata": metadata})
        self._table.put({"pk": key, "sk": "CONNECTION", **connection_row(connection)})
        for item in page_through(self._table, key, "PROVIDER#"):
            if behind is not None and item["sk"].removeprefix("PROVIDER#") not in behind:
                self._table.delete(key, item["sk"])

    def drop_connection(self, entity_id: str) -> None:
        """Take a connection out, with the versions of its metadata."""
        for item in page_through(self._table, _connection_key(entity_id)):
            self._table.delete(item["pk"], item["sk"])
        self._table.delete(_CONNECTIONS, entity_id)

    def provider_behind(self, connection: str, entity_id: str) -> bytes:
        """Return the metadata of a provider behind a cluster supplier. Raises `NotOpen`."""
        item = self._table.get(_connection_key(connection), f"PROVIDER#{entity_id}")
        if item is None:
            reason, expected = "unknown provider behind the connection", "an EntityDescriptor in its metadata"
            raise NotOpen(reason, received=entity_id, expected=expected)
        metadata: bytes = item["metadata"]
        return metadata

    def keep_version(self, source: Source, document: bytes, at: datetime) -> None:
        """Keep a document that was let in, as the partner gave it, and where the next one comes from."""
        key, packed = _connection_key(source.entity_id), zlib.compress(document)
        self._table.put({"pk": key, "sk": f"METADATA#{at.isoformat()}", "document": packed})
        until = source.valid_until.isoformat() if source.valid_until else None
        self._table.put({"pk": _CONNECTIONS, "sk": source.entity_id, "url": source.url, "valid_until": until})

    def versions(self, entity_id: str) -> list[tuple[datetime, bytes]]:
        """Return the documents that a connection ever had, oldest first."""
        items = page_through(self._table, _connection_key(entity_id), "METADATA#")
        return [
            (datetime.fromisoformat(item["sk"].removeprefix("METADATA#")), zlib.decompress(item["document"]))
            for item in items
        ]

    def sources(self) -> Iterator[Source]:
        for item in page_through(self._table, _CONNECTIONS):
            until = item.get("valid_until")
            yield Source(EntityId(item["sk"]), item.get("url"), datetime.fromisoformat(until) if until else None)

    def identity_provider(self) -> PinnedDigid:
        """Return DigiD as it is pinned. Kept apart from the providers': no key serves two roles."""
        item = self._table.get("DIGID", "METADATA")
        if item is None:
            raise NotOpen("no identity provider", received="", expected="metadata that is pinned")
        ends_at = item.get("ends_at")
        ends = datetime.fromisoformat(ends_at) if ends_at else None
        return PinnedDigid(item["metadata"], item["by_artifact"], ends, item.get("roots", ""))

    def put_identity_provider(
        self, metadata: bytes, *, by_artifact: bool = True, ends_at: datetime | None = None, roots: str = ""
    ) -> None:
        ends = ends_at.isoformat() if ends_at else None
        row = {"metadata": metadata, "by_artifact": by_artifact, "ends_at": ends, "roots": roots}
        self._table.put({"pk": "DIGID", "sk": "METADATA", **row})


def _connection_key(entity_id: str) -> str:
    return f"CONNECTION#{entity_id}"
