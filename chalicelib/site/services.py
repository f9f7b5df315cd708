"""Services as pages name them."""

from collections.abc import Collection, Iterable, Mapping

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
    return services_in({case.service_id for case in cases}, catalogue)


def services_in(wanted: Collection[ServiceId], catalogue: DynamoCatalogue) -> Services:
    """Return services by their ids, in the order of these, leaving out those that have left the catalogue."""
    if len(wanted) > _ONE_BY_ONE:
        known = every_service(catalogue)
        return {one: known[one] for one in wanted if one in known}
    found = {one: known_service(one, catalogue) for one in wanted}
    return {one: service for one, service in found.items() if service is not None}


def known_service(service_id: ServiceId, catalogue: DynamoCatalogue) -> Service | None:
    """Return a service; None for one that has left the catalogue."""
    try:
        return catalogue.service(service_id)
    except NotFound:
        return None
