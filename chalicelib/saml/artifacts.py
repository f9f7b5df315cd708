"""Artifacts: a reference to an answer, which its provider fetches once, within two minutes (combiconnect.md 3.1)."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

from chalicelib.dynamo import NEW, Condition, Table
from chalicelib.errors import Conflict
from chalicelib.saml.times import ANSWER_LIFE

_TYPE, _ENDPOINT = b"\x00\x04", b"\x00\x00"
_LENGTH = 44


@dataclass(frozen=True, slots=True)
class Waiting:
    """What an artifact stands for. The answer itself is made when it is fetched, from what holds then."""

    entity_id: str
    login_id: str


def new_artifact(entity_id: str, pick: Callable[[int], int]) -> str:
    """Make an artifact of type 4: type, endpoint index 0, SHA-1 of our entityID, 20 random bytes (bindings 3.6.4)."""
    source = hashlib.sha1(entity_id.encode(), usedforsecurity=False).digest()
    handle = pick(2**160).to_bytes(20, "big")
    return base64.b64encode(_TYPE + _ENDPOINT + source + handle).decode()


class Artifacts:
    """Artifacts in DynamoDB, under the hash of their value: a copy of the table resolves nothing."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def keep(self, artifact: str, waiting: Waiting, now: datetime) -> None:
        until = now + ANSWER_LIFE
        row = {"pk": _key(artifact), "sk": "ARTIFACT", "until": until.isoformat(), "ttl": int(until.timestamp())}
        self._table.put({**row, **asdict(waiting)}, NEW)

    def take(self, artifact: str, entity_id: str, now: datetime) -> Waiting | None:
        """Take an artifact, which burns it whoever asks. None if it is unknown, used, too old or another's."""
        try:
            gone = self._table.delete(_key(artifact), "ARTIFACT", Condition("attribute_exists(pk)", {}, {}))
        except Conflict:
            return None
        if gone is None or gone["until"] <= now.isoformat() or gone["entity_id"] != entity_id:
            return None
        return Waiting(gone["entity_id"], gone["login_id"])


def _key(artifact: str) -> str:
    return f"ARTIFACT#{hashlib.sha256(artifact.strip().encode()).hexdigest()}"
