"""Looking at mandates, writing down their use, and revoking them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from chalicelib.audit.trail import Event, Happening, named
from chalicelib.errors import Conflict, NotFound
from chalicelib.mandates.model import Mandate, MandateState, Party
from chalicelib.mandates.ports import MandateStore
from chalicelib.observe import Metric, count, log
from chalicelib.people.actor import Citizen, Provider
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
    return [Line(event.what, event.at, named(event, sides)) for event in store.history(mandate.case_id, sides)]


def note_use(
    mandate: Mandate, use_id: str, *, by: Citizen, where: Provider, store: MandateStore, now: datetime
) -> None:
    """Write down, for both people to see, that a provider is told of a mandate."""
    store.record_use(mandate.case_id, use_id, Event(Happening.USED, now, by, where))


def note_refused_use(
    case_id: str, use_id: str, *, by: Citizen, where: Provider, store: MandateStore, now: datetime
) -> None:
    """Write a refused sign-in in the history of the mandate that was chosen; somebody else's is left alone."""
    mandate = store.mandate(case_id)
    if mandate is not None and mandate.representative == by.person:
        store.record_use(mandate.case_id, use_id, Event(Happening.USE_REFUSED, now, by, where))


def seen_by(person: PersonId, case_id: str, *, store: MandateStore) -> tuple[Mandate, Party]:
    """Return a mandate and the side on which someone is. Raises `NotFound` also when it is somebody else's."""
    mandate = store.mandate(case_id)
    party = mandate.party(person) if mandate else None
    if mandate is None or party is None:
        raise NotFound("mandate")
    return mandate, party


def revoke(by: Citizen, case_id: str, *, store: MandateStore, now: datetime) -> Mandate:
    """End a mandate at once, by either side. One that has ended already stays as it is.

    Raises `NotFound`, or `Conflict` when it was changed in between and has not ended.
    """
    mandate, party = seen_by(by.person, case_id, store=store)
    if mandate.state(now) in (MandateState.REVOKED, MandateState.EXPIRED):
        return mandate
    try:
        store.revoke(mandate, by, now)
    except Conflict:
        ended, _ = seen_by(by.person, case_id, store=store)
        if ended.revoked_at is None:
            raise
        return ended
    log().info("mandate_revoked", case_id=mandate.case_id, by=str(party))
    count(Metric.MANDATE_REVOKED)
    return mandate


def by_state(mandates: Iterable[Mandate], now: datetime) -> Mapping[bool, list[Mandate]]:
    """Split mandates into those that count now or later (True) and those of the past (False)."""
    living = (MandateState.ACTIVE, MandateState.FUTURE)
    split: dict[bool, list[Mandate]] = {True: [], False: []}
    for mandate in mandates:
        split[mandate.state(now) in living].append(mandate)
    return split
