"""Who signed in, as whoever identifies people says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from chalicelib.errors import Explained
from chalicelib.login.levels import Level
from chalicelib.people.bsn import Bsn
from chalicelib.quoting import Quotable


@dataclass(frozen=True, slots=True)
class Brought:
    """What a browser brings back from who identifies people, not yet read."""

    query: Mapping[str, Sequence[str]] = field(repr=False)
    form: Mapping[str, Sequence[str]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signed in, at which level, and the id of the statement that says so: it counts once."""

    subject: Bsn
    level: Level
    statement: str


class NotIdentified(Explained):
    """It is said, and proven, that nobody signed in as we asked. `failure` is as in `decision.Failed`."""

    def __init__(self, failure: str, reason: str, *, received: Quotable, expected: Quotable) -> None:
        super().__init__(reason, received=received, expected=expected)
        self.failure = failure
