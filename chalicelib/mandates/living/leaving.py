"""What ends with a person: when they die, and when they want no mandates any more.

Done again it does no more than what is left to do. Each request and mandate is one by itself: what cannot be ended now
does not keep the others from ending (invariant 13).
"""

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import NamedTuple

from chalicelib.errors import DomainError, Unavailable
from chalicelib.mandates.living.changing import end
from chalicelib.mandates.model.mandates import LIVING
from chalicelib.mandates.model.requests import OPEN, OptOut, Request, RequestState
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.mandates.register.retrying import retried
from chalicelib.mandates.register.transactions import Closing
from chalicelib.observe import Metric, count, log
from chalicelib.people.actor import Cause, System
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import PersonId

SCHEMA = "death/1"
"""Form of a message that somebody died: `schema`, and `bsn` with nine digits."""


class Left(NamedTuple):
    """What ended, and what could not be ended now."""

    requests: int
    mandates: int
    failed: int


def read_death(message: str) -> Bsn:
    """Return who died. Raises `ValueError`, which quotes nothing."""
    try:
        read = json.loads(message)
        if read["schema"] == SCHEMA:
            return Bsn(read["bsn"])
    except (ValueError, TypeError, KeyError, AttributeError):
        pass
    raise ValueError("no message of a death")


def write_death(bsn: Bsn) -> str:
    return json.dumps({"schema": SCHEMA, "bsn": bsn.digits})


def hear_of_death(message: str, *, person: Callable[[Bsn], PersonId], store: MandateStore, now: datetime) -> None:
    """Take a message that somebody died. Raises `ValueError` for another, and `Unavailable` where it is to be taken
    once more, because not everything could end.
    """
    try:
        failed = lapse(person(read_death(message)), store=store, now=now).failed
    except Exception as error:
        log().error("death_not_taken", error=type(error).__name__)
        raise
    if failed:
        log().error("death_not_taken", error=Unavailable.__name__)
        raise Unavailable("dynamodb")
    # Of whom, nothing that is written may tell.
    log().info("death_taken")
    count(Metric.DEATH_HEARD)


def lapse(person: PersonId, *, store: MandateStore, now: datetime) -> Left:
    """End all that somebody gave, holds, asked and was asked. Whoever asked them something hears nothing."""
    askings = [one for one in store.askings(person) if one.is_open(now)]
    theirs = (store.request(one.represented, one.case_id) for one in askings)
    requests = [*store.requests(person), *(one for one in theirs if one)]
    cases = [one.case_id for one in (*store.given(person), *store.held(person)) if one.state(now) in LIVING]
    return _ended(requests, cases, Cause.DEATH, store, now, gone=person)


def leave(person: PersonId, *, keep_mandates: bool, store: MandateStore, now: datetime) -> Left:
    """Put somebody on the list of those who want no mandates, and end what is asked of them and what they gave.

    First the list: whatever is asked or made after that is refused with it, so nothing slips through in between.
    """
    if store.opted_out(person) is None:
        store.opt_out(person, OptOut(now))
    cases = [] if keep_mandates else [one.case_id for one in store.given(person) if one.state(now) in LIVING]
    return _ended(store.requests(person), cases, Cause.OPT_OUT, store, now)


def _ended(
    requests: Iterable[Request],
    cases: Iterable[str],
    cause: Cause,
    store: MandateStore,
    now: datetime,
    gone: PersonId | None = None,
) -> Left:
    still = [request for request in requests if request.state(now) in OPEN]
    asked = [_tried(one.case_id, cause, partial(_end_request, one, cause, store, now)) for one in still]
    given = [_tried(one, cause, partial(end, one, cause, store=store, now=now, gone=gone)) for one in cases]
    return Left(sum(asked), sum(given), [*asked, *given].count(False))


def _tried(case_id: str, cause: Cause, act: Callable[[], object]) -> bool:
    try:
        act()
    except DomainError as error:
        log().error("case_not_ended", case_id=case_id, cause=cause.value, reason=str(error))
        count(Metric.CASE_NOT_ENDED)
        return False
    return True


def _end_request(request: Request, cause: Cause, store: MandateStore, now: datetime) -> None:
    def ended() -> None:
        found = store.request(request.represented, request.case_id)
        if found is None or found.state(now) not in OPEN:
            return
        store.close(Closing((found,), RequestState.UNDELIVERABLE, System(cause), now))
        log().info("request_undeliverable", case_id=found.case_id, reason=cause.value)
        count(Metric.REQUEST_UNDELIVERABLE)

    retried(ended)
