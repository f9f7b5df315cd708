"""The outbox: a letter is written down in the transaction that asks for it, and sent to the vendor afterwards.

Sending may happen twice when a process dies in between; the vendor's function recognises the letter by its id, so
that one letter id is one letter (invariant 3).
"""

from datetime import datetime, timedelta
from typing import Any

from chalicelib.errors import Conflict, NotFound, Unavailable
from chalicelib.letters.contract import MOVES, Letter, LetterState, Message, row_key, sealing_context
from chalicelib.observe import Metric, correlation_id, count, follow, log
from chalicelib.outage import outage
from chalicelib.people.vault import Vault
from chalicelib.storage.table import NEW, Condition, Item, page_through
from chalicelib.storage.tables import LettersTable

_SHARDS = 8
"""Pending letters are spread, so that a busy morning has no hot partition."""

_SWEEP_AFTER = timedelta(seconds=30)


def letter_items(table: LettersTable, letter: Letter, sealed: bytes, now: datetime, until: datetime) -> list[Item]:
    """Return the writes that put a letter in the outbox, for the transaction that asks for it.

    Printing it makes no sense any more at `until`.
    """
    pk, sk = row_key(letter.letter_id)
    row = {
        "pk": pk,
        "sk": sk,
        "state": str(LetterState.REQUESTED),
        "requested_at": now.isoformat(),
        "useful_until": until.isoformat(),
        "sealed": sealed,
        "correlation_id": correlation_id(),
    }
    pending = {
        "pk": _shard(letter.letter_id),
        "sk": letter.letter_id,
        "since": now.isoformat(),
        "correlation_id": correlation_id(),
    }
    return [table.putting(row, NEW), table.putting(pending, NEW)]


def letter_stopping(table: LettersTable, letter_id: str) -> Item:
    """Return the write that keeps a letter from being printed, for the transaction that makes it worthless.

    It holds by itself, not by the clocks of two machines: without `useful_until` nothing begins to print.
    """
    return table.changing(*row_key(letter_id), "REMOVE #until", Condition("", {"#until": "useful_until"}, {}))


class Outbox:
    """Takes letters from their table to the vendor's queue."""

    def __init__(self, table: LettersTable, sqs: Any, queue_url: str) -> None:  # noqa: ANN401 - boto3 client
        self._table, self._sqs, self._queue_url = table, sqs, queue_url

    def send(self, letter_id: str, now: datetime) -> None:
        """Send one letter that is pending. Safe to repeat. Raises `Unavailable`, or `NotFound` for a mark alone."""
        row = self._table.get(*row_key(letter_id))
        if row is None:
            # Nobody writes one without the other: somebody has to look where it went.
            raise NotFound("letter")
        if row.get("useful_until", "") <= now.isoformat():
            stop(self._table, letter_id, now)
        elif "sealed" in row:
            message = Message(letter_id, row["sealed"], row.get("correlation_id")).to_json()
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
        oldest = min((item["since"] for item in waiting if "since" in item), default=now.isoformat())
        count(Metric.LETTERS_UNSENT, len(waiting))
        count(Metric.OLDEST_UNSENT_LETTER, (now - datetime.fromisoformat(oldest)).total_seconds())
        sent = sum(self._swept(item, now) for item in waiting)
        if left := len(waiting) - sent:
            follow(None)
            count(Metric.LETTERS_NOT_SENT, left)
        return sent

    def _waiting(self, before: str) -> list[Item]:
        """Return the marks of what is not sent since `before`. Raises `Unavailable` when no shard can be read."""
        found: list[Item] = []
        failed: list[Unavailable] = []
        for shard in range(_SHARDS):
            try:
                marks = list(page_through(self._table, f"OUTBOX#{shard}"))
            except Unavailable as error:
                log().error("outbox_not_read", what=f"shard {shard}")
                failed.append(error)
            else:
                found += [item for item in marks if item.get("since", before) <= before]
        if len(failed) == _SHARDS:
            raise failed[0]
        return found

    def _swept(self, item: Item, now: datetime) -> bool:
        follow(item.get("correlation_id"))
        try:
            self.send(item["sk"], now)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one letter, the others go on
            log().error("letter_not_swept", letter_id=item["sk"], error=type(error).__name__)
            return False
        log().info("letter_swept", letter_id=item["sk"])
        return True

    def _forget(self, letter_id: str) -> None:
        """Drop the pending mark and our copy of the contents, code included."""
        known = Condition("attribute_exists(pk)", {"#s": "sealed"}, {})
        self._table.write_together(
            [
                self._table.changing(*row_key(letter_id), "REMOVE #s", known),
                self._table.deleting(_shard(letter_id), letter_id),
            ]
        )


def stop(table: LettersTable, letter_id: str, now: datetime) -> None:
    """Write down that a letter is not printed, unless it was."""
    if move(table, letter_id, LetterState.STOPPED, now):
        log().info("letter_stopped", letter_id=letter_id)


def move(table: LettersTable, letter_id: str, state: LetterState, now: datetime) -> bool:
    """Move a letter to a state; False when it is not in a state from which that is allowed."""
    allowed = {f":from{number}": str(origin) for number, origin in enumerate(MOVES[state])}
    condition = Condition(
        f"#state IN ({', '.join(allowed)})",
        {"#state": "state", "#at": f"{state}_at"},
        {**allowed, ":state": str(state), ":at": now.isoformat()},
    )
    try:
        table.change(*row_key(letter_id), "SET #state = :state, #at = :at", condition)
    except Conflict:
        return False
    return True


def progress(table: LettersTable, letter_id: str) -> dict[LetterState, datetime]:
    """Return when a letter reached each state that it has reached."""
    row = table.get(*row_key(letter_id)) or {}
    return {state: datetime.fromisoformat(row[f"{state}_at"]) for state in LetterState if f"{state}_at" in row}


def _shard(letter_id: str) -> str:
    return f"OUTBOX#{int(letter_id[-4:], 16) % _SHARDS}"


def seal(vault: Vault, letter: Letter) -> bytes:
    return vault.seal(letter.to_json(), sealing_context(letter.letter_id))
