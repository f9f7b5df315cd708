"""The catalogue in DynamoDB. Services share one small partition, every connection has its own."""

from typing import Any

from chalicelib.catalogue.model import Connection, EntityId, Representation, Service, ServiceId
from chalicelib.dynamo import Table, page_through
from chalicelib.errors import NotFound

_SERVICES = "SERVICES"


class DynamoCatalogue:
    """Reads are by key, so that they cost the same with ten and with ten thousand partners."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def services(self) -> list[Service]:
        return [_service(item) for item in page_through(self._table, _SERVICES)]

    def service(self, service_id: str) -> Service:
        """Raise `NotFound` for a service that is not in the catalogue."""
        item = self._table.get(_SERVICES, service_id)
        if item is None:
            raise NotFound("service")
        return _service(item)

    def put_service(self, service: Service) -> None:
        self._table.put(
            {
                "pk": _SERVICES,
                "sk": service.service_id,
                "entity_id": service.entity_id,
                "index": service.index,
                "provider": service.provider,
                "name": dict(service.name),
                "description": dict(service.description),
                "level": service.level,
                "max_days": service.max_days,
                "keywords": list(service.keywords),
                "behind": list(service.behind),
            }
        )
        self._table.put(
            {
                "pk": _connection_key(service.entity_id),
                "sk": f"SERVICE#{service.index:05}",
                "service_id": service.service_id,
            }
        )

    def connection(self, entity_id: str) -> Connection:
        """Raise `NotFound` for a provider that is not connected."""
        item = self._table.get(_connection_key(entity_id), "CONNECTION")
        if item is None:
            raise NotFound("connection")
        return Connection(EntityId(entity_id), item["name"], item["metadata"], Representation(item["unasked"]))

    def put_connection(self, connection: Connection) -> None:
        self._table.put(
            {
                "pk": _connection_key(connection.entity_id),
                "sk": "CONNECTION",
                "name": connection.name,
                "metadata": connection.metadata,
                "unasked": str(connection.unasked),
            }
        )

    def services_of(self, entity_id: str) -> dict[int, ServiceId]:
        """Return the services of a connection by index, lowest first."""
        items = page_through(self._table, _connection_key(entity_id), "SERVICE#")
        return {int(item["sk"].removeprefix("SERVICE#")): ServiceId(item["service_id"]) for item in items}

    def identity_provider(self) -> bytes:
        """Return the pinned metadata of DigiD. Kept apart from the providers': no key serves two roles."""
        item = self._table.get("DIGID", "METADATA")
        if item is None:
            raise NotFound("identity provider")
        metadata: bytes = item["metadata"]
        return metadata

    def put_identity_provider(self, metadata: bytes) -> None:
        self._table.put({"pk": "DIGID", "sk": "METADATA", "metadata": metadata})


def _connection_key(entity_id: str) -> str:
    return f"CONNECTION#{entity_id}"


def _service(item: dict[str, Any]) -> Service:
    return Service(
        service_id=ServiceId(item["sk"]),
        entity_id=EntityId(item["entity_id"]),
        index=item["index"],
        provider=item["provider"],
        name=item["name"],
        description=item["description"],
        level=item["level"],
        max_days=item["max_days"],
        keywords=tuple(item["keywords"]),
        behind=tuple(ServiceId(parent) for parent in item["behind"]),
    )
