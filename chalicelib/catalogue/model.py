"""Services and connections (machtigen.md section 5, combiconnect.md 5.4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

ServiceId = NewType("ServiceId", str)
"""The ServiceUUID that a provider names in its request."""

EntityId = NewType("EntityId", str)
"""SAML entityID of a provider's connection."""


class Representation(StrEnum):
    """What a request means that says nothing about representation (combiconnect.md 1.6)."""

    SELF = "self"
    CHOOSE = "choose"


@dataclass(frozen=True, slots=True)
class Service:
    """One digital service. Texts are by language, `nl` and `en`."""

    service_id: ServiceId
    entity_id: EntityId
    index: int
    """AttributeConsumingServiceIndex by which the provider may ask for it."""
    provider: str
    name: Mapping[str, str]
    description: Mapping[str, str]
    level: int
    """Lowest level of assurance: 10, 20, 25 or 30."""
    max_days: int
    """Longest period of one mandate, in days."""
    keywords: tuple[str, ...] = ()
    behind: tuple[ServiceId, ...] = ()
    """Portals and service sets that open this service too."""

    @property
    def opened_by(self) -> tuple[ServiceId, ...]:
        """Services whose mandate opens this one: itself, its portal and its sets (invariant 1)."""
        return (self.service_id, *self.behind)


@dataclass(frozen=True, slots=True)
class Connection:
    """A service provider's SAML connection."""

    entity_id: EntityId
    name: str
    metadata: bytes
    unasked: Representation = Representation.SELF


def search(services: Iterable[Service], words: str, language: str) -> list[Service]:
    """Find services in which every word occurs, by name in the reader's language. No words: all of them."""
    wanted = words.casefold().split()

    def text(service: Service) -> str:
        parts = (service.provider, *service.name.values(), *service.description.values(), *service.keywords)
        return " ".join(parts).casefold()

    found = [service for service in services if all(word in text(service) for word in wanted)]
    return sorted(found, key=lambda service: (service.provider, service.name[language]))
