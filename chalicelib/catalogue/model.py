"""Connections and services, and from when until when each counts (machtigen.md section 5, combiconnect.md 5.4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

ServiceId = NewType("ServiceId", str)
"""The ServiceUUID that a provider names in its request."""

EntityId = NewType("EntityId", str)
"""SAML entityID of a connection, or of a service provider behind a cluster supplier's."""

REQUEST_DAYS, MOST_REQUEST_DAYS = 42, 84
"""How long a request is open unless its service says otherwise, five working days for the letter and time to hand the
code over (machtigen.md 3.3), and the longest that a service may say."""

LETTER_LEVEL = 20
"""Level of the consent that a letter's code is, unless the service says otherwise: DigiD gives 10 and 20 to who was
reached by a letter at the home address in the population register, and nothing above it (ADR 9)."""


class Profile(StrEnum):
    """How a connection speaks SAML."""

    COMBICONNECT = "combiconnect"
    """The national profile: POST and Artifact, identifiers encrypted one by one (combiconnect.md 1.4)."""
    GENERAL = "general"
    """Any standard client: the whole assertion is encrypted."""


class Representation(StrEnum):
    """What a request means that says nothing about representation (combiconnect.md 1.6)."""

    SELF = "self"
    CHOOSE = "choose"


class Authorisation(StrEnum):
    """Who may be mandated for a service: "Soort gemachtigde"."""

    CITIZEN_AND_ORGANISATION = "citizen-and-organisation"
    ORGANISATION = "organisation"
    CITIZEN = "citizen"
    NOBODY = "nobody"


class RelationKind(StrEnum):
    """What a service is behind. A mandate for a portal or a set opens what is behind it; other kinds open nothing."""

    PORTAL = "portal"
    SET = "set"
    MAILBOX = "mailbox"
    MEDIATION = "mediation"


@dataclass(frozen=True, slots=True)
class Validity:
    """A switch and a period: from `since`, before `until`."""

    active: bool = True
    since: datetime | None = None
    until: datetime | None = None

    def covers(self, now: datetime) -> bool:
        started = self.since is None or self.since <= now
        return self.active and started and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class Announcement:
    """A level of assurance that a service will ask from a moment on."""

    level: int
    since: datetime
    message: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """That a service is behind another, and when."""

    parent: ServiceId
    kind: RelationKind = RelationKind.PORTAL
    valid: Validity = Validity()

    def opens(self, now: datetime) -> bool:
        return self.kind in (RelationKind.PORTAL, RelationKind.SET) and self.valid.covers(now)


