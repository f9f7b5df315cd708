"""The outbox: a letter is written down in the transaction that asks for it, and sent to the vendor afterwards.

Sending may happen twice when a process dies in between; the vendor's function recognises the letter by its id, so
that one letter id is one letter (invariant 3).
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from chalicelib.errors import NotFound, Unavailable
from chalicelib.letters.contract import Letter, LetterState, Message, sealing_context
from chalicelib.letters.life import LETTER, LetterRow, move, stop
from chalicelib.observe import Metric, correlation_id, count, follow, log
from chalicelib.outage import outage
from chalicelib.people.vault import Vault
from chalicelib.storage.kinds import Kept, Kind
from chalicelib.storage.rows import Rows
from chalicelib.storage.table import Condition, Item
from chalicelib.storage.tables import LettersTable

_SHARDS = 8
"""Pending letters are spread, so that a busy morning has no hot partition."""

_SWEEP_AFTER = timedelta(seconds=30)


class Pending(NamedTuple):
    """The mark that a letter is to be sent."""

    letter_id: str
    since: str = ""
    """As ISO 8601 text, which sorts: a mark that is odd must hold up no other."""
    correlation_id: str | None = None


PENDING = Kind(
    "The mark that a letter is to be sent.",
    LettersTable,
    Pending,
    pk="OUTBOX#{shard}",
    sk="{letter_id}",
    kept=Kept("the print vendor's queue has its letter, or it is stopped"),
    personal=("letter_id",),
    keyed=("letter_id",),
    lacking=("since",),
)


def letter_items(table: LettersTable, letter: Letter, sealed: bytes, now: datetime, until: datetime) -> list[Item]:
    """Return the writes that put a letter in the outbox, for the transaction that asks for it.

    Printing it makes no sense any more at `until`.
    """
    letter_id, correlated = letter.letter_id, correlation_id()
    row = LetterRow(letter_id, LetterState.REQUESTED, now, until, sealed, correlated)
    mark = Pending(letter_id, now.isoformat(), correlated)
    return [Rows(table, LETTER).adding(row), Rows(table, PENDING).adding(mark, shard=_shard(letter_id))]


class Outbox:
    """Takes letters from their table to the vendor's queue."""

    def __init__(self, table: LettersTable, sqs: Any, queue_url: str) -> None:  # noqa: ANN401 - boto3 client
        self._table, self._sqs, self._queue_url = table, sqs, queue_url
        self._letters, self._pending = Rows(table, LETTER), Rows(table, PENDING)

    def send(self, letter_id: str, now: datetime) -> None:
        """Send one letter that is pending. Safe to repeat. Raises `Unavailable`, or `NotFound` for a mark alone."""
        letter = self._letters.find(letter_id=letter_id)
        if letter is None:
            # Nobody writes one without the other: somebody has to look where it went.
            raise NotFound("letter")
        if letter.useful_until is None or letter.useful_until <= now:
            stop(self._table, letter_id, now)
        elif letter.sealed is not None:
            message = Message(letter_id, letter.sealed, letter.correlation_id).to_json()
            with outage("sqs"):
                self._sqs.send_message(QueueUrl=self._queue_url, MessageBody=message)["MessageId"]
            move(self._table, letter_id, LetterState.QUEUED, now)
        self._forget(letter_id)

    def sweep(self, now: datetime) -> int:
        """Send what was written down but not sent, for example because a process died. Returns how many were.

        One that cannot be sent holds up no other (invariant 13).
        """
        # What is measured here belongs to no request, and a process may still remember one.
        follow(None)
        waiting = self._waiting((now - _SWEEP_AFTER).isoformat())
        oldest = min((mark.since for mark in waiting if mark.since), default=now.isoformat())
        count(Metric.LETTERS_UNSENT, len(waiting))
        count(Metric.OLDEST_UNSENT_LETTER, (now - datetime.fromisoformat(oldest)).total_seconds())
        sent = sum(self._swept(mark, now) for mark in waiting)
        if left := len(waiting) - sent:
            follow(None)
            count(Metric.LETTERS_NOT_SENT, left)
        return sent

    def _waiting(self, before: str) -> list[Pending]:
        """Return the marks of what is not sent since `before`. Raises `Unavailable` when no shard can be read."""
        found: list[Pending] = []
        failed: list[Unavailable] = []
        for shard in range(_SHARDS):
            try:
                marks = list(self._pending.every(shard=shard))
            except Unavailable as error:
                log().error("outbox_not_read", what=f"shard {shard}")
                failed.append(error)
            else:
                found += [mark for mark in marks if mark.since <= before]
        if len(failed) == _SHARDS:
            raise failed[0]
        return found

    def _swept(self, mark: Pending, now: datetime) -> bool:
        follow(mark.correlation_id)
        try:
            self.send(mark.letter_id, now)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one letter, the others go on
            log().error("letter_not_swept", letter_id=mark.letter_id, error=type(error).__name__)
            return False
        log().info("letter_swept", letter_id=mark.letter_id)
        return True

    def _forget(self, letter_id: str) -> None:
        """Drop the pending mark and our copy of the contents, code included."""
        known = Condition("attribute_exists(pk)", {"#s": "sealed"}, {})
        self._table.write_together(
            [
                self._letters.changing("REMOVE #s", known, letter_id=letter_id),
                self._pending.deleting(shard=_shard(letter_id), letter_id=letter_id),
            ]
        )


def _shard(letter_id: str) -> int:
    return int(letter_id[-4:], 16) % _SHARDS


def seal(vault: Vault, letter: Letter) -> bytes:
    return vault.seal(letter.to_json(), sealing_context(letter.letter_id))
