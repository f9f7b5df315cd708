"""Artifacts: a reference to an answer, which its provider fetches once, within two minutes (combiconnect.md 3.1, 6)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.errors import Conflict, Unavailable
from chalicelib.saml.craft.times import ANSWER_LIFE
from chalicelib.storage.kinds import Kept, Kind
from chalicelib.storage.rows import Rows
from chalicelib.storage.table import NEW, Condition, Item
from chalicelib.storage.tables import TransientTable

_KEPT = timedelta(minutes=15)
"""So long a provider that comes too late is told so."""


@dataclass(frozen=True, slots=True)
class WaitingAnswer:
    """What an artifact stands for. The answer itself is made when it is fetched, from what holds then."""

    entity_id: str
    login_id: str
    sent_at: datetime
    """When the browser was sent to the provider with the artifact."""
    spent_by: str | None = None
    """Which try resolved it."""

    @property
    def ends_at(self) -> datetime:
        return self.sent_at + ANSWER_LIFE

    def late(self, now: datetime) -> bool:
        return now >= self.ends_at


ARTIFACT = Kind(
    "What an artifact stands for, under the hash of its value.",
    TransientTable,
    WaitingAnswer,
    pk="ARTIFACT#{digest}",
    sk="ARTIFACT",
    kept=Kept("", _KEPT, "sent_at"),
)


class Artifacts:
    """Artifacts in DynamoDB, under the hash of their value: a copy of the table resolves nothing."""

    def __init__(self, table: TransientTable) -> None:
        self._table, self._artifacts = table, Rows(table, ARTIFACT)

    def keep(self, artifact: str, waiting: WaitingAnswer) -> None:
        self._artifacts.put(waiting, NEW, digest=_digest(artifact))

    def find(self, artifact: str, entity_id: str, now: datetime) -> WaitingAnswer | None:
        """Return what an artifact stands for. None if it is unknown, spent, over a quarter of an hour old or another's.

        Another provider that asks for it spoils nothing for the one that it is meant for.
        """
        waiting = self._artifacts.find(digest=_digest(artifact))
        if waiting is None or waiting.entity_id != entity_id or waiting.spent_by is not None:
            return None
        return waiting if now < waiting.sent_at + _KEPT else None

    def spend(self, artifact: str, by: str, *together: Item) -> bool:
        """Spend an artifact, once, when its answer is ready to leave: so an outage before that costs nobody an answer.

        `by` names this try, and tells after a lost reply whose it was. Return False when another was first.
        """
        unspent = Condition("attribute_exists(pk) AND attribute_not_exists(spent_by)", {}, {":by": by})
        spending = self._artifacts.changing("SET spent_by = :by", unspent, digest=_digest(artifact))
        try:
            self._table.write_together([spending, *together])
        except Conflict:
            return False
        except Unavailable:
            known = self._artifacts.find(digest=_digest(artifact))
            if known is None or known.spent_by != by:
                raise
        return True


def _digest(artifact: str) -> str:
    return hashlib.sha256(artifact.strip().encode()).hexdigest()
