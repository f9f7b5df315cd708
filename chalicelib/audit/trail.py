"""Events and uses of a case. Rows are only ever added: a key is never written twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.errors import Conflict
from chalicelib.storage.table import NEW, Item, page_through
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


def event_item(case_id: str, number: int, event: Event) -> Item:
    """Return the row of a change of state; its number is the version of the record that it made."""
    return _item(case_id, f"EVENT#{number:06}", event)


def record_use(table: AuditTable, case_id: str, use_id: str, event: Event) -> None:
    """Add a sign-in on behalf of someone, or its refusal. The same of one `use_id` again changes nothing.

    Each has its own key: a sign-in that was granted may be refused when it is asked for once more, and both are so.
    """
    kind = "REFUSED" if event.what is Happening.USE_REFUSED else "USE"
    try:
        table.put(_item(case_id, f"{kind}#{use_id}", event), NEW)
    except Conflict:
        return


def history(table: AuditTable, case_id: str) -> list[Event]:
    """Return everything that happened in a case, newest first."""
    return sorted(_events(table, case_id), key=lambda event: event.at, reverse=True)


def _events(table: AuditTable, case_id: str) -> Iterator[Event]:
    for item in page_through(table, f"CASE#{case_id}"):
        if item["sk"].startswith(("EVENT#", "USE#", "REFUSED#")):
            yield Event(Happening(item["what"]), datetime.fromisoformat(item["at"]), item["by"], item.get("level"))


def _item(case_id: str, sk: str, event: Event) -> Item:
    row = {"what": str(event.what), "at": event.at.isoformat(), "by": event.by, "level": event.level}
    return {"pk": f"CASE#{case_id}", "sk": sk, **row}
