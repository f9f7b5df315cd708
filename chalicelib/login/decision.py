"""How a login ends: for whom somebody signed in, or why nobody did."""

from dataclasses import dataclass, field
from typing import Self

from chalicelib.errors import Explained
from chalicelib.quoting import Quotable


@dataclass(frozen=True, slots=True)
class Failed:
    """That nobody signed in: `failure` is one by name (combiconnect.md section 4), the rest tells an engineer why."""

    failure: str
    reason: str = field(compare=False)
    received: str = field(compare=False)
    expected: str = field(compare=False)

    @classmethod
    def by(cls, failure: str, why: Explained) -> Self:
        return cls(failure, why.reason, why.received, why.expected)

    @classmethod
    def of(cls, failure: str, reason: str, *, received: Quotable, expected: Quotable) -> Self:
        return cls.by(failure, Explained(reason, received=received, expected=expected))

    @property
    def why(self) -> Explained:
        return Explained(self.reason, received=self.received, expected=self.expected)


@dataclass(frozen=True, slots=True)
class Decision:
    """How a login ended: for oneself, on behalf of the person of a case, or in a failure."""

    case_id: str | None = None
    failed: Failed | None = None
    session: str | None = None
    """Key of the session that began, for a login to our own site."""
