"""Letters as parcels of the outbox. The print vendor receives them: one letter id is one letter (invariant 3)."""

from datetime import datetime, timedelta
from typing import Any

from chalicelib.letters.contract.letter import Letter
from chalicelib.letters.contract.messages import SealedLetter
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

LETTERS = ParcelKind(
    "letter",
    LETTER,
    Letter.to_json,
    Measured(Metric.LETTERS_UNSENT, Metric.OLDEST_UNSENT_LETTER, Metric.LETTERS_NOT_SENT),
    bare=True,
)
"""Sealed for who prints them (sealing.py)."""

PRINT_WITHIN = timedelta(days=1)
"""After its address was checked: what is not accepted by then is to be checked again."""


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


class VendorQueue:
    """Carries letters to the print vendor; see `Carrier`."""

    def __init__(self, table: LettersTable, sqs: Any, url: str) -> None:  # noqa: ANN401 - boto3 client
        self._table, self._sqs, self._url = table, sqs, url

    def deliver(self, letter_id: str, sealed: bytes, row: LetterRow) -> None:
        checked_at = row.checked_at or row.requested_at
        before = checked_at and checked_at + PRINT_WITHIN
        message = SealedLetter(letter_id, sealed, before, row.correlation_id).to_json()
        with outage("sqs"):
            self._sqs.send_message(QueueUrl=self._url, MessageBody=message)["MessageId"]

    def left(self, letter_id: str, now: datetime) -> None:
        move(self._table, letter_id, LetterState.QUEUED, now)

    def stopped(self, letter_id: str, now: datetime) -> None:
        cancel(self._table, letter_id, now)
