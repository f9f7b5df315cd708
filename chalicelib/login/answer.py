"""What a provider is told."""

from dataclasses import dataclass

from chalicelib.login.levels import Level
from chalicelib.people.bsn import Bsn


@dataclass(frozen=True, slots=True)
class Answer:
    """Who signed in, and for whom. `legal` is None for someone who acts for themself."""

    acting: Bsn
    legal: Bsn | None
    level: Level
    service_uuid: str
    session: str
    """By which name the provider knows it."""
