"""What becomes of a mandate that is: restricted, suspended, resumed or ended, and never more than it was.

Each change is made of the mandate as it is at that moment, and anew where somebody else changed it meanwhile.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from chalicelib.audit.trail import Event, Happening
from chalicelib.catalogue.model import Service, ServiceId
from chalicelib.days import today
from chalicelib.errors import NotFound, Refused
from chalicelib.mandates.model.mandates import LIVING, Mandate, MandateState
from chalicelib.mandates.model.notices import of_ending
from chalicelib.mandates.model.period import Period
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.mandates.register.retrying import retried
from chalicelib.mandates.rules.sides import mandate_of
from chalicelib.mandates.rules.standing import behind
from chalicelib.observe import Metric, count, log
from chalicelib.people.actor import Actor, Cause, Citizen, Staff, System
from chalicelib.people.pseudonym import PersonId

MANDATE_MOVES: Mapping[Happening, Collection[MandateState]] = {
    Happening.RESTRICTED: LIVING,
    Happening.RAISED: LIVING,
    Happening.SUSPENDED: (MandateState.FUTURE, MandateState.ACTIVE),
    Happening.RESUMED: (MandateState.SUSPENDED,),
    Happening.REVOKED: LIVING,
    Happening.ENDED: LIVING,
}
"""In which states each event may happen to a mandate; what happens otherwise changes nothing."""

_METRICS = {
    Happening.RESTRICTED: Metric.MANDATE_RESTRICTED,
    Happening.RAISED: Metric.MANDATE_RAISED,
    Happening.SUSPENDED: Metric.MANDATE_SUSPENDED,
    Happening.RESUMED: Metric.MANDATE_RESUMED,
    Happening.REVOKED: Metric.MANDATE_REVOKED,
    Happening.ENDED: Metric.MANDATE_ENDED,
}

_OPERATOR = System(Cause.OPERATOR)

Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Less:
    """What is to be left of a mandate."""

    end: date | None = None
    """Its last day; None keeps it."""
    without: frozenset[ServiceId] = frozenset()
    """Services that it opens no more, besides those that it did not open before."""


def change(
    case_id: str,
    what: Happening,
    by: Actor,
    fields: Callable[[Mandate], Fields],
    *,
    store: MandateStore,
    now: datetime,
    gone: PersonId | None = None,
) -> Mandate:
    """Let something happen to a mandate, of which `fields` makes what it changes; return how it is then.

    Of an end hears by letter who did not make it, and who called to make it, but for who is `gone`. Nothing happens to
    a mandate in whose state that is no move, or of which nothing would be changed. Raises `NotFound`, `Unavailable` as
    `retried` does, and what `fields` raises.
    """

    def changed() -> Mandate:
        mandate = store.mandate(case_id)
        if mandate is None:
            raise NotFound("mandate")
        new = next_version(mandate, what, fields, now)
        if new is not mandate:
            store.change(mandate, new, Event(what, now, by), *of_ending(new, gone, called=isinstance(by, Staff)))
            log().info("mandate_changed", case_id=mandate.case_id, what=what.value)
            count(_METRICS[what])
        return new

    return retried(changed)


def next_version(mandate: Mandate, what: Happening, fields: Callable[[Mandate], Fields], now: datetime) -> Mandate:
    """Return the next version of a mandate, or itself where this is no move or changes nothing."""
    if mandate.state(now) not in MANDATE_MOVES[what]:
        return mandate
    new: Mandate = replace(mandate, **fields(mandate))  # type: ignore[arg-type]
    return mandate if new == mandate else replace(new, version=mandate.version + 1)


def lessened(mandate: Mandate, less: Less, services: Collection[Service], now: datetime) -> Fields:
    """Return what restricting changes. `services` is the catalogue: what it does not open cannot be taken away.

    Raises `Refused` with `only_less`, `end_in_past`, `end_before_start`, `stopped_for_now` for an earlier end of what
    operators look into, which lasts until then (ADR 33), or `nothing_left` where that is to revoke it.
    """
    last = mandate.period.end if less.end is None else less.end
    if last > mandate.period.end:
        raise Refused("only_less")
    if last < mandate.period.start:
        raise Refused("end_before_start")
    if last < today(now):
        raise Refused("end_in_past")
    if mandate.suspended_at is not None and last < mandate.period.end:
        raise Refused("stopped_for_now")
    opened = [service.service_id for service in behind(mandate, services, now)]
    gone = [one for one in opened if one in less.without]
    if gone and len(gone) == len(opened):
        raise Refused("nothing_left")
    return {"period": Period(mandate.period.start, last), "without": (*mandate.without, *gone)}


def restrict(
    by: Citizen, case_id: str, less: Less, *, services: Collection[Service], store: MandateStore, now: datetime
) -> Mandate:
    """Leave less of a mandate, by either side: the represented restricts it, the representative gives a part of it up.

    The same again changes nothing. Raises `NotFound`, `Unavailable`, and `Refused` with `mandate_ended` or what
    `lessened` says.
    """
    mandate_of(by.person, case_id, store=store)

    def fields(mandate: Mandate) -> Fields:
        return lessened(mandate, less, services, now)

    made = change(case_id, Happening.RESTRICTED, by, fields, store=store, now=now)
    if made.state(now) not in LIVING:
        raise Refused("mandate_ended")
    return made


def suspend(case_id: str, *, store: MandateStore, now: datetime) -> Mandate:
    """Let a mandate open nothing until it is resumed: by an operator, where something is looked into.

    Raises what `change` does.
    """
    return change(case_id, Happening.SUSPENDED, _OPERATOR, lambda _: {"suspended_at": now}, store=store, now=now)


def resume(case_id: str, *, store: MandateStore, now: datetime) -> Mandate:
    return change(case_id, Happening.RESUMED, _OPERATOR, lambda _: {"suspended_at": None}, store=store, now=now)


def end(case_id: str, cause: Cause, *, store: MandateStore, now: datetime, gone: PersonId | None = None) -> Mandate:
    """End a mandate for a reason that is none of its sides'. Raises what `change` does."""
    fields: Fields = {"ended_at": now, "cause": cause}
    return change(case_id, Happening.ENDED, System(cause), lambda _: fields, store=store, now=now, gone=gone)
