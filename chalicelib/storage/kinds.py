"""What kinds of items there are, each declared once: its table, key and fields, and how long it is kept.

    REQUEST = Kind(
        "A request for a mandate.",
        RegisterTable, Request, pk="PERSON#{represented}", sk="REQUEST#{case_id}", kept=Kept("for good"),
        personal=("represented", "represented_bsn"), sealed=("represented_bsn",),
    )
    Rows(register, REQUEST).find(represented=person, case_id=case_id)

A kind lies in one table: the type checker refuses any other. docs/data.md is made from the declarations.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import cache
from string import Formatter
from types import NoneType
from typing import Any, Generic, NamedTuple, TypeVar, get_args

from chalicelib.storage.converting import attributes, plain, read, types_of
from chalicelib.storage.table import Item, Table

T = TypeVar("T", bound=Table)
E = TypeVar("E")


class Kept(NamedTuple):
    """How long an item is kept. TTL only cleans up: whether something has ended is decided by the clock."""

    until: str
    """In words: what takes it away; a part of docs/data.md."""
    lasts: timedelta | None = None
    """After that its attribute `ttl` lets it go; None for what stays, or writes its `ttl` itself."""
    since: str = "now"
    """The field, or the part given at writing, from which that counts."""

    def ttl(self, values: Mapping[str, Any]) -> int | None:
        if self.lasts is None:
            return None
        since = values[self.since]
        moment = since if isinstance(since, datetime) else datetime.combine(since, time.min, UTC)
        return int((moment + self.lasts).timestamp())


FOR_GOOD = Kept("further notice: nothing takes it away yet")


@dataclass(frozen=True, eq=False, repr=False)
class Kind(Generic[T, E]):
    """One kind of item. In its keys stand fields, and parts that are given at writing and asking."""

    what: str
    table: type[T]
    model: type[E]
    pk: str
    sk: str
    kept: Kept
    personal: tuple[str, ...] = ()
    """What of it tells something of a person: fields, and parts of its key."""
    sealed: tuple[str, ...] = ()
    """Fields that only KMS lets anybody read."""
    keyed: tuple[str, ...] = ()
    """Fields that are in the key and nowhere else."""
    spread: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Fields whose own fields are attributes of the item, by these names; and those of these, named after them."""
    stored_as: Mapping[str, str] = field(default_factory=dict)
    """Fields that lie under another name, which they had in older releases."""
    lacking: tuple[str, ...] = ()
    """Fields that older items do not have."""
    older: Callable[[Item], Item] = dict
    """Makes an item of today of one of an older release, where defaults do not do; leaves others as they are."""
    nulls: bool = False
    """Whether what is None inside of a field is written as such, because older releases cannot do without."""

    def key(self, **parts: object) -> tuple[str, str]:
        """Return `pk` and `sk`. Raises `KeyError` for a part that is not given."""
        named = plain({name: parts[name] for name in _names(self.pk + self.sk)})
        return self.pk.format_map(named), self.sk.format_map(named)

    def item(self, value: E, **parts: object) -> Item:
        values = attributes(value)
        pk, sk = self.key(**values, **parts)
        ttl = self.kept.ttl({**values, **parts})
        for name in self.keyed:
            del values[name]
        for name, _, names in _spread(self):
            if (record := values.pop(name, None)) is not None:
                values |= zip(names, attributes(record).values(), strict=True)
        lying = {self.stored_as.get(name, name): inner for name, inner in values.items()}
        return {"pk": pk, "sk": sk, **plain(lying, nulls=self.nulls), "ttl": ttl}

    def value(self, item: Item) -> E:
        """Read an item of this kind. Raises `KeyError` or `ValueError` for what is none."""
        whole = self.older({**item, **_in_key(self, item)} if self.keyed else item)
        for name, inner, names in reversed(_spread(self)):
            if not whole.keys().isdisjoint(names):
                whole = {**whole, name: {one: whole[lying] for one, lying in zip(inner, names, strict=True)}}
        whole |= {name: item[lying] for name, lying in self.stored_as.items() if lying in item}
        return read(self.model, whole, self.lacking)

    def prefix(self, **parts: object) -> str:
        """Return how sort keys begin, as far as their parts are given."""
        known = ""
        for text, name, spec, _ in Formatter().parse(self.sk):
            known += text
            if name is None or name not in parts:
                break
            known += format(plain(parts[name]), spec or "")
        return known


@cache
def _names(template: str) -> tuple[str, ...]:
    return tuple(name for _, name, *_ in Formatter().parse(template) if name)


@cache
def _spread(kind: Kind[Any, Any]) -> tuple[tuple[str, list[str], tuple[str, ...]], ...]:
    """Return of each field that is spread its own fields, and the attributes in which these lie."""
    types, spread = dict(types_of(kind.model)), []
    for name, names in kind.spread.items():
        (record,) = (one for one in get_args(types[name]) or (types[name],) if one is not NoneType)
        inner = types_of(record)
        types |= zip(names, inner.values(), strict=True)
        spread.append((name, list(inner), names))
    return tuple(spread)


def _in_key(kind: Kind[Any, Any], item: Item) -> dict[str, str]:
    found = {**_parts(kind.pk, item["pk"]), **_parts(kind.sk, item["sk"])}
    return {name: found[name] for name in kind.keyed}


def _parts(template: str, key: str) -> dict[str, str]:
    match = _pattern(template).fullmatch(key)
    if match is None:
        raise ValueError("a key of another kind")
    return match.groupdict()


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """Return how a key is read. Each part ends where what follows it first begins; the last may hold that too."""
    parsed = Formatter().parse(template)
    parts = (re.escape(text) + (f"(?P<{name}>.+?)" if name else "") for text, name, *_ in parsed)
    return re.compile("".join(parts), re.DOTALL)
