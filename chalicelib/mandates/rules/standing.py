"""How a mandate stands to a person now: what its state says, and whether there is anything left to use it for."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from chalicelib.catalogue.model import RelationKind, Service, ServiceId
from chalicelib.mandates.model.mandates import LIVING, Mandate, MandateState


class ShownState(StrEnum):
    FUTURE = "future"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    REVOKED = "revoked"
    ENDED = "ended"
    UNCONFIRMED = "unconfirmed"
    """Both sides, or one, have to confirm it at a higher level before it opens anything."""
    CLOSED = "closed"
    """It opens nothing now, and no move of the mandate changes that."""


def shown_state(mandate: Mandate, services: Mapping[ServiceId, Service], now: datetime) -> ShownState:
    """Return how a mandate stands; `services` is the whole catalogue."""
    state = mandate.state(now)
    if state not in LIVING:
        return ShownState(state.value)
    opened = _opened(mandate, services, now)
    if not opened:
        return ShownState.CLOSED
    too_low = all(service.level_at(now) > mandate.level for service in opened)
    return ShownState.UNCONFIRMED if state is MandateState.ACTIVE and too_low else ShownState(state.value)


def behind(mandate: Mandate, services: Iterable[Service], now: datetime) -> list[Service]:
    """Return the services that a mandate for a portal or set opens now, besides that itself."""
    return [
        service
        for service in services
        if service.service_id not in (mandate.service_id, *mandate.without)
        and mandate.service_id in service.opened_by(now)
        and service.may_be_mandated(now)
    ]


def _opened(mandate: Mandate, services: Mapping[ServiceId, Service], now: datetime) -> list[Service]:
    """Return what it opens at some level: its own service, unless that is a set, and what is behind it."""
    service = services.get(mandate.service_id)
    if service is None or not service.may_be_mandated(now):
        return []
    itself = [] if _is_set(service, services.values()) else [service]
    return [*itself, *behind(mandate, services.values(), now)]


def _is_set(service: Service, services: Iterable[Service]) -> bool:
    """Whether nobody signs in at a service itself: others are behind it as a set. At a portal one does."""
    relations = (relation for one in services for relation in one.behind if relation.parent == service.service_id)
    kinds = {relation.kind for relation in relations}
    return RelationKind.SET in kinds and RelationKind.PORTAL not in kinds
