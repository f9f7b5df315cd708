"""Looking at mandates: either side sees all of them, and what happened."""

from datetime import datetime
from typing import NamedTuple

from chalicelib.audit.trail import Event, Happening, Sides, by_whom
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.people.actor import Cause, Citizen, System

_USES = (Happening.USED, Happening.USE_REFUSED)


class Line(NamedTuple):
    """One line of the story of a mandate, as both people may see it."""

    what: Happening
    at: datetime
    by: str
    """`represented`, `representative`, `neither`, `helpdesk`, `system`, or an organisation. No more is told of it."""
    level: int = 0
    """Level of assurance at which they were signed in; 0 where that is not known, or nobody was."""
    where: str = ""
    """The service provider, for a use."""
    cause: Cause | None = None
    """What made the system do it."""


class Story(NamedTuple):
    """What happened to a mandate, newest first: what it was used for, and all else."""

    uses: list[Line]
    changes: list[Line]


def story(mandate: Mandate, *, store: MandateStore) -> Story:
    sides = mandate.sides
    lines = [_line(event, sides) for event in store.history(mandate.case_id, sides)]
    return Story([one for one in lines if one.what in _USES], [one for one in lines if one.what not in _USES])


def _line(event: Event, sides: Sides) -> Line:
    return Line(
        event.what,
        event.at,
        by_whom(event.by, sides),
        level=event.by.level if isinstance(event.by, Citizen) else 0,
        where=event.where.organisation if event.where else "",
        cause=event.by.cause if isinstance(event.by, System) else None,
    )
