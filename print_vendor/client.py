"""An outside vendor's round: take what lies in the queue, cancel first, print, list, tell, and only then delete.

Killed at any moment, the next round takes the same letters to the same places (journal.py), and tells what was not.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from chalicelib.letters.contract.messages import LetterCancel, SealedLetter
from chalicelib.letters.contract.statuses import Mishap, VendorStep
from print_vendor.journal import Journal
from print_vendor.outside import FolderShop
from print_vendor.printing import Opens, Press, read
from print_vendor.queues import Queues, Taken
from print_vendor.rendering import CannotSet, render

_LONG_POLL = 20
"""Seconds: the longest that SQS knows."""


@dataclass
class Tally:
    """What one round did."""

    printed: int = 0
    left: int = 0
    """Printed before, cancelled, or taken too late."""
    cancelled: int = 0
    failed: int = 0
    unreadable: int = 0
    """Not deleted: they come again, and end among the dead letters."""
    batch: str = ""
    errors: list[str] = field(default_factory=list)

    @property
    def all(self) -> int:
        return self.printed + self.left + self.cancelled + self.failed + self.unreadable


class Round(NamedTuple):
    """What was taken from the queue together: each message with where it came from."""

    cancels: list[tuple[LetterCancel, Taken]]
    letters: list[tuple[SealedLetter, Taken]]


class Client:
    """Prints into one folder. `stopped` tells whether to stop: a letter that was begun is finished before."""

    def __init__(
        self,
        queues: Queues,
        opener: Opens,
        shop: FolderShop,
        journal: Journal,
        clock: Callable[[], datetime],
        stopped: Callable[[], bool],
    ) -> None:
        self._queues, self._opener, self._shop, self._journal = queues, opener, shop, journal
        self._clock, self._stopped = clock, stopped
        self._press = Press(opener, shop)

    def resume(self) -> int:
        """List and tell what the process before left; return how many statuses that were."""
        self._shop.list_batches()
        return self._tell()

    def round(self, most: int, *, wait: bool = True) -> Tally:
        """Take, print and tell so many messages at most. Raises `OSError`, `sqlite3.Error`, and what SQS says."""
        tally = Tally()
        found = self._sorted(self._taken(most, wait=wait), tally)
        self._shop.batch = f"{self._clock():%Y%m%d-%H%M%S-%f}"
        for cancel, _ in found.cancels:
            self._press.cancel(cancel, self._clock())
        tally.cancelled = len(found.cancels)
        done = [taken for _, taken in found.cancels]
        unbegun: list[Taken] = []
        for message, taken in found.letters:
            if self._stopped():
                unbegun.append(taken)
            elif self._print(message, tally):
                done.append(taken)
        tally.batch = ", ".join(self._shop.list_batches())
        self._tell()
        self._queues.done(done)
        self._queues.give_back(unbegun)
        return tally

    def rehearse(self, wait: int) -> Tally:
        """Open, check and set what is given first, write nothing, tell nothing, and leave it in the queue."""
        tally = Tally()
        for message, _ in self._sorted(self._queues.look(wait), tally).letters:
            try:
                render(self._opener.letter(message))
                tally.printed += 1
            except (ValueError, CannotSet) as error:
                self._note(tally, message.letter_id, error)
        return tally

    def _taken(self, most: int, *, wait: bool) -> list[Taken]:
        """Drain the queue: a cancel behind a letter is seen before that is printed."""
        found: list[Taken] = []
        while len(found) < most and not self._stopped():
            some = self._queues.take(0 if found or not wait else _LONG_POLL, most - len(found))
            found += some
            if not some:
                break
        return found

    def _sorted(self, taken: Iterable[Taken], tally: Tally) -> Round:
        found = Round([], [])
        for one in taken:
            try:
                match message := read(one.body):
                    case LetterCancel():
                        found.cancels.append((message, one))
                    case SealedLetter():
                        found.letters.append((message, one))
            except ValueError as error:
                self._note(tally, None, error)
        return found

    def _print(self, message: SealedLetter, tally: Tally) -> bool:
        """Print one letter; False where its message has to come again."""
        before, letter_id = self._journal.ended(message.letter_id), message.letter_id
        try:
            self._press.print(message, self._clock())
        except CannotSet:
            self._journal.end(letter_id, VendorStep.FAILED, self._clock(), Mishap.CANNOT_PRINT)
            tally.failed += 1
            return True
        except ValueError as error:
            self._note(tally, letter_id, error)
            return False
        if before is None and self._journal.ended(letter_id) is VendorStep.PRINTED:
            tally.printed += 1
        else:
            tally.left += 1
        return True

    def _tell(self) -> int:
        told = 0
        while statuses := self._journal.untold():
            self._queues.tell(statuses)
            self._journal.told(statuses)
            told += len(statuses)
        return told

    def _note(self, tally: Tally, letter_id: str | None, error: Exception) -> None:
        tally.unreadable += 1
        tally.errors.append(f"{letter_id or 'a message'}: {error}")
