"""What a provider asks, once it may be acted upon: for whom somebody is to sign in, where, and how surely."""

from dataclasses import dataclass

from chalicelib.login.levels import Level
from chalicelib.login.logins import Failed, SignOn


@dataclass(frozen=True, slots=True)
class Question:
    asked: SignOn
    level: Level
    """Lowest at which somebody has to sign in."""
    fresh: bool
    """An earlier sign-in does not count (ForceAuthn)."""
    silent: bool
    """Nobody may be asked anything (IsPassive)."""
    failed: Failed | None
    """Why it cannot be served."""
