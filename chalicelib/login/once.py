"""One-time ids: a request or an assertion counts once (security.md section 5)."""

import hashlib
from datetime import datetime, timedelta

from chalicelib.errors import Conflict, InvalidMessage
from chalicelib.storage.table import NEW, Item
from chalicelib.storage.tables import TransientTable

_REMEMBERED = timedelta(hours=1)
"""Longer than any message may be old."""


def use_once(table: TransientTable, kind: str, sender: str, message_id: str, now: datetime) -> None:
    """Remember an id before its message has any effect. Raises `InvalidMessage` if it was seen before."""
    try:
        table.put(_row(kind, sender, message_id, now), NEW)
    except Conflict:
        raise seen_before(message_id) from None


def seen_before(message_id: str) -> InvalidMessage:
    return InvalidMessage("seen before", received=message_id, expected="an ID that is new for each message")


def remembering(table: TransientTable, kind: str, sender: str, message_id: str, now: datetime) -> Item:
    """Return the write that remembers an id, for a transaction: together with the effect of its message, or not."""
    return table.putting(_row(kind, sender, message_id, now), NEW)


def _row(kind: str, sender: str, message_id: str, now: datetime) -> Item:
    digest = hashlib.sha256(f"{kind}\n{sender}\n{message_id}".encode()).hexdigest()
    return {"pk": f"SEEN#{digest}", "sk": "SEEN", "ttl": int((now + _REMEMBERED).timestamp())}
