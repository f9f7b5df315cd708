"""What leaves is a parcel: a row of the room that sends it, whose contents are sealed, and the mark that it waits.

LETTERS = ParcelKind("letter", LETTER, Letter.to_json, Measured(...))
row = LetterRow(letter_id, ..., sealed=LETTERS.seal(vault, letter_id, letter))
table.write_together([..., *LETTERS.adding(table, row, now)])
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, NamedTuple, Protocol, TypeVar

from chalicelib.observe import Metric, correlation_id
from chalicelib.people.vault import Seals, Vault
from chalicelib.storage.kinds import Kept, Kind
from chalicelib.storage.rows import Rows
from chalicelib.storage.table import NEW, Condition, Item
from chalicelib.storage.tables import LettersTable

SHARDS = 8
"""Marks are spread, so that a busy morning has no hot partition."""

_LONGEST_PUT_OFF = timedelta(days=1)
"""No parcel is put off for longer: a mark that says so is odd."""


class Waiting(Protocol):
    """What the outbox reads of a parcel's row."""

    @property
    def sealed(self) -> bytes | None:
        """The contents, until they are sent, or where who receives them says so, until they have them."""
        ...

    @property
    def useful_until(self) -> datetime | None:
        """When sending makes no sense any more; None once it makes none."""
        ...

    @property
    def correlation_id(self) -> str | None: ...


class Mark(NamedTuple):
    """That a parcel is to be sent."""

    key: str
    since: str = ""
    """As ISO 8601 text, read where it is used: a mark that is odd must hold up no other. What is put off waits since
    a moment that is still to come."""
    correlation_id: str | None = None

    @property
    def prefix(self) -> str:
        return kind_prefix(self.key)

    @property
    def parcel_id(self) -> str:
        return self.key[len(self.prefix) :]

    def age(self, now: datetime) -> timedelta | None:
        """Return how long its parcel waits; None where nobody can tell."""
        try:
            age = now - datetime.fromisoformat(self.since)
        except (TypeError, ValueError):
            return None
        return age if age > -_LONGEST_PUT_OFF else None


MARK = Kind(
    "The mark that a parcel is to be sent: the id of a letter, or another kind and the id.",
    LettersTable,
    Mark,
    pk="OUTBOX#{shard}",
    sk="{key}",
    kept=Kept("its receiver has it, or it is stopped"),
    personal=("key",),
    keyed=("key",),
    lacking=("since",),
)


class Awaited(NamedTuple):
    """That a parcel is looked after when it is due: its receiver has to say by then that they have it, or it is to be
    sent no earlier. Till then we keep its contents.
    """

    place: str
    """When it is due, as ISO 8601, and the key of its mark. Read where it is used: an odd one holds up no other."""
    correlation_id: str | None = None

    @classmethod
    def at(cls, due: datetime, key: str, correlation_id: str | None) -> "Awaited":
        return cls(f"{due.isoformat()}#{key}", correlation_id)

    @property
    def key(self) -> str:
        """Return the key of its mark; empty where nobody can tell."""
        return self.place.partition("#")[2]


AWAITED = Kind(
    "That a parcel is to be sent at a moment, again or for the first time, unless its receiver has it: the moment, and "
    "the key of its mark.",
    LettersTable,
    Awaited,
    pk="AWAITED#{shard}",
    sk="{place}",
    kept=Kept("it is due, a day later"),
    personal=("place",),
    keyed=("place",),
)
"""Apart from the marks, and in the order in which they are due: the sweeper reads those that are, each minute."""


class Measured(NamedTuple):
    """By which metrics the parcels of a kind are counted: all that wait, the age of the oldest, what cannot be sent."""

    unsent: Metric
    oldest: Metric
    not_sent: Metric


C = TypeVar("C")
W = TypeVar("W", bound=Waiting)


