"""One-time ids: a request or an assertion counts once (security.md section 5)."""

import hashlib
from datetime import datetime, timedelta
from typing import NamedTuple

from chalicelib.errors import Conflict, InvalidMessage
from chalicelib.storage.kinds import Kept, Kind
from chalicelib.storage.rows import Rows
from chalicelib.storage.table import NEW, Item
from chalicelib.storage.tables import TransientTable


class Seen(NamedTuple):
    """That an id was used."""


SEEN = Kind(
    "That a request or an assertion was seen: a hash of its sender and id.",
    TransientTable,
    Seen,
    pk="SEEN#{digest}",
    sk="SEEN",
    # Longer than any message may be old.
    kept=Kept("", timedelta(hours=1)),
)


def use_once(table: TransientTable, kind: str, sender: str, message_id: str, now: datetime) -> None:
    """Remember an id before its message has any effect. Raises `InvalidMessage` if it was seen before."""
    try:
        Rows(table, SEEN).put(Seen(), NEW, digest=_digest(kind, sender, message_id), now=now)
    except Conflict:
        raise seen_before(message_id) from None


def seen_before(message_id: str) -> InvalidMessage:
    return InvalidMessage("seen before", received=message_id, expected="an ID that is new for each message")


def remembering(table: TransientTable, kind: str, sender: str, message_id: str, now: datetime) -> Item:
    """Return the write that remembers an id, for a transaction: together with the effect of its message, or not."""
    return Rows(table, SEEN).adding(Seen(), digest=_digest(kind, sender, message_id), now=now)


def _digest(kind: str, sender: str, message_id: str) -> str:
    return hashlib.sha256(f"{kind}\n{sender}\n{message_id}".encode()).hexdigest()
