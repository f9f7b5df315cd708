"""Ending mandates before their time, by either side."""

from collections.abc import Iterable
from datetime import datetime

from chalicelib.audit.trail import Happening
from chalicelib.errors import DomainError, NotFound
from chalicelib.mandates.living.changing import change
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.mandates.rules.sides import mandate_of
from chalicelib.observe import log
from chalicelib.people.actor import Citizen


def revoke(by: Citizen, case_id: str, *, store: MandateStore, now: datetime) -> Mandate:
    """End a mandate at once, by either side, whatever else is changed meanwhile. One that has ended stays as it is.

    Raises `NotFound` or `Unavailable`.
    """
    _, party = mandate_of(by.person, case_id, store=store)
    ended = {"ended_at": now, "ended_by": party}
    return change(case_id, Happening.REVOKED, by, lambda _: ended, store=store, now=now)


def revoke_each(by: Citizen, case_ids: Iterable[str], *, store: MandateStore, now: datetime) -> None:
    """End several mandates, each by itself (invariant 13): what is not theirs, or cannot be ended now, stays.

    How each is then, its state tells.
    """
    for case_id in dict.fromkeys(case_ids):
        try:
            revoke(by, case_id, store=store, now=now)
        except NotFound:
            continue
        except DomainError as error:
            log().warning("mandate_not_revoked", case_id=case_id, reason=str(error))
