"""Looking at mandates: either side sees all of them, and what happened."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from chalicelib.audit.trail import Happening, by_whom
from chalicelib.errors import NotFound
from chalicelib.mandates.model import LIVING, Mandate, Party
from chalicelib.mandates.ports import MandateStore
from chalicelib.people.pseudonym import PersonId


class Line(NamedTuple):
    """One line of the story of a mandate, as both people may see it."""

    what: Happening
    at: datetime
    by: str
    """`represented`, `representative`, `system`, or for a use the name of the service provider."""


def story(mandate: Mandate, *, store: MandateStore) -> list[Line]:
    """Return what happened, newest first. Of who did it no more is told than on which side they are."""
    sides = mandate.sides
    return [Line(event.what, event.at, by_whom(event, sides)) for event in store.history(mandate.case_id, sides)]


def seen_by(person: PersonId, case_id: str, *, store: MandateStore) -> tuple[Mandate, Party]:
    """Return a mandate and the side on which someone is. Raises `NotFound` also when it is somebody else's."""
    mandate = store.mandate(case_id)
    party = mandate.party(person) if mandate else None
    if mandate is None or party is None:
        raise NotFound("mandate")
    return mandate, party


def by_state(mandates: Iterable[Mandate], now: datetime) -> Mapping[bool, list[Mandate]]:
    """Split mandates into those that count now or later (True) and those of the past (False)."""
    split: dict[bool, list[Mandate]] = {True: [], False: []}
    for mandate in mandates:
        split[mandate.state(now) in LIVING].append(mandate)
    return split
