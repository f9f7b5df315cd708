"""Services as pages name them."""

from collections.abc import Iterable

from chalicelib.catalogue.model import Service
from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.errors import NotFound
from chalicelib.mandates.model import Mandate, Request


def services_of(cases: Iterable[Mandate | Request], catalogue: DynamoCatalogue) -> dict[str, Service]:
    """Return the services that are named, leaving out those that have left the catalogue."""
    found: dict[str, Service] = {}
    for service_id in {case.service_id for case in cases}:
        try:
            found[service_id] = catalogue.service(service_id)
        except NotFound:
            continue
    return found