@dataclass(frozen=True, slots=True)
class Service:
    """One digital service. Texts are by language, `nl` and `en`."""

    service_id: ServiceId
    entity_id: EntityId
    """Whose service it is: for whom the identifiers in an answer are encrypted."""
    index: int | None
    """AttributeConsumingServiceIndex by which the provider may ask for it."""
    provider: str
    name: Mapping[str, str]
    description: Mapping[str, str]
    level: int
    """Lowest level of assurance: 10, 20, 25 or 30."""
    max_days: int
    """Longest period of one mandate, in days."""
    request_days: int = REQUEST_DAYS
    """How long a request for it is open, and its code works, in days: "Looptijd machtigingsaanvraag"."""
    minimum_age_represented: int = 0
    minimum_age_representative: int = 0
    """In years; 0 for every age."""
    code_on_screen: int | None = None
    """Level of sign-in from which who asks for themselves may see the code at once; None where only a letter has it."""
    letter_level: int = LETTER_LEVEL
    """Level of the consent of who hands over the code of a letter that somebody else, or the helpdesk, asked for."""
    keywords: tuple[str, ...] = ()
    behind: tuple[Relation, ...] = ()
    connection: EntityId | None = None
    """A cluster supplier's connection through which it is asked for; None for the provider's own."""
    announced: Announcement | None = None
    authorisation: Authorisation = Authorisation.CITIZEN_AND_ORGANISATION
    digid: bool = True
    """Whether people may sign in for themselves."""
    mandatable: bool = True
    """Whether people may sign in for others."""
    consent_question: Mapping[str, str] | None = None
    """Asked at sign-in: what the provider will do with what it gets ("Toestemmingsvraag")."""
    explanation: Mapping[str, str] | None = None
    position: int = 0
    """Place in a list: lowest first."""
    popular: bool = False
    """Whether it stands in the list of what is asked for often, before all others."""
    website: str | None = None
    """Where the provider offers it."""
    upl: str | None = None
    """Its URI in the Uniforme Productnamenlijst, by which products have one name at every authority."""
    app: Mapping[str, str] | None = None
    """What the DigiD app is told of it, as the registry has it."""
    legacy_id: str | None = None
    """Its number in the register of before, for who looks up an old mandate."""
    valid: tuple[Validity, ...] = ()
    """Of its organisation, that organisation's role, the connection through which it is asked for, and itself."""

    @property
    def asked_through(self) -> EntityId:
        return self.connection or self.entity_id

    def opened_by(self, now: datetime) -> tuple[ServiceId, ...]:
        """Services whose mandate opens this one now: itself, its portals and its sets (invariant 1)."""
        return (self.service_id, *(relation.parent for relation in self.behind if relation.opens(now)))

    def level_at(self, now: datetime) -> int:
        return self.announced.level if self.announced and self.announced.since <= now else self.level

    def counts(self, now: datetime) -> bool:
        return all(layer.covers(now) for layer in self.valid)

    def may_be_mandated(self, now: datetime) -> bool:
        """Whether one citizen may mandate another for it now."""
        citizens = self.authorisation in (Authorisation.CITIZEN, Authorisation.CITIZEN_AND_ORGANISATION)
        return self.mandatable and citizens and self.counts(now)

    def shows_code(self, level: int, now: datetime) -> bool:
        """Whether who asks for themselves, signed in at a level, may see the code on screen."""
        return self.code_on_screen is not None and level >= max(self.code_on_screen, self.level_at(now))

    def letter_suffices(self, now: datetime) -> bool:
        """Whether a mandate that a letter's code consents to can be used; else only approval makes one that can."""
        return self.letter_level >= self.level_at(now)


@dataclass(frozen=True, slots=True)
class PinnedDigid:
    """DigiD as the operator pinned it."""

    metadata: bytes
    by_artifact: bool = True
    """Whether it is asked to answer by Artifact, as only DigiD itself must be; else by POST."""
    ends_at: datetime | None = None
    """When its metadata, or the first certificate in it or in `roots`, ends."""
    roots: str = ""
    """Private roots of its back channel, as PEM."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A SAML connection: of a service provider, or of a cluster supplier for several."""

    entity_id: EntityId
    name: str
    metadata: bytes
    unasked: Representation = Representation.SELF
    profile: Profile = Profile.GENERAL
    organisation: str = ""
    """OIN of who holds it."""
    role: str = "service-provider"
    """In which the organisation holds it."""
    sso_domain: str | None = None
    """Connections of one organisation with the same name here share a sign-in (combiconnect.md 5.5)."""
    version: str = "1.1"
    """Of CombiConnect, as agreed with the provider."""
    mutual_tls: bool = False
    """Whether artifacts are resolved only over a connection with its certificate. Always so in the national profile."""
    valid: tuple[Validity, ...] = ()
    """Of its organisation, that organisation's role, and itself."""

    def counts(self, now: datetime) -> bool:
        return all(layer.covers(now) for layer in self.valid)


def search(services: Iterable[Service], words: str, language: str) -> list[Service]:
    """Find services in which every word occurs; no words: all of them. What is asked for often comes first."""
    wanted = words.casefold().split()

    def text(service: Service) -> str:
        parts = (service.provider, *service.name.values(), *service.description.values(), *service.keywords)
        return " ".join(parts).casefold()

    found = [service for service in services if all(word in text(service) for word in wanted)]
    return sorted(found, key=lambda one: (not one.popular, one.position, one.provider, one.name[language]))
