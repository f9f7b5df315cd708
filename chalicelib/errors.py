"""What can go wrong, sorted by what the caller may do about it. Status codes live in `web/failures.py`."""

from datetime import datetime

from chalicelib.quoting import Quotable, quoted


class DomainError(Exception):
    """An answer of the domain, not a bug."""


class NotFound(DomainError):
    """It is not there, or it is not yours: the two must look the same. `received` is for the log, as below."""

    def __init__(self, what: str = "", *, received: Quotable | None = None) -> None:
        super().__init__(what)
        self.received = None if received is None else quoted(received)


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


class TooManyLetters(RateLimited):
    """Somebody got as many letters as one may; another can be asked for from `until` on."""


class LevelTooLow(DomainError):
    """Sign in again at `required` (10, 20, 25 or 30) or higher."""

    def __init__(self, required: int) -> None:
        super().__init__("level too low")
        self.required = required


class Unavailable(DomainError):
    """A dependency is down; the same call may succeed later. A write may have been done: nobody heard."""

    def __init__(self, dependency: str) -> None:
        super().__init__(dependency)
        self.dependency = dependency


class InvalidMessage(DomainError):
    """A SAML message did not pass the gate.

    All three are for the log, and for the engineer of who sent it: `reason` names the rule and holds nothing of the
    message; `received` and `expected` are cut short and cleaned here, and are never about a person. An empty `received`
    reads "nothing"; None is not told.
    """

    def __init__(self, reason: str, *, received: Quotable | None = None, expected: Quotable | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.received = None if received is None else quoted(received)
        self.expected = None if expected is None else quoted(expected)

    @property
    def told(self) -> str:
        """All three in one line, for whoever reads it at once."""
        received = f", received {self.received}" if self.received is not None else ""
        expected = f", expected {self.expected}" if self.expected is not None else ""
        return f"{self.reason}{received}{expected}"
