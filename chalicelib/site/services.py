"""Services as pages name them."""

from collections.abc import Iterable
from datetime import datetime

from chalicelib.catalogue.model import Service
from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.errors import NotFound
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.model.requests import Asking, Request

_ONE_BY_ONE = 3
"""Services that are read each by itself; more of them by one question, which brings all there are."""


def services_of(cases: Iterable[Mandate | Request | Asking], catalogue: DynamoCatalogue) -> dict[str, Service]:
    """Return the services that are named, leaving out those that have left the catalogue."""
    wanted = {case.service_id for case in cases}
    if len(wanted) > _ONE_BY_ONE:
        return {service.service_id: service for service in catalogue.services() if service.service_id in wanted}
    found: dict[str, Service] = {}
    for service_id in wanted:
        try:
            found[service_id] = catalogue.service(service_id)
        except NotFound:
            continue
    return found


def is_connected(service: Service | None, catalogue: DynamoCatalogue, now: datetime) -> bool:
    """Tell whether the connection counts through which a service is asked for."""
    try:
        return service is not None and catalogue.connection(service.asked_through).counts(now)
    except NotFound:
        return False
