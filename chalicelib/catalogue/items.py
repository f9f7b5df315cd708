"""Which kinds of items the catalogue holds, and under which keys."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from chalicelib.catalogue.model import Connection, EntityId, PinnedDigid, Service, ServiceId
from chalicelib.storage.kinds import Kept, Kind
from chalicelib.storage.tables import CatalogueTable


@dataclass(frozen=True, slots=True)
class Source:
    """Where a connection's metadata comes from, and until when it is good: what the watch looks at."""

    entity_id: EntityId
    url: str | None
    valid_until: datetime | None


class AskedBy(NamedTuple):
    """By which index a connection asks for a service."""

    at_index: int
    service_id: ServiceId


class Behind(NamedTuple):
    """A provider behind a cluster supplier."""

    provider: EntityId
    metadata: bytes


class Version(NamedTuple):
    """Metadata that a connection had since a moment, packed."""

    at: datetime
    document: bytes


_WITH_ITS_CONNECTION = Kept("the connection goes")

SERVICE = Kind(
    "A service.",
    CatalogueTable,
    Service,
    pk="SERVICES",
    sk="{service_id}",
    kept=Kept("the catalogue is imported without it"),
    keyed=("service_id",),
    stored_as={"consent_question": "question"},
    lacking=(
        "request_days",
        "minimum_age_represented",
        "minimum_age_representative",
        "letter_level",
        "popular",
    ),
)

ASKED_BY = Kind(
    "By which index a connection asks for a service.",
    CatalogueTable,
    AskedBy,
    pk="CONNECTION#{entity_id}",
    sk="SERVICE#{at_index:05}",
    kept=Kept("the service or the connection goes"),
    keyed=("at_index",),
)

CONNECTION = Kind(
    "A connection, with its metadata as it counts now.",
    CatalogueTable,
    Connection,
    pk="CONNECTION#{entity_id}",
    sk="CONNECTION",
    kept=Kept("the catalogue is imported without it"),
    keyed=("entity_id",),
)

BEHIND = Kind(
    "A provider behind a cluster supplier's connection.",
    CatalogueTable,
    Behind,
    pk="CONNECTION#{entity_id}",
    sk="PROVIDER#{provider}",
    kept=Kept("the supplier's metadata names it no more, or the connection goes"),
    keyed=("provider",),
)

VERSION = Kind(
    "Metadata that a connection ever had, as its partner gave it, packed by zlib.",
    CatalogueTable,
    Version,
    pk="CONNECTION#{entity_id}",
    sk="METADATA#{at}",
    kept=_WITH_ITS_CONNECTION,
    keyed=("at",),
)

SOURCE = Kind(
    "Where a connection's metadata comes from.",
    CatalogueTable,
    Source,
    pk="CONNECTIONS",
    sk="{entity_id}",
    kept=_WITH_ITS_CONNECTION,
    keyed=("entity_id",),
)

DIGID = Kind(
    "DigiD as the operator pinned it.",
    CatalogueTable,
    PinnedDigid,
    pk="DIGID",
    sk="METADATA",
    kept=Kept("another is pinned"),
    lacking=("roots",),
)
