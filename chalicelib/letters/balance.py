"""The equation of a day: each letter that was asked for has ended, or waits and is marked so; none both, none neither.

requested = posted + delivered + returned + failed + cancelled + pending

Pure. The three sources know nothing of each other: what was requested says the index of the day, how it ended its own
row, and what is pending the marks by which letters are sent and looked after. So what one of them lost shows.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from chalicelib.letters.contract.states import LetterState

ENDED = (
    LetterState.POSTED,
    LetterState.DELIVERED,
    LetterState.RETURNED,
    LetterState.FAILED,
    LetterState.CANCELLED,
)
"""In these a letter waits for nobody any more, though a posted one may still come back."""


class Oddity(StrEnum):
    """Why a letter is not accounted for."""

    NO_ROW = "its row is gone"
    NO_MARK = "it has not ended, and nothing looks after it"
    TWO_MARKS = "it is marked twice"
    STILL_MARKED = "it has ended, and is still marked"
    NOT_REQUESTED = "it is under way, and its day does not know it"


@dataclass(frozen=True, slots=True)
class Traces:
    """What each source tells of a letter."""

    letter_id: str
    requested: bool
    """Whether the index of its day has it."""
    state: LetterState | None
    """By its row; None where there is none."""
    marks: int

    @property
    def oddity(self) -> Oddity | None:
        match self:
            case Traces(state=None):
                return Oddity.NO_ROW
            case Traces(requested=False):
                return Oddity.NOT_REQUESTED
            case Traces(state=state, marks=marks) if state in ENDED:
                return Oddity.STILL_MARKED if marks else None
            case Traces(marks=0):
                return Oddity.NO_MARK
            case Traces(marks=1):
                return None
        return Oddity.TWO_MARKS


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
        sum(one.marks > 0 for one in letters),
        {one.letter_id: oddity for one in letters if (oddity := one.oddity)},
    )
