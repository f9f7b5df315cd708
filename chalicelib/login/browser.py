"""What a browser shows of the logins that began in it (security.md section 3).

Each login has a handle of its own, new and random, so that two tabs neither mix nor end each other.
"""

import hashlib
import hmac
from dataclasses import dataclass, field

from chalicelib.login.logins import Login


@dataclass(frozen=True, slots=True)
class Browser:
    handles: tuple[str, ...] = field(default=(), repr=False)
    """Of the logins that are under way in it."""
    shared: str | None = field(default=None, repr=False)
    """By which it shares a login between providers of one domain."""
    session: str | None = field(default=None, repr=False)
    """Key of its session on our own site, alive or not."""

    def began(self, login: Login) -> bool:
        return any(hmac.compare_digest(hashed(handle), login.browser) for handle in self.handles)

    def without(self, login: Login) -> tuple[str, ...]:
        return tuple(handle for handle in self.handles if hashed(handle) != login.browser)


def hashed(handle: str) -> str:
    return hashlib.sha256(handle.encode()).hexdigest()
