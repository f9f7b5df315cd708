"""What can go wrong, sorted by what the caller may do about it. Status codes live in `web/failures.py`."""

from datetime import datetime


class DomainError(Exception):
    """An answer of the domain, not a bug."""


class NotFound(DomainError):
    """It is not there, or it is not yours: the two must look the same."""


class Refused(DomainError):
    """The rules say no. `reason` is one of the keys of `web/failures.py::REFUSALS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Conflict(DomainError):
    """Somebody was first. Read again and decide again."""


class RateLimited(DomainError):
    """Too many tries; the same call may succeed after `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__("rate limited")
        self.until = until


class LevelTooLow(DomainError):
    """Sign in again at `required` (10, 20, 25 or 30) or higher."""

    def __init__(self, required: int) -> None:
        super().__init__("level too low")
        self.required = required


class Unavailable(DomainError):
    """A dependency is down; nothing changed and the same call may succeed later."""

    def __init__(self, dependency: str) -> None:
        super().__init__(dependency)
        self.dependency = dependency


class InvalidMessage(DomainError):
    """A SAML message did not pass the gate. `reason` is for the log: nothing of the message may be in it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
