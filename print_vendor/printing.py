"""One message, one letter: open it, claim it, set it, put it in the bucket, and write down that it is printed."""

import json
from datetime import datetime
from typing import Protocol

from chalicelib.letters.contract.letter import Letter
from chalicelib.letters.contract.messages import SealedLetter, sealing_context
from chalicelib.letters.contract.states import LetterState
from print_vendor.observe import PRINTED, count, follow, log
from print_vendor.rendering import render


class Opens(Protocol):
    def open(self, sealed: bytes, context: str) -> str: ...


class Rows(Protocol):
    """Moves of a letter; each tells whether it was made now (print_vendor/rows.py)."""

    def begin(self, letter_id: str, now: datetime) -> bool: ...
    def finish(self, letter_id: str, now: datetime) -> bool: ...
    def stop(self, letter_id: str, now: datetime) -> bool: ...
    def state(self, letter_id: str) -> LetterState | None: ...


class Holds(Protocol):
    def put(self, letter_id: str, kind: str, body: bytes) -> None: ...


class Printer:
    """Prints into a bucket. Sent twice, a letter is the same object, and is counted once (invariant 3)."""

    def __init__(self, opener: Opens, rows: Rows, bucket: Holds) -> None:
        self._opener, self._rows, self._bucket = opener, rows, bucket

    def print(self, text: str, now: datetime) -> None:
        """Print the letter of a queue's message. Whatever it raises sends the message back to the queue."""
        follow(None)
        letter_id = None
        try:
            message = SealedLetter.from_json(text)
            follow(message.correlation_id)
            letter_id = message.letter_id
            self._print(message, now)
        except Exception as error:
            log().error("letter_not_printed", letter_id=letter_id, error=type(error).__name__)
            raise

    def _print(self, message: SealedLetter, now: datetime) -> None:
        letter_id = message.letter_id
        letter = Letter.from_json(self._opener.open(message.sealed, sealing_context(letter_id)))
        if not self._rows.begin(letter_id, now):
            self._leave(letter_id, now)
            return
        self._bucket.put(letter_id, "json", _slip(letter, message, now))
        self._bucket.put(letter_id, "pdf", render(letter))
        if self._rows.finish(letter_id, now):
            log().info("letter_printed", letter_id=letter_id)
            count(PRINTED)

    def _leave(self, letter_id: str, now: datetime) -> None:
        """Print no letter that was printed, and none whose request was withdrawn or has expired."""
        match self._rows.state(letter_id):
            case LetterState.PRINTED | LetterState.POSTED | LetterState.DELIVERED | LetterState.RETURNED:
                log().info("letter_printed_before", letter_id=letter_id)
            case None:
                raise ValueError("a letter that was never asked for")
            case _:
                if self._rows.stop(letter_id, now):
                    log().info("letter_cancelled", letter_id=letter_id)


def _slip(letter: Letter, message: SealedLetter, now: datetime) -> bytes:
    told = {
        "form_of_address": letter.form_of_address,
        "addressee": letter.addressee,
        "address": letter.address,
        "printed_at": now.isoformat(),
        "correlation_id": message.correlation_id,
    }
    return json.dumps(told, ensure_ascii=False).encode()
