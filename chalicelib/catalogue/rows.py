"""Services and connections as rows of the catalogue table, and back."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from chalicelib.catalogue.model import (
    Announcement,
    Authorisation,
    Connection,
    EntityId,
    Profile,
    Relation,
    RelationKind,
    Representation,
    Service,
    ServiceId,
    Validity,
)

Row = dict[str, Any]


def service_row(service: Service) -> Row:
    """Return what is kept of a service, without its keys."""
    row: Row = _plain({**asdict(service), "service_id": None})
    return row


def service_of(service_id: str, row: Mapping[str, Any]) -> Service:
    announced = row.get("announced")
    return Service(
        service_id=ServiceId(service_id),
        entity_id=EntityId(row["entity_id"]),
        index=row.get("index"),
        provider=row["provider"],
        name=row["name"],
        description=row["description"],
        level=row["level"],
        max_days=row["max_days"],
        keywords=tuple(row["keywords"]),
        behind=tuple(
            Relation(ServiceId(one["parent"]), RelationKind(one["kind"]), _validity(one["valid"]))
            for one in row["behind"]
        ),
        connection=row.get("connection"),
        announced=Announcement(announced["level"], _moment(announced["since"]), announced["message"])
        if announced
        else None,
        authorisation=Authorisation(row["authorisation"]),
        digid=row["digid"],
        mandatable=row["mandatable"],
        question=row.get("question"),
        explanation=row.get("explanation"),
        position=row["position"],
        website=row.get("website"),
        app=row.get("app"),
        legacy_id=row.get("legacy_id"),
        valid=tuple(_validity(layer) for layer in row["valid"]),
    )


def connection_row(connection: Connection) -> Row:
    row: Row = _plain({**asdict(connection), "entity_id": None})
    return row


def connection_of(entity_id: str, row: Mapping[str, Any]) -> Connection:
    return Connection(
        entity_id=EntityId(entity_id),
        name=row["name"],
        metadata=row["metadata"],
        unasked=Representation(row["unasked"]),
        profile=Profile(row["profile"]),
        organisation=row["organisation"],
        role=row["role"],
        sso_domain=row.get("sso_domain"),
        version=row["version"],
        mutual_tls=row["mutual_tls"],
        valid=tuple(_validity(layer) for layer in row["valid"]),
    )


def _validity(row: Mapping[str, Any]) -> Validity:
    since, until = row.get("since"), row.get("until")
    return Validity(row["active"], _moment(since) if since else None, _moment(until) if until else None)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _plain(value: Any) -> Any:  # noqa: ANN401 - any field of the model
    """Turn dates into text and tuples into lists, and leave out what is None."""
    match value:
        case datetime():
            return value.isoformat()
        case dict():
            return {name: _plain(inner) for name, inner in value.items() if inner is not None}
        case tuple() | list():
            return [_plain(inner) for inner in value]
        case str():
            return str(value)
        case _:
            return value
