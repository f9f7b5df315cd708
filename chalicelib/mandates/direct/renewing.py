"""The represented lets a mandate go on with a new one, from when it ends and for a while after."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.catalogue.model import Service
from chalicelib.days import today
from chalicelib.errors import NotFound, Refused
from chalicelib.mandates.direct.granting import Grant, grant
from chalicelib.mandates.direct.known import began
from chalicelib.mandates.model.cases import CaseId, VisitId, visit_of
from chalicelib.mandates.model.mandates import Mandate, MandateState
from chalicelib.mandates.model.period import Period
from chalicelib.mandates.register.hiding import Secrets
from chalicelib.mandates.register.ports import LetterSender, MandateStore, Tries
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.people.actor import Citizen
from chalicelib.people.brp.person import PopulationRegister
from chalicelib.people.bsn import Bsn

BEFORE, AFTER = timedelta(days=60), timedelta(days=365)
"""From how long before its end, and until how long after, a mandate can be renewed."""

_OVER = (MandateState.REVOKED, MandateState.ENDED)


@dataclass(frozen=True, slots=True)
class Renewal:
    """That a mandate is to go on."""

    case_id: CaseId
    """Of the mandate that goes on."""
    by: Citizen
    bsn: Bsn
    """Theirs."""
    wanted: WantedService
    language: str
    site: str


def renewable(mandate: Mandate, service: Service, now: datetime) -> bool:
    """Whether a mandate that ran its time, or nearly, may go on. What somebody ended is mandated anew instead."""
    # What was suspended when its time ran out is looked into still.
    running = mandate.state(now) in (MandateState.ACTIVE, MandateState.EXPIRED) and mandate.suspended_at is None
    ran = running and began(mandate, now)
    near = mandate.period.end - BEFORE <= today(now) <= mandate.period.end + AFTER
    return ran and near and service.may_be_mandated(now)


def next_periods(mandate: Mandate, service: Service, now: datetime) -> list[Period]:
    """Return the periods for which it may go on: as long as it was, and where that is longer, as long as possible."""
    start = max(today(now), mandate.period.end + timedelta(days=1))
    lengths = {min(mandate.period.days, service.max_days), service.max_days}
    return [Period(start, start + timedelta(days=days - 1)) for days in sorted(lengths)]


def successor(mandate: Mandate, given: Iterable[Mandate], now: datetime) -> Mandate | None:
    """Return the mandate by which one goes on, or went on until its time was up, however that came to be."""
    same = (
        one for one in given if (one.representative, one.service_id) == (mandate.representative, mandate.service_id)
    )
    after = (one for one in same if one.period.end > mandate.period.end and one.state(now) not in _OVER)
    return next(after, None)


def renew_mandate(
    asked: Renewal,
    *,
    store: MandateStore,
    people: PopulationRegister,
    tries: Tries,
    letters: LetterSender,
    secrets: Secrets,
    pick: Callable[[int], int],
    now: datetime,
) -> Mandate:
    """Let a mandate go on. One that does already is left as it is, and the mandate by which it does returned.

    Raises `NotFound`; `Refused` with `not_renewable`, `period_gone` for a period that cannot be chosen any more; and
    what `grant` does.
    """
    given, wanted = store.given(asked.by.person), asked.wanted
    mandate = next((one for one in given if one.case_id == asked.case_id), None)
    if mandate is None or mandate.service_id != wanted.service.service_id:
        raise NotFound("mandate")
    if (made := successor(mandate, given, now)) is not None:
        return made
    if not renewable(mandate, wanted.service, now):
        raise Refused("not_renewable")
    if wanted.period not in next_periods(mandate, wanted.service, now):
        raise Refused("period_gone")
    visit_id = _visit(mandate, given)
    next_one = Grant(
        visit_id, asked.by, asked.bsn, mandate.case_id, (wanted,), asked.language, asked.site, continues=True
    )
    (new,) = grant(
        next_one, store=store, people=people, tries=tries, letters=letters, secrets=secrets, pick=pick, now=now
    )
    return new


def _visit(mandate: Mandate, given: Sequence[Mandate]) -> VisitId:
    """Return the id of the next renewal of a mandate: two clicks at once are one."""
    before = sum(one.previous == mandate.case_id for one in given)
    return visit_of(hashlib.sha256(f"renewal {before} of {mandate.case_id}".encode()).hexdigest()[:32])
