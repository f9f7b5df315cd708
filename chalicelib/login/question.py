"""What a provider asks, once it may be acted upon: for whom somebody is to sign in, where, and how surely."""

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.catalogue.model import ServiceId
from chalicelib.login.decision import Failed
from chalicelib.login.levels import Level


class Wanted(StrEnum):
    """Whom the provider wants to hear of (combiconnect.md 2.4)."""

    SELF = "self"
    REPRESENTED = "represented"
    EITHER = "either"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Question:
    """What is kept of it until it is answered: who asks, where the answer goes, and of whom it tells."""

    entity_id: str
    request_id: str
    location: str
    binding: str
    relay_state: str | None
    service_id: ServiceId
    wanted: Wanted
    domain: str | None = None
    """In what domain a login is shared (shared.py), where the connection shares it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was put: how it is to be answered, or why it cannot be."""

    question: Question
    level: Level
    """Lowest at which somebody has to sign in."""
    fresh: bool
    """An earlier sign-in does not count (ForceAuthn)."""
    silent: bool
    """Nobody may be asked anything (IsPassive)."""
    failed: Failed | None
    """Why it cannot be served."""
