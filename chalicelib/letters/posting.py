"""Letters as parcels of the outbox. The print vendor receives them: one letter id is one letter (invariant 3)."""

from datetime import datetime, timedelta
from typing import Any

from chalicelib.letters.contract.letter import Letter
from chalicelib.letters.contract.messages import LetterCancel, SealedLetter
from chalicelib.letters.contract.states import LetterState, VendorKind
from chalicelib.letters.day_index import indexing
from chalicelib.letters.life import LETTER, LetterRow, cancel, move
from chalicelib.letters.underway import marking
from chalicelib.observe import Metric, correlation_id
from chalicelib.outage import outage
from chalicelib.outbox.parcels import Measured, ParcelKind
from chalicelib.people.pseudonym import PersonId
from chalicelib.storage.table import Item
from chalicelib.storage.tables import LettersTable

PRINT_WITHIN = timedelta(days=1)
"""After its address was checked: who takes a letter later leaves it."""


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
    bare=True,
)
"""Sealed for who prints them (sealing.py), and kept until they say that they have it."""


def letter_items(
    table: LettersTable,
    letter_id: str,
    sealed: bytes,
    now: datetime,
    until: datetime,
    *,
    represented: PersonId | None = None,
    requested_at: datetime | None = None,
    vendor: VendorKind = VendorKind.FUNCTION,
) -> list[Item]:
    """Return the writes that put a letter in the outbox, mark it, and count it to its day, for the transaction.

    The register gave its address `now`; it may have been asked for before. Printing it makes no sense any more at
    `until`. `represented` is whose case it is about.
    """
    row = LetterRow(
        letter_id,
        LetterState.CHECKED,
        requested_at or now,
        until,
        sealed,
        correlation_id(),
        represented,
        vendor,
        checked_at=now,
    )
    return [
        *LETTERS.adding(table, row, now),
        marking(table, letter_id, now),
        indexing(table, letter_id, requested_at or now),
    ]


_WITH_THEM = (LetterState.CHECKED, LetterState.QUEUED, LetterState.ACCEPTED)
"""Where a letter may lie in the queue or at the vendor's, whether that is written down yet or not."""


class VendorQueue:
    """Carries letters to the print vendor; see `Carrier`."""

    def __init__(self, table: LettersTable, sqs: Any, url: str) -> None:  # noqa: ANN401 - boto3 client
        self._table, self._sqs, self._url = table, sqs, url

    def deliver(self, letter_id: str, sealed: bytes, letter: LetterRow, now: datetime) -> None:
        before = print_before(letter, now)
        self._send(SealedLetter(letter_id, sealed, before, letter.correlation_id).to_json())

    def left(self, letter_id: str, now: datetime) -> None:
        move(self._table, letter_id, LetterState.QUEUED, now)

    def stopped(self, letter_id: str, now: datetime) -> None:
        letter = LETTERS.find(self._table, letter_id)
        if letter and letter.vendor is VendorKind.OUTSIDE and letter.state in _WITH_THEM:
            # Perhaps they have it already: they print it or not, and tell. Our own function looks into the row.
            self._send(LetterCancel(letter_id).to_json())
        cancel(self._table, letter_id, now)

    def _send(self, message: str) -> None:
        with outage("sqs"):
            self._sqs.send_message(QueueUrl=self._url, MessageBody=message)["MessageId"]
