"""The catalogue in DynamoDB. Services share one small partition, every connection has its own."""

import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime

from chalicelib.catalogue.items import (
    ASKED_BY,
    BEHIND,
    CONNECTION,
    DIGID,
    SERVICE,
    SOURCE,
    VERSION,
    AskedBy,
    Behind,
    Source,
    Version,
)
from chalicelib.catalogue.model import Connection, EntityId, PinnedDigid, Service, ServiceId
from chalicelib.errors import NotOpen
from chalicelib.storage.rows import Rows, empty
from chalicelib.storage.tables import CatalogueTable


class DynamoCatalogue:
    """Reads are by key, so that they cost the same with ten and with ten thousand partners."""

    def __init__(self, table: CatalogueTable) -> None:
        self._table = table
        self._services, self._asked_by = Rows(table, SERVICE), Rows(table, ASKED_BY)
        self._connections, self._behind = Rows(table, CONNECTION), Rows(table, BEHIND)
        self._versions, self._sources = Rows(table, VERSION), Rows(table, SOURCE)
        self._digid = Rows(table, DIGID)

    def services(self) -> list[Service]:
        return list(self._services.every())

    def service(self, service_id: str) -> Service:
        """Raise `NotOpen` for a service that is not in the catalogue."""
        service = self._services.find(service_id=service_id)
        if service is None:
            raise NotOpen("unknown service", received=service_id, expected="the UUID of one in the catalogue")
        return service

    def put_service(self, service: Service) -> None:
        self._services.put(service)
        if service.index is not None:
            self._asked_by.put(AskedBy(service.index, service.service_id), entity_id=service.asked_through)

    def drop_service(self, service: Service) -> None:
        self._services.delete(service_id=service.service_id)
        if service.index is not None:
            self._asked_by.delete(entity_id=service.asked_through, at_index=service.index)

    def service_at(self, entity_id: str, index: int) -> Service:
        """Return the service that a connection asks for by an index. Raises `NotOpen`."""
        asked = self._asked_by.find(entity_id=entity_id, at_index=index)
        if asked is None:
            received = f"AttributeConsumingServiceIndex {index}"
            raise NotOpen("unknown service", received=received, expected=map(str, self.services_of(entity_id)))
        return self.service(asked.service_id)

    def services_of(self, entity_id: str) -> dict[int, ServiceId]:
        """Return the services of a connection by index, lowest first."""
        return {asked.at_index: asked.service_id for asked in self._asked_by.every(entity_id=entity_id)}

    def connection(self, entity_id: str) -> Connection:
        """Raise `NotOpen` for a provider that is not connected."""
        connection = self._connections.find(entity_id=entity_id)
        if connection is None:
            raise NotOpen("unknown connection", received=entity_id, expected="an entityID that is registered")
        return connection

    def put_connection(self, connection: Connection, behind: Mapping[EntityId, bytes] | None = None) -> None:
        """Write a connection, and for a cluster supplier the metadata of every provider behind it."""
        key = connection.entity_id
        for provider, metadata in (behind or {}).items():
            self._behind.put(Behind(provider, metadata), entity_id=key)
        self._connections.put(connection)
        for known in self._behind.every(entity_id=key):
            if behind is not None and known.provider not in behind:
                self._behind.delete(entity_id=key, provider=known.provider)

    def drop_connection(self, entity_id: str) -> None:
        """Take a connection out, with the versions of its metadata."""
        empty(self._table, CONNECTION, entity_id=entity_id)
        self._sources.delete(entity_id=entity_id)

    def provider_behind(self, connection: str, entity_id: str) -> bytes:
        """Return the metadata of a provider behind a cluster supplier. Raises `NotOpen`."""
        found = self._behind.find(entity_id=connection, provider=entity_id)
        if found is None:
            reason, expected = "unknown provider behind the connection", "an EntityDescriptor in its metadata"
            raise NotOpen(reason, received=entity_id, expected=expected)
        return found.metadata

    def keep_version(self, source: Source, document: bytes, at: datetime) -> None:
        """Keep a document that was let in, as the partner gave it, and where the next one comes from."""
        self._versions.put(Version(at, zlib.compress(document)), entity_id=source.entity_id)
        self._sources.put(source)

    def versions(self, entity_id: str) -> list[tuple[datetime, bytes]]:
        """Return the documents that a connection ever had, oldest first."""
        return [(known.at, zlib.decompress(known.document)) for known in self._versions.every(entity_id=entity_id)]

    def sources(self) -> Iterator[Source]:
        return self._sources.every()

    def identity_provider(self) -> PinnedDigid:
        """Return DigiD as it is pinned. Kept apart from the providers': no key serves two roles."""
        pinned = self._digid.find()
        if pinned is None:
            raise NotOpen("no identity provider", received="", expected="metadata that is pinned")
        return pinned

    def put_identity_provider(
        self, metadata: bytes, *, by_artifact: bool = True, ends_at: datetime | None = None, roots: str = ""
    ) -> None:
        self._digid.put(PinnedDigid(metadata, by_artifact, ends_at, roots))
