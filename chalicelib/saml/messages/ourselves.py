"""We, in each of our roles: by which names, addresses and keys others know us (combiconnect.md 1.1, 1.3)."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from chalicelib.keyring import Keyring
from chalicelib.saml.craft.encryption import EncryptionKey, Recipient
from chalicelib.saml.craft.keys import OurKeys
from chalicelib.saml.messages.assertions import Identities
from chalicelib.saml.messages.authn_request import OurNames
from chalicelib.saml.messages.outgoing import Issuer
from chalicelib.saml.messages.with_digid import Us
from chalicelib.settings import Settings


class Ourselves(NamedTuple):
    """Keys are asked for each time: they are rotated while a process lives. Each use raises `Unavailable`."""

    settings: Settings
    keyring: Keyring
    new_id: Callable[[], str]

    @property
    def signing(self) -> OurKeys:
        return self._keys("saml-key")

    @property
    def encryption(self) -> OurKeys:
        """With which DigiD may encrypt what it tells us."""
        return self._keys("saml-encryption-key")

    def entrance(self, now: datetime) -> Issuer:
        """Return CombiConnect, which answers."""
        return Issuer(self.settings.combiconnect_entity_id, self.signing.active(now), self.new_id)

    def identities(self, now: datetime) -> Identities:
        settings, reads = self.settings, self.encryption.active(now).certificate
        return Identities(
            self.entrance(now),
            Issuer(settings.digid_entity_id, self._keys("saml-digid-key").active(now), self.new_id),
            Issuer(settings.machtigen_entity_id, self._keys("saml-machtigen-key").active(now), self.new_id),
            Recipient(settings.machtigen_entity_id, (EncryptionKey(reads.key_name, reads),)),
        )

    def published(self, role: str) -> tuple[str, OurKeys]:
        """Return the entityID and keys of one of our identities: `digid`, `machtigen`, or CombiConnect itself."""
        others = {"digid": self.settings.digid_entity_id, "machtigen": self.settings.machtigen_entity_id}
        if role in others:
            return others[role], self._keys(f"saml-{role}-key")
        return self.settings.combiconnect_entity_id, self.signing

    @property
    def as_asked(self) -> OurNames:
        """As providers' requests may name us."""
        settings = self.settings
        return OurNames(
            f"{settings.base_url}/saml/sso",
            settings.combiconnect_entity_id,
            settings.digid_entity_id,
            settings.machtigen_entity_id,
        )

    def to_digid(self, now: datetime) -> Us:
        base = self.settings.base_url
        return Us(f"{base}/saml/digid/metadata", f"{base}/saml/digid/acs", self.signing.active(now))

    def _keys(self, name: str) -> OurKeys:
        return OurKeys.from_secret(name, self.keyring.get(name))
