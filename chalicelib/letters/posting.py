"""Letters as parcels of the outbox. The print vendor receives them: one letter id is one letter (invariant 3)."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from chalicelib.letters.contract.letter import Letter
from chalicelib.letters.contract.messages import LetterCancel, SealedLetter
from chalicelib.letters.contract.states import COPY, LetterState, VendorKind
from chalicelib.letters.day_index import indexing
from chalicelib.letters.life import LETTER, LetterRow, cancel, move
from chalicelib.letters.receivers import Receiver
from chalicelib.letters.underway import marking
from chalicelib.observe import Metric, correlation_id
from chalicelib.outage import outage
from chalicelib.outbox.parcels import Measured, ParcelKind
from chalicelib.people.pseudonym import PersonId
from chalicelib.storage.table import Item
from chalicelib.storage.tables import LettersTable

PRINT_WITHIN = timedelta(days=1)
"""After its address was checked: who takes a letter later leaves it."""

_ASKED_AGAIN = timedelta(hours=3)
"""After the register was to be asked, where nothing came of it: the queue of checks tries for two."""


def is_stale(letter: LetterRow, now: datetime) -> bool:
    """Tell whether the register has to be asked again before a letter is sent.

    Not for one that goes to nobody of the register; nor for one of the release before, which does not say to whom.
    """
    asked_at = letter.checked_at
    return letter.receiver is not None and asked_at is not None and now >= asked_at + PRINT_WITHIN


def print_before(letter: LetterRow, now: datetime) -> datetime:
    """Return till when a letter that is sent now may be taken. What nobody took is sent again, for as long again."""
    checked_at = letter.checked_at or letter.requested_at or now
    return checked_at + PRINT_WITHIN if checked_at + PRINT_WITHIN > now else now + PRINT_WITHIN


LETTERS = ParcelKind(
    "letter",
    LETTER,
    Letter.to_json,
    Measured(Metric.LETTERS_UNSENT, Metric.OLDEST_UNSENT_LETTER, Metric.LETTERS_NOT_SENT),
    due=print_before,
    contents=COPY,
    bare=True,
)
"""Sealed for who prints them (sealing.py), and kept until they say that they have it."""


class Whose(NamedTuple):
    """Whose case a letter is about, and for whom it is: nobody's where it goes to no one of the register."""

    represented: PersonId | None = None
    """None for a notice of what is past: no request waits for it."""
    receiver: Receiver | None = None


NOBODY = Whose()


def letter_items(
    table: LettersTable,
    letter_id: str,
    sealed: bytes,
    now: datetime,
    until: datetime,
    *,
    whose: Whose = NOBODY,
    requested_at: datetime | None = None,
    vendor: VendorKind = VendorKind.FUNCTION,
) -> list[Item]:
    """Return the writes that put a letter in the outbox, mark it, and count it to its day, for the transaction.

    The register gave its address `now`; it may have been asked for before. Printing it makes no sense any more at
    `until`.
    """
    row = LetterRow(
        letter_id,
        LetterState.CHECKED,
        requested_at or now,
        until,
        sealed,
        correlation_id(),
        whose.represented,
        vendor,
        checked_at=now,
        receiver=whose.receiver,
    )
    return [
        *LETTERS.adding(table, row, now),
        marking(table, letter_id, now),
        indexing(table, letter_id, requested_at or now),
    ]


@dataclass(frozen=True, slots=True)
class StaleLetter:
    """What lies in the queue of checks for a letter of which the register has to be asked again: which, and no more."""

    letter_id: str
    correlation_id: str | None = None

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "StaleLetter | None":
        """Read what `to_json` wrote; None for anything else."""
        try:
            match json.loads(text):
                case {"letter_id": str(letter_id), "correlation_id": (str() | None) as follows, **others} if not others:
                    return cls(letter_id, follows)
        except ValueError:
            pass
        return None


_WITH_THEM = (LetterState.CHECKED, LetterState.QUEUED, LetterState.ACCEPTED)
"""Where a letter may lie in the queue or at the vendor's, whether that is written down yet or not."""


class VendorQueue:
    """Carries letters to the print vendor; see `Carrier`. `checks` is the queue of who asks the register."""

    def __init__(self, table: LettersTable, sqs: Any, url: str, checks: str) -> None:  # noqa: ANN401 - boto3 client
        self._table, self._sqs, self._url, self._checks = table, sqs, url, checks

    def deliver(self, letter_id: str, sealed: bytes, letter: LetterRow, now: datetime) -> datetime | None:
        if is_stale(letter, now):
            self._send(StaleLetter(letter_id, letter.correlation_id).to_json(), self._checks)
            return now + _ASKED_AGAIN
        before = print_before(letter, now)
        self._send(SealedLetter(letter_id, sealed, before, letter.correlation_id).to_json(), self._url)
        return None

    def left(self, letter_id: str, now: datetime) -> None:
        move(self._table, letter_id, LetterState.QUEUED, now)

    def stopped(self, letter_id: str, now: datetime) -> None:
        letter = LETTERS.find(self._table, letter_id)
        if letter and letter.vendor is VendorKind.OUTSIDE and (letter.state in _WITH_THEM or _is_recalled(letter)):
            # Perhaps they have it already: they print it or not, and tell. Our own function looks into the row.
            self._send(LetterCancel(letter_id).to_json(), self._url)
        cancel(self._table, letter_id, now)

    def _send(self, message: str, url: str) -> None:
        with outage("sqs"):
            self._sqs.send_message(QueueUrl=url, MessageBody=message)["MessageId"]


def _is_recalled(letter: LetterRow) -> bool:
    """Tell whether a letter is cancelled because of what the register says: a vendor who cancels one has no reason."""
    return letter.state is LetterState.CANCELLED and letter.reason is not None
