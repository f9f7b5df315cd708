"""Partners by their entityID: what is registered of them, and what their metadata says now (combiconnect.md 5.2)."""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from chalicelib.catalogue.model import Connection
from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.errors import NotFound, NotOpen
from chalicelib.saml.craft.encryption import Recipient
from chalicelib.saml.craft.uris import ARTIFACT, POST
from chalicelib.saml.partners.roles import (
    IdentityProvider,
    ServiceProvider,
    read_behind_supplier,
    read_identity_provider,
    read_service_provider,
)


class Directory(NamedTuple):
    """Every method raises `InvalidMessage` for metadata that has expired."""

    catalogue: DynamoCatalogue

    def connected(self, entity_id: str, now: datetime) -> tuple[Connection, ServiceProvider]:
        """Return a connection and what its metadata says. Raises `NotOpen` for one that is not there or not open."""
        connection = self.catalogue.connection(entity_id)
        if not connection.counts(now):
            expected = "one that is switched on, within its dates"
            raise NotOpen("the connection is not open", received=entity_id, expected=expected)
        return connection, read_service_provider(connection.metadata, now)

    def recipient(self, connection: Connection, entity_id: str, now: datetime) -> Recipient:
        """Return who may read what is told about a service of `entity_id`. Raises `NotOpen`."""
        if entity_id != connection.entity_id:
            behind = self.catalogue.provider_behind(connection.entity_id, entity_id)
            return read_behind_supplier(behind, now).recipient
        recipient = read_service_provider(connection.metadata, now).recipient
        if not recipient.keys:
            expected = "metadata with a certificate for encryption"
            raise NotOpen("no encryption key", received=entity_id, expected=expected)
        return recipient

    def digid(self, now: datetime) -> tuple[IdentityProvider, str]:
        """Return DigiD, and the binding by which it is asked to answer: by POST where it resolves no artifacts."""
        pinned = self.catalogue.identity_provider()
        provider = replace(read_identity_provider(pinned.metadata, now), roots=pinned.roots)
        return provider, ARTIFACT if pinned.by_artifact and provider.resolution else POST

    def binding_of_digid(self, now: datetime) -> str:
        """Return the binding by which whoever is pinned answers, or DigiD's own while nobody is."""
        try:
            return self.digid(now)[1]
        except NotFound:
            return ARTIFACT
