"""What only the SAML roles need: partners, keys, logins. Apart from `chalicelib/wiring.py`, which workers load."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache

from chalicelib.saml.answers import Issuer
from chalicelib.saml.artifacts import Artifacts
from chalicelib.saml.digid import Us
from chalicelib.saml.keys import SigningKey
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

    @cached_property
    def key(self) -> SigningKey:
        secret = self.wiring.secret("saml-key")
        return SigningKey(secret["key"], secret["certificate"])

    @cached_property
    def issuer(self) -> Issuer:
        return Issuer(COMBICONNECT, self.key, self.wiring.new_id)

    @cached_property
    def us(self) -> Us:
        base = self.wiring.settings.base_url
        return Us(f"{base}/saml/digid/metadata", f"{base}/saml/digid/acs", self.key)

    @cached_property
    def logins(self) -> Logins:
        return Logins(self.wiring.transient)

    @cached_property
    def artifacts(self) -> Artifacts:
        return Artifacts(self.wiring.transient)

    def digid(self, now: datetime) -> IdentityProvider:
        return read_identity_provider(self.wiring.catalogue.identity_provider(), now)

    def provider(self, entity_id: str, now: datetime) -> ServiceProvider:
        """Raise `NotFound` for a provider that is not connected."""
        return read_service_provider(self.wiring.catalogue.connection(entity_id).metadata, now)

    @property
    def sign_on_address(self) -> str:
        return f"{self.wiring.settings.base_url}/saml/sso"


@lru_cache(maxsize=1)
def _of(wiring: Wiring) -> SamlWiring:
    return SamlWiring(wiring)


def saml() -> SamlWiring:
    """Return the SAML side of the process's wiring."""
    return _of(current())