@dataclass(frozen=True, eq=False)
class ParcelKind(Generic[C, W]):
    """A kind of parcel with contents `C`, kept in rows `W`.

    An id tells nothing of anybody and ends in four hexadecimal digits. It is all that varies in the key of a row.
    """

    name: str
    row: Kind[LettersTable, W]
    text: Callable[[C], str]
    """How contents are written."""
    measured: Measured
    due: Callable[[W, datetime], datetime] | None = None
    """Till when the receiver of what is sent now has to say that they have it; None for kinds of which nobody does."""
    contents: tuple[str, ...] = ("sealed",)
    """Attributes of a row that go once the contents are not needed any more."""
    bare: bool = False
    """Whether its marks bear the id alone. Those of letters do: releases before there were other kinds read them."""

    @property
    def prefix(self) -> str:
        """How the keys of its marks begin."""
        return "" if self.bare else f"{self.name}#"

    def seal(self, vault: Seals, parcel_id: str, contents: C) -> bytes:
        """Return contents that open for this kind and id only. Raises `Unavailable`."""
        return vault.seal(self.text(contents), f"{self.name}:{parcel_id}")

    def open(self, vault: Vault, parcel_id: str, sealed: bytes) -> str:
        """Return the text of what was sealed so. Raises `Unavailable`, or `ValueError` for anything else."""
        return vault.open(sealed, f"{self.name}:{parcel_id}")

    def find(self, table: LettersTable, parcel_id: str) -> W | None:
        return Rows(table, self.row).find(**self._key(parcel_id))

    def checking_lost(self, table: LettersTable, parcel_id: str) -> Item:
        """Return the part of a transaction that holds only as long as a parcel has no row."""
        return Rows(table, self.row).checking(NEW, **self._key(parcel_id))

    def adding(self, table: LettersTable, row: W, now: datetime) -> list[Item]:
        """Return the writes that put a parcel in the outbox, for the transaction that asks for it."""
        mark = self._mark(row, now)
        return [Rows(table, self.row).adding(row), Rows(table, MARK).adding(mark, shard=shard_of(mark.parcel_id))]

    def marking(self, table: LettersTable, row: W, since: datetime) -> Item:
        """Return the write of a parcel's mark, there already or not: it waits since then, or only from then on."""
        mark = self._mark(row, since)
        return Rows(table, MARK).putting(mark, shard=shard_of(mark.parcel_id))

    def putting_off(self, table: LettersTable, row: W, until: datetime) -> list[Item]:
        """Return the writes that let a parcel wait until then.

        They do not hold for one that was stopped meanwhile, or whose receiver has it.
        """
        still = Condition("attribute_exists(useful_until) AND attribute_exists(#s)", {"#s": "sealed"}, {})
        checked = Rows(table, self.row).checking(still, **self._key(getattr(row, self._id)))
        return [checked, self.marking(table, row, until)]

    def adding_for(self, table: LettersTable, row: W, due: datetime) -> list[Item]:
        """Return the writes of a parcel that the sweeper is to send when it is `due`, and not before."""
        parcel_id = str(getattr(row, self._id))
        later = Awaited.at(due, self.prefix + parcel_id, row.correlation_id)
        return [Rows(table, self.row).adding(row), Rows(table, AWAITED).putting(later, shard=shard_of(parcel_id))]

    def stopping(self, table: LettersTable, parcel_id: str) -> list[Item]:
        """Return the writes that keep a parcel from being sent, for the transaction that makes it worthless.

        It holds by itself, not by the clocks of two machines: what is not `useful_until` some time goes nowhere. A
        mark is there anew, though it may be sent: so the sweeper tells its carrier, who may still get it back.
        """
        always = Condition("", {"#until": "useful_until"}, {})
        return [
            Rows(table, self.row).changing("REMOVE #until", always, **self._key(parcel_id)),
            self.marking_anew(table, parcel_id),
        ]

    def marking_anew(self, table: LettersTable, parcel_id: str) -> Item:
        """Return the write of a mark of what is stopped, for a transaction that stops it by itself."""
        return Rows(table, MARK).putting(Mark(self.prefix + parcel_id, "", correlation_id()), shard=shard_of(parcel_id))

    def sent(self, table: LettersTable, row: W, now: datetime) -> list[Item]:
        """Return the writes of what was handed over: the contents go, or are kept until `due`.

        They do not hold for a parcel that was stopped meanwhile.
        """
        parcel_id = str(getattr(row, self._id))
        if self.due is None:
            return self.forgetting(table, parcel_id)
        still = Condition("attribute_exists(useful_until)", {}, {})
        awaited = Awaited.at(self.due(row, now), self.prefix + parcel_id, row.correlation_id)
        return [
            Rows(table, self.row).checking(still, **self._key(parcel_id)),
            self.unmarking(table, parcel_id),
            Rows(table, AWAITED).putting(awaited, shard=shard_of(parcel_id)),
        ]

    def forgetting(self, table: LettersTable, parcel_id: str) -> list[Item]:
        """Return the writes that drop the mark and our copy of the contents."""
        names = {f"#s{number}": name for number, name in enumerate(self.contents)}
        known = Condition("attribute_exists(pk)", names, {})
        return [
            Rows(table, self.row).changing(f"REMOVE {', '.join(names)}", known, **self._key(parcel_id)),
            self.unmarking(table, parcel_id),
        ]

    def unmarking(self, table: LettersTable, parcel_id: str) -> Item:
        """Return the write that drops the mark, for a transaction that drops the contents by itself."""
        return Rows(table, MARK).deleting(shard=shard_of(parcel_id), key=self.prefix + parcel_id)

    def _mark(self, row: W, since: datetime) -> Mark:
        return Mark(self.prefix + getattr(row, self._id), since.isoformat(), row.correlation_id)

    @property
    def _id(self) -> str:
        (name,) = self.row.keyed
        return name

    def _key(self, parcel_id: str) -> dict[str, str]:
        return {self._id: parcel_id}


def kind_prefix(key: str) -> str:
    """Return how the keys of a kind begin, of which this is one."""
    return key[: key.rfind("#") + 1]


def shard_of(parcel_id: str) -> int:
    """Return which of the parts it lies in over which the marks of a kind are spread."""
    return int(parcel_id[-4:], 16) % SHARDS


def is_id(parcel_id: str) -> bool:
    """Tell whether the outbox can have it: somebody may have put in a mark by hand."""
    try:
        shard_of(parcel_id)
    except ValueError:
        return False
    return True
