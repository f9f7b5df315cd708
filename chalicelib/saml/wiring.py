"""What only the SAML roles need: partners, keys, logins. Apart from `chalicelib/wiring.py`, which workers load."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from chalicelib.catalogue.model import Connection
from chalicelib.errors import NotFound
from chalicelib.saml import requests
from chalicelib.saml.artifacts import Artifacts
from chalicelib.saml.assertions import Identities, Issuer
from chalicelib.saml.digid import Us
from chalicelib.saml.encryption import EncryptionKey, Recipient
from chalicelib.saml.federation import Federation
from chalicelib.saml.keys import OurKeys
from chalicelib.saml.logins import Logins
from chalicelib.saml.names import ARTIFACT, POST
from chalicelib.saml.partners import (
    IdentityProvider,
    ServiceProvider,
    read_behind_supplier,
    read_identity_provider,
    read_service_provider,
)
from chalicelib.wiring import Wiring, current

if TYPE_CHECKING:
    from chalicelib.saml.back_channel import BackChannel


@dataclass
class SamlWiring:
    wiring: Wiring

    @property
    def signing(self) -> OurKeys:
        return self._keys("saml-key")

    @property
    def encryption(self) -> OurKeys:
        """With which DigiD may encrypt what it tells us."""
        return self._keys("saml-encryption-key")

    def identities(self, now: datetime) -> Identities:
        settings, new_id, reads = self.wiring.settings, self.wiring.new_id, self.encryption.active(now).certificate
        return Identities(
            Issuer(settings.combiconnect_entity_id, self.signing.active(now), new_id),
            Issuer(settings.digid_entity_id, self._keys("saml-digid-key").active(now), new_id),
            Issuer(settings.machtigen_entity_id, self._keys("saml-machtigen-key").active(now), new_id),
            Recipient(settings.machtigen_entity_id, (EncryptionKey(reads.key_name, reads),)),
        )

    def published(self, role: str) -> tuple[str, OurKeys]:
        """Return the entityID and keys of one of our identities: `digid`, `machtigen`, or CombiConnect itself."""
        settings = self.wiring.settings
        others = {"digid": settings.digid_entity_id, "machtigen": settings.machtigen_entity_id}
        if role in others:
            return others[role], self._keys(f"saml-{role}-key")
        return settings.combiconnect_entity_id, self.signing

    @property
    def as_asked(self) -> requests.Us:
        settings = self.wiring.settings
        return requests.Us(
            f"{settings.base_url}/saml/sso",
            settings.combiconnect_entity_id,
            settings.digid_entity_id,
            settings.machtigen_entity_id,
        )

    def us(self, now: datetime) -> Us:
        base = self.wiring.settings.base_url
        return Us(f"{base}/saml/digid/metadata", f"{base}/saml/digid/acs", self.signing.active(now))

    @cached_property
    def logins(self) -> Logins:
        return Logins(self.wiring.transient)

    @cached_property
    def federation(self) -> Federation:
        return Federation(self.wiring.transient, self.wiring.vault)

    @cached_property
    def artifacts(self) -> Artifacts:
        return Artifacts(self.wiring.transient)

    @cached_property
    def back_channel(self) -> "BackChannel":
        # Imported here: only who asks DigiD by Artifact needs it.
        from chalicelib.saml.back_channel import MutualTls  # noqa: PLC0415

        return MutualTls()

    def digid(self, now: datetime) -> tuple[IdentityProvider, str]:
        """Return DigiD, and the binding by which it is asked to answer: by POST where it resolves no artifacts."""
        pinned = self.wiring.catalogue.identity_provider()
        provider = replace(read_identity_provider(pinned.metadata, now), roots=pinned.roots)
        return provider, ARTIFACT if pinned.by_artifact and provider.resolution else POST

    def answer(self, now: datetime) -> str:
        """Return the binding by which whoever is pinned answers, or DigiD's own while nobody is."""
        try:
            return self.digid(now)[1]
        except NotFound:
            return ARTIFACT

    def connected(self, entity_id: str, now: datetime) -> tuple[Connection, ServiceProvider]:
        """Return a connection and what its metadata says. Raises `NotFound` for one that is not there or not open."""
        connection = self.wiring.catalogue.connection(entity_id)
        if not connection.counts(now):
            raise NotFound("connection, by its dates or switched off", received=entity_id)
        return connection, read_service_provider(connection.metadata, now)

    def recipient(self, connection: Connection, entity_id: str, now: datetime) -> Recipient:
        """Return who may read what is told about a service of `entity_id`. Raises `NotFound`."""
        if entity_id != connection.entity_id:
            behind = self.wiring.catalogue.provider_behind(connection.entity_id, entity_id)
            return read_behind_supplier(behind, now).recipient
        recipient = read_service_provider(connection.metadata, now).recipient
        if not recipient.keys:
            raise NotFound("encryption key", received=entity_id)
        return recipient

    def _keys(self, name: str) -> OurKeys:
        return OurKeys.from_secret(name, self.wiring.keyring.get(name))


@lru_cache(maxsize=1)
def _of(wiring: Wiring) -> SamlWiring:
    return SamlWiring(wiring)


def saml() -> SamlWiring:
    """Return the SAML side of the process's wiring."""
    return _of(current())
