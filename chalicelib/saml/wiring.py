"""What only the SAML roles need: partners, keys, logins. Apart from `chalicelib/wiring.py`, which workers load."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache

from chalicelib.catalogue.model import Connection
from chalicelib.saml.answers import Issuer
from chalicelib.saml.artifacts import Artifacts
from chalicelib.saml.digid import Us
from chalicelib.saml.keys import OurKeys
from chalicelib.saml.logins import Logins
from chalicelib.saml.partners import (
    IdentityProvider,
    ServiceProvider,
    read_identity_provider,
    read_service_provider,
)
from chalicelib.wiring import Wiring, current

COMBICONNECT = "urn:nl-eid-gdi:1.0:TD:00000009999999990001:entities:9000"
MACHTIGEN = "urn:nl-eid-gdi:1.0:BVD:00000009999999990001:entities:9000"
"""Our entityIDs: the front door, and DigiD Machtigen as a provider names it in Scoping. Fictitious OIN."""


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

    def issuer(self, now: datetime) -> Issuer:
        return Issuer(COMBICONNECT, self.signing.active(now), self.wiring.new_id)

    def us(self, now: datetime) -> Us:
        base = self.wiring.settings.base_url
        return Us(f"{base}/saml/digid/metadata", f"{base}/saml/digid/acs", self.signing.active(now))

    @cached_property
    def logins(self) -> Logins:
        return Logins(self.wiring.transient)

    @cached_property
    def artifacts(self) -> Artifacts:
        return Artifacts(self.wiring.transient)

    def digid(self, now: datetime) -> IdentityProvider:
        return read_identity_provider(self.wiring.catalogue.identity_provider(), now)

    def connected(self, entity_id: str, now: datetime) -> tuple[Connection, ServiceProvider]:
        """Return a connection and what its metadata says. Raises `NotFound` for a provider that is not connected."""
        connection = self.wiring.catalogue.connection(entity_id)
        return connection, read_service_provider(connection.metadata, now)

    def _keys(self, name: str) -> OurKeys:
        return OurKeys.from_secret(name, self.wiring.keyring.get(name))

    @property
    def sign_on_address(self) -> str:
        return f"{self.wiring.settings.base_url}/saml/sso"


@lru_cache(maxsize=1)
def _of(wiring: Wiring) -> SamlWiring:
    return SamlWiring(wiring)


def saml() -> SamlWiring:
    """Return the SAML side of the process's wiring."""
    return _of(current())
