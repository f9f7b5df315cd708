"""Events and uses of a case. Rows are only ever added: a key is never written twice."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from chalicelib.errors import Conflict
from chalicelib.people.actor import Actor, Cause, Citizen, Provider, Staff, System
from chalicelib.people.pseudonym import PersonId
from chalicelib.storage.kinds import FOR_GOOD, Kind
from chalicelib.storage.rows import Rows, partition
from chalicelib.storage.table import NEW, Item
from chalicelib.storage.tables import AuditTable


class Happening(StrEnum):
    """What can happen in a case (machtigen.md 6.2)."""

    REQUESTED = "requested"
    CHECKED = "checked"
    POSTED = "posted"
    """Of the letter: from then on its code's time counts."""
    UNDELIVERABLE = "undeliverable"
    WITHDRAWN = "withdrawn"
    BLOCKED = "blocked"
    ACTIVATED = "activated"
    APPROVED = "approved"
    REFUSED = "refused"
    GRANTED = "granted"
    RENEWED = "renewed"
    RESTRICTED = "restricted"
    RAISED = "raised"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    REVOKED = "revoked"
    ENDED = "ended"
    USED = "used"
    USE_REFUSED = "use refused"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a case. Whoever is shown it is shown `by_whom`, and no pseudonym."""

    what: Happening
    at: datetime
    by: Actor
    where: Provider | None = None
    """At whom, for a use."""


Sides = Mapping[str, PersonId]
"""Who is on which side of a case: by `represented` and `representative`."""

_SYSTEM = "system"
_HELPDESK = "helpdesk"
_NEITHER = "neither"
_USES = (Happening.USED, Happening.USE_REFUSED)


def by_whom(by: Actor, sides: Sides) -> str:
    """Say who it was as both people may see it: a side, `neither` for another citizen, `helpdesk`, `system`, or an
    organisation.
    """
    match by:
        case Citizen(person):
            return next((side for side, known in sides.items() if known == person), _NEITHER)
        case Provider(organisation):
            return organisation
        case Staff():
            return _HELPDESK
        case System():
            return _SYSTEM


class EventRow(NamedTuple):
    """An event as it is kept: `by`, of a use the provider, and `level` are all that releases before actors know."""

    what: Happening
    at: datetime
    by: str
    level: int | None = None
    actor: Actor | None = None
    where: Provider | None = None


EVENT = Kind(
    "A change of state in a case; its number is the version of the record that it made.",
    AuditTable,
    EventRow,
    pk="CASE#{case_id}",
    sk="EVENT#{number:06}",
    kept=FOR_GOOD,
    personal=("case_id", "actor"),
)

USE = replace(EVENT, what="A sign-in on behalf of somebody.", sk="USE#{use_id}")

REFUSED = replace(EVENT, what="A sign-in on behalf of somebody that was refused.", sk="REFUSED#{use_id}")

POSTED = replace(EVENT, what="That the letter of a case was posted.", sk="POSTED#{letter_id}")


def noting(table: AuditTable, case_id: str, number: int, event: Event, sides: Sides) -> Item:
    """Return the write of a change of state, for the transaction that makes it."""
    return Rows(table, EVENT).adding(_row(event, sides), case_id=case_id, number=number)


def noting_posted(table: AuditTable, case_id: str, letter_id: str, at: datetime, sides: Sides) -> Item:
    """Return the write of that a letter was posted, for the transaction that counts from there."""
    row = _row(Event(Happening.POSTED, at, System(Cause.POST)), sides)
    return Rows(table, POSTED).adding(row, case_id=case_id, letter_id=letter_id)


def record_use(table: AuditTable, case_id: str, use_id: str, event: Event) -> None:
    """Add a sign-in on behalf of someone, or its refusal. The same of one `use_id` again changes nothing.

    Each has its own key: a sign-in that was granted may be refused when it is asked for once more, and both are so.
    """
    kind = REFUSED if event.what is Happening.USE_REFUSED else USE
    try:
        Rows(table, kind).put(_row(event, {}), NEW, case_id=case_id, use_id=use_id)
    except Conflict:
        return


def history(table: AuditTable, case_id: str, sides: Sides) -> list[Event]:
    """Return everything that happened in a case, newest first."""
    events = [_event(row, sides) for row in partition(table, (EVENT, POSTED, USE, REFUSED), case_id=case_id)]
    # Of one instant, what was written down last is the newest.
    return sorted(events, key=lambda event: event.at)[::-1]


def _row(event: Event, sides: Sides) -> EventRow:
    level = event.by.level if isinstance(event.by, Citizen) else None
    by = event.where.organisation if event.where else by_whom(event.by, sides)
    return EventRow(event.what, event.at, by, level, event.by, event.where)


def _event(row: EventRow, sides: Sides) -> Event:
    """Read an event; one from before actors says only on which side of the case somebody was."""
    if row.actor is not None:
        return Event(row.what, row.at, row.actor, row.where)
    if row.by == _SYSTEM:
        return Event(row.what, row.at, System(Cause.GUESSES))
    used = row.what in _USES
    citizen = Citizen(sides["representative" if used else row.by], row.level or 0)
    return Event(row.what, row.at, citizen, Provider(row.by) if used else None)
