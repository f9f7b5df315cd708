"""What the SAML roles work with: partners, keys and logins, made from the adapters that everything has."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from chalicelib.catalogue.model import Connection
from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.errors import NotFound, NotOpen
from chalicelib.keyring import Keyring
from chalicelib.login.logins import Logins
from chalicelib.login.once import remembering, use_once
from chalicelib.login.shared import Federation
from chalicelib.mandates.ports import MandateStore
from chalicelib.mandates.requesting import Secrets
from chalicelib.people.brp.person import PopulationRegister
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import PersonId
from chalicelib.people.vault import Vault
from chalicelib.saml.combiconnect.answering import ProviderAnswers
from chalicelib.saml.combiconnect.artifacts import Artifacts
from chalicelib.saml.craft.encryption import EncryptionKey, Recipient
from chalicelib.saml.craft.keys import OurKeys
from chalicelib.saml.craft.uris import ARTIFACT, POST
from chalicelib.saml.digid.identifying import Digid
from chalicelib.saml.messages.assertions import Identities
from chalicelib.saml.messages.authn_request import OurNames
from chalicelib.saml.messages.outgoing import Issuer
from chalicelib.saml.messages.with_digid import Us
from chalicelib.saml.partners.roles import (
    IdentityProvider,
    ServiceProvider,
    read_behind_supplier,
    read_identity_provider,
    read_service_provider,
)
from chalicelib.settings import Settings
from chalicelib.storage.table import Item
from chalicelib.storage.tables import TransientTable
from chalicelib.web.sessions import Sessions

if TYPE_CHECKING:
    from chalicelib.saml.digid.back_channel import BackChannel


class Adapters(Protocol):
    """What the roof hands to the SAML roles."""

    @property
    def settings(self) -> Settings: ...

    @property
    def new_id(self) -> Callable[[], str]: ...

    @property
    def pick(self) -> Callable[[int], int]: ...

    @property
    def keyring(self) -> Keyring: ...

    @property
    def secrets(self) -> Secrets: ...

    @property
    def vault(self) -> Vault: ...

    @property
    def transient(self) -> TransientTable: ...

    @property
    def sessions(self) -> Sessions: ...

    @property
    def catalogue(self) -> DynamoCatalogue: ...

    @property
    def mandates(self) -> MandateStore: ...

    @property
    def people(self) -> PopulationRegister: ...


@dataclass
class SamlPorts:
    """The ports of a sign-in and of both roles, in one."""

    adapters: Adapters

    @property
    def settings(self) -> Settings:
        return self.adapters.settings

    @property
    def catalogue(self) -> DynamoCatalogue:
        return self.adapters.catalogue

    @property
    def mandates(self) -> MandateStore:
        return self.adapters.mandates

    @property
    def vault(self) -> Vault:
        return self.adapters.vault

    @property
    def new_id(self) -> Callable[[], str]:
        return self.adapters.new_id

    @property
    def pick(self) -> Callable[[int], int]:
        return self.adapters.pick

    @property
    def identifies(self) -> Digid:
        return Digid(self)

    @property
    def answers(self) -> ProviderAnswers:
        return ProviderAnswers(self)

    def person(self, subject: Bsn) -> PersonId:
        return self.adapters.secrets.pseudonyms.person(subject)

    def once(self, kind: str, sender: str, message_id: str, now: datetime) -> Item:
        return remembering(self.adapters.transient, kind, sender, message_id, now)

    def use_once(self, kind: str, sender: str, message_id: str, now: datetime) -> None:
        use_once(self.adapters.transient, kind, sender, message_id, now)

    @property
    def signing(self) -> OurKeys:
        return self._keys("saml-key")

    @property
    def encryption(self) -> OurKeys:
        """With which DigiD may encrypt what it tells us."""
        return self._keys("saml-encryption-key")

    def identities(self, now: datetime) -> Identities:
        settings, new_id, reads = self.adapters.settings, self.adapters.new_id, self.encryption.active(now).certificate
        return Identities(
            Issuer(settings.combiconnect_entity_id, self.signing.active(now), new_id),
            Issuer(settings.digid_entity_id, self._keys("saml-digid-key").active(now), new_id),
            Issuer(settings.machtigen_entity_id, self._keys("saml-machtigen-key").active(now), new_id),
            Recipient(settings.machtigen_entity_id, (EncryptionKey(reads.key_name, reads),)),
        )

    def published(self, role: str) -> tuple[str, OurKeys]:
        """Return the entityID and keys of one of our identities: `digid`, `machtigen`, or CombiConnect itself."""
        settings = self.settings
        others = {"digid": settings.digid_entity_id, "machtigen": settings.machtigen_entity_id}
        if role in others:
            return others[role], self._keys(f"saml-{role}-key")
        return settings.combiconnect_entity_id, self.signing

    @property
    def as_asked(self) -> OurNames:
        settings = self.settings
        return OurNames(
            f"{settings.base_url}/saml/sso",
            settings.combiconnect_entity_id,
            settings.digid_entity_id,
            settings.machtigen_entity_id,
        )

    def us(self, now: datetime) -> Us:
        base = self.settings.base_url
        return Us(f"{base}/saml/digid/metadata", f"{base}/saml/digid/acs", self.signing.active(now))

    @cached_property
    def logins(self) -> Logins:
        return Logins(self.adapters.transient)

    @cached_property
    def federation(self) -> Federation:
        return Federation(self.adapters.transient, self.adapters.vault)

    @cached_property
    def artifacts(self) -> Artifacts:
        return Artifacts(self.adapters.transient)

    @cached_property
    def back_channel(self) -> "BackChannel":
        # Imported here: only who asks DigiD by Artifact needs it.
        from chalicelib.saml.digid.back_channel import MutualTls  # noqa: PLC0415

        return MutualTls()

    def digid(self, now: datetime) -> tuple[IdentityProvider, str]:
        """Return DigiD, and the binding by which it is asked to answer: by POST where it resolves no artifacts."""
        pinned = self.catalogue.identity_provider()
        provider = replace(read_identity_provider(pinned.metadata, now), roots=pinned.roots)
        return provider, ARTIFACT if pinned.by_artifact and provider.resolution else POST

    def answer(self, now: datetime) -> str:
        """Return the binding by which whoever is pinned answers, or DigiD's own while nobody is."""
        try:
            return self.digid(now)[1]
        except NotFound:
            return ARTIFACT

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
            raise NotOpen(
                "no encryption key", received=entity_id, expected="metadata with a certificate for encryption"
            )
        return recipient

    def _keys(self, name: str) -> OurKeys:
        return OurKeys.from_secret(name, self.adapters.keyring.get(name))
