"""Ending a mandate before its time, by either side."""

from dataclasses import replace
from datetime import datetime

from chalicelib.audit.trail import Event, Happening
from chalicelib.errors import Conflict
from chalicelib.mandates.model import LIVING, Mandate
from chalicelib.mandates.ports import MandateStore
from chalicelib.mandates.seeing import seen_by
from chalicelib.observe import Metric, count, log
from chalicelib.people.actor import Citizen


def revoke(by: Citizen, case_id: str, *, store: MandateStore, now: datetime) -> Mandate:
    """End a mandate at once, by either side. One that has ended already stays as it is.

    Raises `NotFound`, or `Conflict` when it was changed in between and has not ended.
    """
    mandate, party = seen_by(by.person, case_id, store=store)
    if mandate.state(now) not in LIVING:
        return mandate
    revoked = replace(mandate, ended_at=now, ended_by=party, version=mandate.version + 1)
    try:
        store.change(mandate, revoked, Event(Happening.REVOKED, now, by))
    except Conflict:
        ended, _ = seen_by(by.person, case_id, store=store)
        if ended.ended_at is None:
            raise
        return ended
    log().info("mandate_revoked", case_id=mandate.case_id, by=str(party))
    count(Metric.MANDATE_REVOKED)
    return revoked
