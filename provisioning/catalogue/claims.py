"""What metadata claims beyond its own: somebody else's name, or a service that others offer."""

from collections.abc import Iterable, Iterator, Mapping

from chalicelib.catalogue.model import Connection, EntityId, Service, ServiceId
from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft.gate import from_metadata
from chalicelib.saml.craft.keys import Certificate
from chalicelib.saml.partners.registration import Imported


def check_name(document: bytes, imported: Imported, known: Connection | None, keys: Iterable[Certificate]) -> None:
    """Raise `InvalidMessage` when an entityID is connected already, unless one of its `keys` signed this document."""
    if known is None or known.metadata == imported.metadata:
        return
    theirs = list(keys)
    try:
        from_metadata(document).accept(theirs)
    except InvalidMessage as error:
        reason = f"entityID {imported.provider.entity_id} is that of {known.name}, and no key of theirs signed this"
        expected = f"a signature by {', '.join(key.fingerprint for key in theirs)}"
        raise InvalidMessage(reason, received=error.reason, expected=expected) from None


def claimed(
    imported: Imported,
    services: Iterable[Service],
    known: Mapping[ServiceId, Service],
    connected: Mapping[EntityId, Connection],
) -> Iterator[str]:
    """Yield what is another's: services by their UUID, and providers behind a supplier that are connected themselves.

    `known` are the services of the catalogue, `connected` its connections.
    """
    holder = EntityId(imported.provider.entity_id)
    services = list(services)
    for other in sorted({service.entity_id for service in services} - {holder, *imported.behind}):
        yield f"entityID {other} has services here, and is not in the metadata"
    named = {service.service_id for service in services}
    named |= {ServiceId(offer.service_uuid.lower()) for offer in imported.provider.services if offer.service_uuid}
    for service_id in sorted(named & known.keys()):
        if known[service_id].asked_through != holder:
            yield f"service {service_id} is one of {known[service_id].provider}, {known[service_id].asked_through}"
    for entity_id in sorted(imported.behind.keys() & connected.keys()):
        if connected[entity_id].organisation != (connected[holder].organisation if holder in connected else ""):
            yield f"entityID {entity_id} is that of {connected[entity_id].name}, which is connected by itself"
