"""From the outbox to whoever receives: each parcel at once, or by the sweeper where a process died in between.

So a parcel may be sent twice; its receiver knows it by its id (for letters: invariant 3).
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from chalicelib.budget import budget, within
from chalicelib.errors import Conflict, NotFound, Unavailable
from chalicelib.observe import Metric, count, follow, log
from chalicelib.outbox.parcels import AWAITED, MARK, SHARDS, Awaited, Mark, ParcelKind, kind_prefix
from chalicelib.storage.rows import Rows
from chalicelib.storage.tables import LettersTable

_SWEEP_AFTER = timedelta(seconds=30)

AnyKind = ParcelKind[Any, Any]


class Carrier(Protocol):
    """How the parcels of one kind leave: from the room that declares it, with its adapters."""

    def deliver(
        self,
        parcel_id: str,
        sealed: bytes,
        row: Any,  # noqa: ANN401 - of its kind
        now: datetime,
        /,
    ) -> datetime | None:
        """Hand a parcel over, perhaps again: who receives it knows it by its id. Raises `Unavailable`.

        Returns till when it is put off, where it cannot be handed over now; the carrier has seen to it that it can be.
        """
        ...

    def left(self, parcel_id: str, now: datetime, /) -> None:
        """Write down that a parcel was handed over, which may be known already."""
        ...

    def stopped(self, parcel_id: str, now: datetime, /) -> None:
        """Write down that a parcel is of no use any more; get it back, if it is sent. Raises `Unavailable`."""
        ...


class Outbox:
    """All kinds of parcels that leave, in the order in which they are swept."""

    def __init__(self, table: LettersTable, carriers: Mapping[AnyKind, Carrier]) -> None:
        self._table, self._carriers = table, carriers

    def of(self, kind: AnyKind) -> "Sender":
        return Sender(self, kind)

    def send(self, kind: AnyKind, parcel_id: str, now: datetime) -> bool:
        """Send one parcel that waits; False where it is put off. Safe to repeat.

        Raises `Unavailable`, or `NotFound` for a mark alone.
        """
        row, carrier = kind.find(self._table, parcel_id), self._carriers[kind]
        if row is None:
            # Nobody writes one without the other: somebody has to look where it went.
            raise NotFound(kind.name)
        if row.useful_until is None or row.useful_until <= now:
            carrier.stopped(parcel_id, now)
        elif row.sealed is not None:
            put_off = carrier.deliver(parcel_id, row.sealed, row, now)
            if put_off is None:
                carrier.left(parcel_id, now)
                writes = kind.sent(self._table, row, now)
            else:
                log().info("parcel_put_off", kind=kind.name, parcel_id=parcel_id)
                writes = kind.putting_off(self._table, row, put_off)
            with suppress(Conflict):
                # What was stopped meanwhile is marked anew: the sweeper sees to it.
                self._table.write_together(writes)
            return put_off is None
        self._table.write_together(kind.forgetting(self._table, parcel_id))
        return True

    def sweep(self, now: datetime) -> int:
        """Send what was written down but not sent, for example because a process died. Returns how many were,
        or were put off.

        One that cannot be sent holds up no other (invariant 13), and a receiver who is silent no other kind: each
        kind has its share of the time.
        """
        # What is measured here belongs to no request, and a process may still remember one.
        follow(None)
        marks = self._due(now)
        waiting = {kind: [mark for mark in marks if mark.prefix == kind.prefix] for kind in self._carriers}
        for kind, found in waiting.items():
            _measure(kind, found, now)
        _tell_unknown([mark.key for mark in marks if all(mark.prefix != kind.prefix for kind in waiting)])
        sent = 0
        for number, (kind, found) in enumerate(waiting.items()):
            # One share more than there are kinds: what is due later has one too.
            with within(budget().share(len(waiting) - number + 1)):
                sent += self._sweep(kind, found, now)
        self._look_after(now)
        return sent

    def _look_after(self, now: datetime) -> None:
        """Send what nobody has when it is due, again or for the first time; of what somebody has, forget that it was
        awaited.
        """
        kinds, unknown = {kind.prefix: kind for kind in self._carriers}, list[str]()
        for shard in range(SHARDS):
            try:
                for awaited in Rows(self._table, AWAITED).before(now.isoformat(), shard=shard):
                    kind = kinds.get(kind_prefix(awaited.key))
                    if kind is None or awaited.key == kind.prefix:
                        unknown.append(awaited.place)
                    else:
                        self._looked_after(kind, awaited, shard, now)
            except Unavailable:
                log().error("outbox_not_read", what=f"awaited in shard {shard}")
        follow(None)
        _tell_unknown(unknown)

    def _looked_after(self, kind: AnyKind, awaited: Awaited, shard: int, now: datetime) -> None:
        parcel_id = awaited.key.removeprefix(kind.prefix)
        follow(awaited.correlation_id)
        try:
            row = kind.find(self._table, parcel_id)
            if row is not None and row.sealed is not None and self.send(kind, parcel_id, now):
                if kind.due is None:
                    log().info("parcel_sent_when_due", kind=kind.name, parcel_id=parcel_id)
                else:
                    log().warning("parcel_sent_again", kind=kind.name, parcel_id=parcel_id)
            Rows(self._table, AWAITED).delete(shard=shard, place=awaited.place)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one parcel, the others go on
            log().error("parcel_not_swept", kind=kind.name, parcel_id=parcel_id, error=type(error).__name__)
            follow(None)
            count(kind.measured.not_sent)

    def _due(self, now: datetime) -> list[Mark]:
        """Return the marks of what waits too long, or nobody knows since when.

        Raises `Unavailable` when no shard can be read.
        """
        found: list[Mark] = []
        failed: list[Unavailable] = []
        for shard in range(SHARDS):
            try:
                found += Rows(self._table, MARK).every(shard=shard)
            except Unavailable as error:
                log().error("outbox_not_read", what=f"shard {shard}")
                failed.append(error)
        if len(failed) == SHARDS:
            raise failed[0]
        return [mark for mark in found if (age := mark.age(now)) is None or age >= _SWEEP_AFTER]

    def _sweep(self, kind: AnyKind, marks: Sequence[Mark], now: datetime) -> int:
        sent = sum(self._swept(kind, mark, now) for mark in marks)
        if left := len(marks) - sent:
            follow(None)
            count(kind.measured.not_sent, left)
        return sent

    def _swept(self, kind: AnyKind, mark: Mark, now: datetime) -> bool:
        follow(mark.correlation_id)
        try:
            gone = self.send(kind, mark.parcel_id, now)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one parcel, the others go on
            log().error("parcel_not_swept", kind=kind.name, parcel_id=mark.parcel_id, error=type(error).__name__)
            return False
        if gone:
            log().info("parcel_swept", kind=kind.name, parcel_id=mark.parcel_id)
        return True


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends the parcels of one kind."""

    outbox: Outbox
    kind: AnyKind

    def send(self, parcel_id: str, now: datetime) -> None:
        """See `Outbox.send`."""
        self.outbox.send(self.kind, parcel_id, now)


def _measure(kind: AnyKind, marks: Sequence[Mark], now: datetime) -> None:
    ages = (age for mark in marks if (age := mark.age(now)) is not None)
    count(kind.measured.unsent, len(marks))
    count(kind.measured.oldest, max(ages, default=timedelta()).total_seconds())


def _tell_unknown(keys: Sequence[str]) -> None:
    """Say that a parcel waits for a release that knows its kind, or a mark for somebody who can read it."""
    for key in keys:
        log().error("parcel_of_unknown_kind", parcel_id=key)
    if keys:
        count(Metric.PARCELS_UNKNOWN, len(keys))
