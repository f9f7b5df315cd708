"""One-time ids: a request or an assertion counts once (security.md section 5)."""

import hashlib
from datetime import datetime, timedelta

from chalicelib.dynamo import NEW
from chalicelib.errors import Conflict, InvalidMessage
from chalicelib.tables import TransientTable

_REMEMBERED = timedelta(hours=1)
"""Longer than any message may be old."""


def use_once(table: TransientTable, kind: str, sender: str, message_id: str, now: datetime) -> None:
    """Remember an id before its message has any effect. Raises `InvalidMessage` if it was seen before."""
    digest = hashlib.sha256(f"{kind}\n{sender}\n{message_id}".encode()).hexdigest()
    try:
        table.put({"pk": f"SEEN#{digest}", "sk": "SEEN", "ttl": int((now + _REMEMBERED).timestamp())}, NEW)
    except Conflict:
        raise InvalidMessage("seen before") from None
