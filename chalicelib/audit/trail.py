"""Events and uses of a case. Rows are only ever added: a key is never written twice."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from chalicelib.errors import Conflict
from chalicelib.storage.kinds import Kept, Kind
from chalicelib.storage.rows import Rows, partition
from chalicelib.storage.table import NEW, Item
from chalicelib.storage.tables import AuditTable


class Happening(StrEnum):
    """What can happen in a case (machtigen.md 6.2)."""

    REQUESTED = "requested"
    WITHDRAWN = "withdrawn"
    BLOCKED = "blocked"
    ACTIVATED = "activated"
    REVOKED = "revoked"
    USED = "used"
    USE_REFUSED = "use refused"


SYSTEM = "system"
"""Who does what no person did: a rule, when its time has come."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a case, as both people may see it."""

    what: Happening
    at: datetime
    by: str
    """`represented`, `representative`, `system`, or for a use the name of the service provider."""
    level: int | None = None


_STAYS = Kept("further notice: nothing takes it away yet")

EVENT = Kind(
    "A change of state in a case; its number is the version of the record that it made.",
    AuditTable,
    Event,
    pk="CASE#{case_id}",
    sk="EVENT#{number:06}",
    kept=_STAYS,
    personal=("case_id",),
)

USE = replace(EVENT, what="A sign-in on behalf of somebody.", sk="USE#{use_id}")

REFUSED = replace(EVENT, what="A sign-in on behalf of somebody that was refused.", sk="REFUSED#{use_id}")


def noting(table: AuditTable, case_id: str, number: int, event: Event) -> Item:
    """Return the write of a change of state, for the transaction that makes it."""
    return Rows(table, EVENT).adding(event, case_id=case_id, number=number)


def record_use(table: AuditTable, case_id: str, use_id: str, event: Event) -> None:
    """Add a sign-in on behalf of someone, or its refusal. The same of one `use_id` again changes nothing.

    Each has its own key: a sign-in that was granted may be refused when it is asked for once more, and both are so.
    """
    kind = REFUSED if event.what is Happening.USE_REFUSED else USE
    try:
        Rows(table, kind).put(event, NEW, case_id=case_id, use_id=use_id)
    except Conflict:
        return


def history(table: AuditTable, case_id: str) -> list[Event]:
    """Return everything that happened in a case, newest first."""
    return sorted(partition(table, (EVENT, USE, REFUSED), case_id=case_id), key=lambda event: event.at, reverse=True)
