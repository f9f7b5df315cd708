"""The items of one kind in their table, as records."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat
from typing import Generic

from chalicelib.paging import PER_PAGE, Page, Place, one_page
from chalicelib.storage.converting import plain
from chalicelib.storage.kinds import E, Kind, T
from chalicelib.storage.table import NEW, Condition, Item, Some, page_through

_MANY_MORE = 10
"""How many times as many items are looked at when those of a page were too few; and if these are, all that are left."""


class Rows(Generic[E]):
    """The items of one kind in their table. `key` and `parts` are what stands in the keys and is no field."""

    def __init__(self, table: T, kind: Kind[T, E]) -> None:
        self._table, self._kind = table, kind

    def find(self, **key: object) -> E | None:
        item = self._table.get(*self._kind.key(**key))
        return self._kind.value(item) if item is not None else None

    def some(self, keys: Iterable[Mapping[str, object]], attributes: Sequence[str] = ()) -> Iterator[E]:
        """Yield those of some items that are there, in any order; of each these `attributes`, or all. Each key once."""
        found = self._table.get_many([self._kind.key(**key) for key in keys], attributes)
        return map(self._kind.value, found)

    def readable(self, keys: Iterable[Mapping[str, object]], attributes: Sequence[str] = ()) -> Iterator[E]:
        """Yield as `some` does those that can be read: for who asks of many, of which one may be odd."""
        for item in self._table.get_many([self._kind.key(**key) for key in keys], attributes):
            try:
                value = self._kind.value(item)
            except (KeyError, ValueError, TypeError):
                continue
            yield value

    def every(self, **key: object) -> Iterator[E]:
        """Yield the items of a partition, in order of their sort keys, of which the first parts may be given."""
        items = page_through(self._table, self._kind.pk.format_map(key), self._kind.prefix(**key))
        return map(self._kind.value, items)

    def before(self, sort_key: str, **key: object) -> Iterator[E]:
        """Yield the items of a whole partition whose sort keys come before one, in order."""
        pk, start, some = self._kind.pk.format_map(key), None, Some(before=sort_key)
        while True:
            items, start = self._table.query(pk, "", start, some)
            yield from map(self._kind.value, items)
            if start is None:
                return

    def page(
        self,
        place: str = "",
        limit: int | None = PER_PAGE,
        *,
        among: Sequence[Mapping[str, object]] = ({},),
        where: Condition | None = None,
        fits: Callable[[E], bool] = lambda _: True,
        **key: object,
    ) -> Page[E]:
        """Return a page of a partition, in order of sort keys, of which the first parts may be given.

        In it is what has the further parts of one `among`, meets `where`, which DynamoDB looks at, and `fits`. A place
        says only where in the partition of the `key` to go on: nothing of another is ever shown, whatever it holds.
        """
        first = self._kind.prefix(**key)
        pk, prefixes = self._kind.pk.format_map(key), sorted({self._kind.prefix(**key, **parts) for parts in among})
        some = Some(limit + 1 if limit else None, where and self._plainly(where))

        def run(at: Place) -> Iterator[tuple[str, E]]:
            start = f"{first}{at.key}" if at.key else ""
            for prefix in reversed(prefixes) if at.backwards else prefixes:
                inside = start.startswith(prefix)
                if start and not inside and (start > prefix) != at.backwards:
                    continue
                for item in self._looking(pk, prefix, start if inside else None, some._replace(backwards=at.backwards)):
                    if fits(value := self._kind.value(item)):
                        yield str(item["sk"]).removeprefix(first), value

        return one_page(run, place, limit)

    def _looking(self, pk: str, prefix: str, start: str | None, some: Some) -> Iterator[Item]:
        """Yield items, at first not many more than a page has."""
        least = (some.looked_at, some.looked_at * _MANY_MORE) if some.looked_at else ()
        for looked_at in chain(least, repeat(None)):
            items, start = self._table.query(pk, prefix, start, some._replace(looked_at=looked_at))
            yield from items
            if start is None:
                return

    def put(self, value: E, condition: Condition | None = None, /, **parts: object) -> None:
        """Raise `Conflict` when the condition does not hold."""
        self._table.put(self._kind.item(value, **parts), condition and self._plainly(condition))

    def putting(self, value: E, condition: Condition | None = None, /, **parts: object) -> Item:
        return self._table.putting(self._kind.item(value, **parts), condition and self._plainly(condition))

    def adding(self, value: E, /, **parts: object) -> Item:
        """Return the write of an item that was not there before."""
        return self.putting(value, NEW, **parts)

    def change(self, update: str, condition: Condition, /, **key: object) -> None:
        """See `Table.change`."""
        self._table.change(*self._kind.key(**key), update, self._plainly(condition))

    def changed(self, update: str, condition: Condition, /, **key: object) -> E:
        """Return what a change made of the fields that it changed; the others may be absent."""
        new = self._table.change(*self._kind.key(**key), update, self._plainly(condition), "UPDATED_NEW")
        return self._kind.value(new)

    def changing(self, update: str, condition: Condition, /, **key: object) -> Item:
        return self._table.changing(*self._kind.key(**key), update, self._plainly(condition))

    def checking(self, condition: Condition, /, **key: object) -> Item:
        """See `Table.checking`."""
        return self._table.checking(*self._kind.key(**key), self._plainly(condition))

    def delete(self, **key: object) -> None:
        self._table.delete(*self._kind.key(**key))

    def deleting(self, **key: object) -> Item:
        return self._table.deleting(*self._kind.key(**key))

    def _plainly(self, condition: Condition) -> Condition:
        return condition._replace(values=plain(condition.values, nulls=self._kind.nulls))


def partition(table: T, kinds: Sequence[Kind[T, E]], **key: object) -> Iterator[E]:
    """Yield the items of several kinds that share a partition, in order of their sort keys, by one Query."""
    for item in page_through(table, kinds[0].pk.format_map(key)):
        for kind in kinds:
            if str(item["sk"]).startswith(kind.prefix()):
                yield kind.value(item)


def empty(table: T, kind: Kind[T, E], **key: object) -> None:
    """Delete all that lies in the partition of an item, whatever its kind."""
    for item in page_through(table, kind.pk.format_map(key)):
        table.delete(item["pk"], item["sk"])
