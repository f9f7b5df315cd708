"""The equation of a day: each letter that was asked for has ended, or is under way and marked so; none both or neither.

requested = posted + delivered + returned + failed + cancelled + pending

Pure. Its sources know nothing of each other: what was requested says the index of the day, how it ended its own row,
and what is pending the marks of letters under way. So what one of them lost shows, by its id.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from chalicelib.letters.contract.states import ENDED, UNSENT, LetterState
from chalicelib.letters.contract.statuses import Mishap


class Oddity(StrEnum):
    """Why a letter is not accounted for."""

    NO_ROW = "its row is gone, or cannot be read"
    NOT_REQUESTED = "it is under way, and its day does not know it"
    NO_MARK = "it has not ended, and is not marked as under way"
    STILL_MARKED = "it has ended, and is still marked as under way"
    NOT_TO_BE_SENT = "it was not sent, and nothing is to send it"


@dataclass(frozen=True, slots=True)
class Traces:
    """What each source tells of a letter."""

    letter_id: str
    requested: bool
    """Whether the index of its day has it."""
    state: LetterState | None
    """By its row; None where there is none that can be read."""
    marked: bool
    """As under way."""
    to_be_sent: bool
    """Whether the outbox has it."""
    reason: Mishap | None = None
    """Why it came back, or is not printed."""

    @property
    def oddity(self) -> Oddity | None:
        found = {
            Oddity.NO_ROW: self.state is None,
            Oddity.NOT_REQUESTED: not self.requested,
            Oddity.NO_MARK: self.state not in ENDED and not self.marked,
            Oddity.STILL_MARKED: self.state in ENDED and self.marked,
            Oddity.NOT_TO_BE_SENT: self.state in UNSENT and not self.to_be_sent,
        }
        return next((oddity for oddity, there in found.items() if there), None)


@dataclass(frozen=True, slots=True)
class Balance:
    """The letters of one day, counted."""

    day: date
    requested: int
    ended: Mapping[LetterState, int]
    """How many ended in each state in which one can."""
    pending: int
    odd: Mapping[str, Oddity]
    """By letter id what is not accounted for: two wrongs may make the numbers right."""
    mishaps: Mapping[tuple[LetterState, Mishap], int] = field(default_factory=dict)
    """How many ended so for which reason."""

    @property
    def holds(self) -> bool:
        return not self.odd and self.requested == sum(self.ended.values()) + self.pending


def balance(day: date, letters: Iterable[Traces]) -> Balance:
    """Count the letters of a day: those that its index has, and those that say themselves that they are of it."""
    letters = tuple(letters)
    reached = Counter(one.state for one in letters)
    return Balance(
        day,
        sum(one.requested for one in letters),
        {state: reached[state] for state in ENDED},
        sum(one.marked for one in letters),
        {one.letter_id: oddity for one in letters if (oddity := one.oddity)},
        Counter((one.state, one.reason) for one in letters if one.state in ENDED and one.reason),
    )
