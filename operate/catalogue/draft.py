"""A catalogue as a file describes it: connections with their metadata, and services."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib.catalogue.model import Connection, EntityId, Service, ServiceId
from chalicelib.saml.partners.registration import Imported
from provisioning.catalogue.claims import claimed
from provisioning.catalogue.reading import Problems


@dataclass(frozen=True, slots=True)
class DraftConnection:
    connection: Connection
    imported: Imported
    url: str | None = None
    """Where its metadata is fetched anew."""


@dataclass(slots=True)
class Draft:
    """What a file says. One that is `whole` is the whole catalogue: what it does not name goes."""

    whole: bool
    connections: dict[EntityId, DraftConnection] = field(default_factory=dict)
    services: dict[ServiceId, Service] = field(default_factory=dict)
    places: dict[ServiceId, str] = field(default_factory=dict)

    def add_service(self, service: Service, place: str, problems: Problems) -> None:
        if service.service_id in self.services:
            problems.note(place, f"service_id {service.service_id} is used twice")
        self.services[service.service_id] = service
        self.places[service.service_id] = place


def _check_claims(draft: Draft, known: Mapping[ServiceId, Service], problems: Problems) -> None:
    """Note services that a list takes from others, and metadata that names what another connection offers."""
    for service_id, service in draft.services.items() if not draft.whole else ():
        if service_id in known and known[service_id].asked_through != service.asked_through:
            problems.note(draft.places[service_id], f"service_id: it is one of {known[service_id].asked_through}")
    connected = {entity_id: one.connection for entity_id, one in draft.connections.items()}
    for entity_id, one in draft.connections.items():
        services = [service for service in draft.services.values() if service.asked_through == entity_id]
        for claim in claimed(one.imported, services, draft.services, connected):
            problems.note(entity_id, f"metadata: {claim}")


def check_together(draft: Draft, known: Mapping[ServiceId, Service], problems: Problems) -> None:
    """Note what no service shows by itself: relations that lead nowhere or in a circle, and an index used twice.

    One level only: a service that others are behind is behind none (machtigen.md 5.2).
    """
    _check_claims(draft, known, problems)
    services = {**({} if draft.whole else known), **draft.services}
    parents = {relation.parent for service in services.values() for relation in service.behind}
    indexes: set[tuple[EntityId, int]] = set()
    for service_id, service in services.items():
        place = draft.places.get(service_id, str(service_id))
        for relation in service.behind:
            if relation.parent == service_id:
                problems.note(place, "a service cannot be behind itself")
            elif relation.parent not in services:
                problems.note(place, f"behind {relation.parent}, which is not in the catalogue")
        if service.behind and service_id in parents:
            problems.note(place, "circular dependency is not allowed: it is behind a service, and others are behind it")
        if service.index is not None:
            taken = (service.asked_through, service.index)
            if taken in indexes:
                problems.note(place, f"index {service.index} is used twice")
            indexes.add(taken)
