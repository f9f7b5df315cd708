"""Ending mandates before their time, by either side."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from chalicelib.audit.trail import Happening
from chalicelib.errors import DomainError, NotFound
from chalicelib.mandates.living.changing import change
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.mandates.rules.sides import mandate_of
from chalicelib.observe import log
from chalicelib.people.actor import Citizen


class Outcome(StrEnum):
    """What came of ending one of several mandates."""

    ENDED = "ended"
    """Now, or before."""
    NOT_THERE = "not there"
    FAILED = "failed"
    """Perhaps it has ended, perhaps not: it is to be looked at, and tried again."""


def revoke(by: Citizen, case_id: str, *, store: MandateStore, now: datetime) -> Mandate:
    """End a mandate at once, by either side, whatever else is changed meanwhile. One that has ended stays as it is.

    Raises `NotFound` or `Unavailable`.
    """
    _, party = mandate_of(by.person, case_id, store=store)
    ended = {"ended_at": now, "ended_by": party}
    return change(case_id, Happening.REVOKED, by, lambda _: ended, store=store, now=now)


def revoke_each(by: Citizen, case_ids: Iterable[str], *, store: MandateStore, now: datetime) -> Mapping[str, Outcome]:
    """End several mandates, each by itself (invariant 13)."""
    return {case_id: _outcome(by, case_id, store, now) for case_id in dict.fromkeys(case_ids)}


def _outcome(by: Citizen, case_id: str, store: MandateStore, now: datetime) -> Outcome:
    try:
        revoke(by, case_id, store=store, now=now)
    except NotFound:
        return Outcome.NOT_THERE
    except DomainError as error:
        log().warning("mandate_not_revoked", case_id=case_id, reason=str(error))
        return Outcome.FAILED
    return Outcome.ENDED
