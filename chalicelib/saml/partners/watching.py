"""Partners' metadata through time: fetched anew, the last good one kept, its end seen coming (combiconnect.md 5.3)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from chalicelib.catalogue.items import Source
from chalicelib.catalogue.model import Connection
from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.errors import InvalidMessage, NotFound, Unavailable
from chalicelib.observe import Metric, count, log
from chalicelib.saml.craft.times import written
from chalicelib.saml.partners.registration import SOON, import_metadata
from chalicelib.saml.partners.roles import ServiceProvider, read_service_provider

_ALWAYS = datetime.min.replace(tzinfo=UTC)
"""As of when to read metadata whose time may be over."""


def watch_partners(catalogue: DynamoCatalogue, fetch: Callable[[str], bytes], now: datetime) -> None:
    """Warn of what ends soon, and fetch what has an address. One partner's trouble is not another's (invariant 13)."""
    sources = list(catalogue.sources())
    # First, for nobody else has to answer: many who are silent leave no time, and hide nobody's end.
    days = [_looked_after(source, lambda one: _days_left(one, catalogue, now)) for source in sources]
    if left := [number for number in days if number is not None]:
        count(Metric.PARTNER_DAYS_LEFT, min(left))
    troubled = {source.entity_id for source, number in zip(sources, days, strict=True) if number is None}
    # Each hour another one is first: when time runs out, it is not always the same ones that wait.
    first = int(now.timestamp() // 3600) % max(len(sources), 1)
    for source in (*sources[first:], *sources[:first]):
        if _looked_after(source, lambda one: _renewed(one, catalogue, fetch, now)) is None:
            troubled.add(source.entity_id)
    count(Metric.PARTNERS_TROUBLED, len(troubled))


def _looked_after(source: Source, do: Callable[[Source], int]) -> int | None:
    """Do something for one partner. None when that fails, with the reason in the log."""
    try:
        return do(source)
    except InvalidMessage as error:
        log().warning(
            "metadata_refused",
            entity_id=source.entity_id,
            reason=error.reason,
            received=error.received,
            expected=error.expected,
        )
    except NotFound:
        log().warning("partner_without_connection", entity_id=source.entity_id)
    except Unavailable as error:
        log().warning("metadata_not_fetched", entity_id=source.entity_id, dependency=error.dependency)
    except Exception:  # noqa: BLE001 - what we did not foresee about one is no reason to leave the others
        log().exception("partner_not_watched", entity_id=source.entity_id)
    return None


def _renewed(source: Source, catalogue: DynamoCatalogue, fetch: Callable[[str], bytes], now: datetime) -> int:
    """Return how many new documents were taken."""
    if source.url is None:
        return 0
    connection = catalogue.connection(source.entity_id)
    return int(renew(connection, source, catalogue, fetch(source.url), now) is not connection)


def _days_left(source: Source, catalogue: DynamoCatalogue, now: datetime) -> int:
    """Return the days until something of the last good metadata ends, over or not: the alarm is about that."""
    return warn_of_ends(read_service_provider(catalogue.connection(source.entity_id).metadata, _ALWAYS), now)


def renew(
    connection: Connection, source: Source, catalogue: DynamoCatalogue, document: bytes, now: datetime
) -> Connection:
    """Take a partner's new metadata, signed by a key of the last good one; that is kept when this one is not good.

    A partner changes keys as the standard says: the next one first stands beside the old, signed by the old.
    Raises `InvalidMessage`.
    """
    # Also when its time is over: who signed it then is still who may sign what follows.
    trusted = read_service_provider(connection.metadata, _ALWAYS).signing
    imported = import_metadata(document, now, profile=connection.profile, trusted=trusted)
    if imported.provider.entity_id != connection.entity_id:
        received, expected = imported.provider.entity_id, connection.entity_id
        raise InvalidMessage("metadata of another entityID", received=received, expected=expected)
    versions = catalogue.versions(connection.entity_id)
    if versions and versions[-1][1] == imported.document:
        return connection
    renewed = replace(connection, metadata=imported.metadata)
    catalogue.put_connection(renewed, imported.behind)
    catalogue.keep_version(replace(source, valid_until=imported.provider.valid_until), imported.document, now)
    log().info("metadata_renewed", entity_id=connection.entity_id)
    return renewed


def restore(entity_id: str, version: datetime, catalogue: DynamoCatalogue, now: datetime) -> None:
    """Make an earlier version current again. Raises `InvalidMessage` when there is none, or it is over."""
    versions = dict(catalogue.versions(entity_id))
    if (document := versions.get(version)) is None:
        raise InvalidMessage("no such version", received=version, expected=map(written, versions))
    connection = catalogue.connection(entity_id)
    imported = import_metadata(document, now, profile=connection.profile)
    catalogue.put_connection(replace(connection, metadata=imported.metadata), imported.behind)
    url = next((source.url for source in catalogue.sources() if source.entity_id == entity_id), None)
    catalogue.keep_version(Source(connection.entity_id, url, imported.provider.valid_until), document, now)


def warn_of_ends(provider: ServiceProvider, now: datetime) -> int:
    """Warn of metadata or a certificate that ends soon; return the days until the first of them ends."""
    for what, end in provider.ends:
        if end - now < SOON:
            log().warning("partner_ends_soon", entity_id=provider.entity_id, what=what, days=(end - now).days)
    return min((end - now).days for _, end in provider.ends)
