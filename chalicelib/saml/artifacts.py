"""Artifacts: a reference to an answer, which its provider fetches once, within two minutes (combiconnect.md 3.1, 6)."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from chalicelib.dynamo import NEW, Condition
from chalicelib.errors import Conflict
from chalicelib.saml.times import ANSWER_LIFE
from chalicelib.tables import TransientTable

_TYPE, _ENDPOINT = b"\x00\x04", b"\x00\x00"
_KEPT = timedelta(minutes=15)
"""So long a provider that comes too late is told so."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What an artifact stands for. The answer itself is made when it is fetched, from what holds then."""

    entity_id: str
    login_id: str
    sent_at: datetime
    """When the browser was sent to the provider with the artifact."""

    def late(self, now: datetime) -> bool:
        return now >= self.sent_at + ANSWER_LIFE


def new_artifact(entity_id: str, pick: Callable[[int], int]) -> str:
    """Make an artifact of type 4: type, endpoint index 0, SHA-1 of our entityID, 20 random bytes (bindings 3.6.4)."""
    source = hashlib.sha1(entity_id.encode(), usedforsecurity=False).digest()
    handle = pick(2**160).to_bytes(20, "big")
    return base64.b64encode(_TYPE + _ENDPOINT + source + handle).decode()


class Artifacts:
    """Artifacts in DynamoDB, under the hash of their value: a copy of the table resolves nothing."""

    def __init__(self, table: TransientTable) -> None:
        self._table = table

    def keep(self, artifact: str, waiting: Waiting) -> None:
        row = {"pk": _key(artifact), "sk": "ARTIFACT", "ttl": int((waiting.sent_at + _KEPT).timestamp())}
        self._table.put({**row, **asdict(waiting), "sent_at": waiting.sent_at.isoformat()}, NEW)

    def take(self, artifact: str, entity_id: str, now: datetime) -> Waiting | None:
        """Take an artifact, once. None if it is unknown, used, over a quarter of an hour old or another's.

        Another provider that asks for it spoils nothing for the one that it is meant for.
        """
        try:
            gone = self._table.delete(
                _key(artifact), "ARTIFACT", Condition("entity_id = :entity", {}, {":entity": entity_id})
            )
        except Conflict:
            return None
        if gone is None:
            return None
        waiting = Waiting(gone["entity_id"], gone["login_id"], datetime.fromisoformat(gone["sent_at"]))
        return waiting if now < waiting.sent_at + _KEPT else None


def _key(artifact: str) -> str:
    return f"ARTIFACT#{hashlib.sha256(artifact.strip().encode()).hexdigest()}"
