"""Services as pages name them."""

from collections.abc import Iterable, Mapping

from chalicelib.catalogue.model import Service, ServiceId
from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.errors import NotFound
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.model.requests import Asking, Request

Services = Mapping[ServiceId, Service]
"""By their id."""

_ONE_BY_ONE = 3
"""Services that are read each by itself; more of them by one question, which brings all there are."""


def every_service(catalogue: DynamoCatalogue) -> Services:
    """Return the whole catalogue, by one question."""
    return {service.service_id: service for service in catalogue.services()}


def services_of(cases: Iterable[Mandate | Request | Asking], catalogue: DynamoCatalogue) -> Services:
    """Return the services that are named, leaving out those that have left the catalogue."""
    wanted = {case.service_id for case in cases}
    if len(wanted) > _ONE_BY_ONE:
        return {one: service for one, service in every_service(catalogue).items() if one in wanted}
    found: dict[ServiceId, Service] = {}
    for service_id in wanted:
        try:
            found[service_id] = catalogue.service(service_id)
        except NotFound:
            continue
    return found
