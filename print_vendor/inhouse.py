"""The function's shop: a letter is claimed by its row in our table, and lies in our bucket when it is printed."""

from datetime import datetime
from typing import Protocol

from chalicelib.letters.contract.letter import Letter
from chalicelib.letters.contract.messages import LetterCancel, SealedLetter
from chalicelib.letters.contract.objects import TYPES
from chalicelib.letters.contract.states import NOT_TAKEN, LetterState
from print_vendor.observe import PRINTED, count, follow, log
from print_vendor.printing import Opens, Press, read, slip

_OVER = (LetterState.POSTED, LetterState.DELIVERED, LetterState.RETURNED, LetterState.FAILED)
"""Nobody is to post it from here on: whatever lies in the bucket of it is to be empty (contract/objects.py)."""


class Rows(Protocol):
    """Moves of a letter; each tells whether it was made now (print_vendor/rows.py)."""

    def begin(self, letter_id: str, now: datetime) -> bool: ...
    def finish(self, letter_id: str, now: datetime) -> bool: ...
    def stop(self, letter_id: str, now: datetime) -> bool: ...
    def state(self, letter_id: str) -> LetterState | None: ...


class Holds(Protocol):
    def put(self, letter_id: str, kind: str, body: bytes) -> None: ...


class BucketShop:
    """See `Shop`. Sent twice, a letter is the same object, and is counted once (invariant 3)."""

    def __init__(self, rows: Rows, bucket: Holds) -> None:
        self._rows, self._bucket = rows, bucket

    def claim(self, message: SealedLetter, now: datetime) -> bool:
        """Claim no letter that was printed, none whose request was withdrawn or has expired, and none too late."""
        letter_id = message.letter_id
        late = message.print_before is not None and now >= message.print_before
        # What was claimed in time goes on: nobody sends it again.
        if late and self._rows.state(letter_id) in NOT_TAKEN:
            log().info("letter_too_late", letter_id=letter_id)
            return False
        if self._rows.begin(letter_id, now):
            return True
        match state := self._rows.state(letter_id):
            case LetterState.PRINTED | LetterState.POSTED | LetterState.DELIVERED | LetterState.RETURNED:
                log().info("letter_printed_before", letter_id=letter_id)
            case None:
                raise ValueError("a letter that was never asked for")
            case _:
                self.cancel(letter_id, now)
        if state in _OVER:
            self._empty(letter_id)
        return False

    def deliver(self, letter: Letter, pdf: bytes, message: SealedLetter, now: datetime) -> None:
        letter_id = message.letter_id
        self._bucket.put(letter_id, "json", slip(letter, now, correlation_id=message.correlation_id))
        self._bucket.put(letter_id, "pdf", pdf)
        if self._rows.finish(letter_id, now):
            log().info("letter_printed", letter_id=letter_id)
            count(PRINTED)
        elif self._rows.state(letter_id) in _OVER:
            # Somebody was quicker with the same message, and it was posted meanwhile: it was emptied before we came.
            self._empty(letter_id)

    def _empty(self, letter_id: str) -> None:
        for kind in TYPES:
            self._bucket.put(letter_id, kind, b"")

    def cancel(self, letter_id: str, now: datetime) -> None:
        if self._rows.stop(letter_id, now):
            log().info("letter_cancelled", letter_id=letter_id)


class Printer:
    """Takes what lies in the queue, message by message."""

    def __init__(self, opener: Opens, rows: Rows, bucket: Holds) -> None:
        self._press = Press(opener, BucketShop(rows, bucket))

    def print(self, text: str, now: datetime) -> None:
        """Do what a message asks. Whatever it raises sends the message back to the queue."""
        follow(None)
        letter_id = None
        try:
            message = read(text)
            letter_id = message.letter_id
            if isinstance(message, LetterCancel):
                self._press.cancel(message, now)
                return
            follow(message.correlation_id)
            self._press.print(message, now)
        except Exception as error:
            log().error("letter_not_printed", letter_id=letter_id, error=type(error).__name__)
            raise
