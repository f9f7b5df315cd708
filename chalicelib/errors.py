"""What can go wrong, sorted by what the caller may do about it. Status codes live in `web/failures.py`."""

from datetime import datetime

from chalicelib.quoting import Quotable, quoted


class DomainError(Exception):
    """An answer of the domain, not a bug."""


class NotFound(DomainError):
    """It is not there, or it is not yours: the two must look the same."""


class Refused(DomainError):
    """The rules say no. `reason` is a key of `web/failures.py::REFUSALS`, or of a room's own.

    `values` are the numbers that its words name, such as the years of a lowest age.
    """

    def __init__(self, reason: str, **values: int) -> None:
        super().__init__(reason)
        self.reason, self.values = reason, values


class Conflict(DomainError):
    """Somebody was first. Read again and decide again."""


class RateLimited(DomainError):
    """Too many tries; the same call may succeed after `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__("rate limited")
        self.until = until


class TooManyLetters(RateLimited):
    """Somebody got as many letters as one may; another can be asked for from `until` on."""


class TooManyRequests(RateLimited):
    """Somebody asked for others as often as one may; again from `until` on."""


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


class Explained(DomainError):
    """No to a message, or to what one began, with what its sender's engineer needs to mend it.

    All three are for the log: `reason` names the rule and holds nothing of the message; `received` and `expected` are
    the values, or where a value is personal, secret or huge its shape. They are cut short and cleaned here, and never
    about a person; what is empty reads "nothing".
    """

    def __init__(self, reason: str, *, received: Quotable, expected: Quotable) -> None:
        super().__init__(reason)
        self.reason, self.received, self.expected = reason, quoted(received), quoted(expected)

    @property
    def told(self) -> str:
        """All three in one line, for whoever reads it at once."""
        return f"{self.reason}, received {self.received}, expected {self.expected}"


class InvalidMessage(Explained):
    """A SAML message did not pass the gate."""


class NotOpen(Explained, NotFound):
    """What a message names, or whose it is, is unknown or not open now. A page only says that it is not there."""


class LoginOver(Explained, Refused):
    """A sign-in does not go on, here or at all. `reason` is one of those of `Refused`."""
