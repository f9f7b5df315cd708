"""Looking at mandates, writing down their use, and revoking them."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from chalicelib.audit.trail import Event, Happening
from chalicelib.errors import Conflict, NotFound
from chalicelib.mandates.model import Mandate, MandateState, Party
from chalicelib.mandates.ports import MandateStore
from chalicelib.observe import Metric, count, log
from chalicelib.people.pseudonym import PersonId


def note_use(mandate: Mandate, use_id: str, *, provider: str, level: int, store: MandateStore, now: datetime) -> None:
    """Write down, for both people to see, that a provider is told of a mandate."""
    store.record_use(mandate.case_id, use_id, Event(Happening.USED, now, provider, level))


def note_refused_use(
    case_id: str,
    representative: PersonId,
    use_id: str,
    *,
    provider: str,
    level: int,
    store: MandateStore,
    now: datetime,
) -> None:
    """Write a refused sign-in in the history of the mandate that was chosen; somebody else's is left alone."""
    mandate = store.mandate(case_id)
    if mandate is not None and mandate.representative == representative:
        store.record_use(mandate.case_id, use_id, Event(Happening.USE_REFUSED, now, provider, level))


def seen_by(person: PersonId, case_id: str, *, store: MandateStore) -> tuple[Mandate, Party]:
    """Return a mandate and the side on which someone is. Raises `NotFound` also when it is somebody else's."""
    mandate = store.mandate(case_id)
    party = mandate.party(person) if mandate else None
    if mandate is None or party is None:
        raise NotFound("mandate")
    return mandate, party


def revoke(person: PersonId, case_id: str, *, store: MandateStore, now: datetime) -> Mandate:
    """End a mandate at once, by either side. One that has ended already stays as it is.

    Raises `NotFound`, or `Conflict` when it was changed in between and has not ended.
    """
    mandate, party = seen_by(person, case_id, store=store)
    if mandate.state(now) in (MandateState.REVOKED, MandateState.EXPIRED):
        return mandate
    try:
        store.revoke(mandate, party, now)
    except Conflict:
        ended, _ = seen_by(person, case_id, store=store)
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
