"""One DynamoDB table as plain Python values: consistent reads, conditional writes, transactions."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from chalicelib.changes import changed
from chalicelib.errors import Conflict, Unavailable
from chalicelib.outage import failure, outage
from chalicelib.storage.patience import Patience
from chalicelib.storage.writers import Writer, new_writer, without_writers

Item = dict[str, Any]


class Condition(NamedTuple):
    """A condition expression with its names (`#n`) and values (`:v`)."""

    text: str
    names: Mapping[str, str]
    values: Mapping[str, Any]


NEW = Condition("attribute_not_exists(pk)", {}, {})
_ANY = Condition("", {}, {})


class Some(NamedTuple):
    """Which items of a partition a page has."""

    looked_at: int | None = None
    """How many items are looked at, whether they are in the page or not; as many as DynamoDB likes for None."""
    where: Condition | None = None
    """What must hold for an item to be in the page."""
    backwards: bool = False
    before: str | None = None
    """A sort key: what lies there or behind is not in the page. Only of a whole partition, without a prefix."""


ALL = Some()

_AT_A_TIME = 100
"""Items that DynamoDB reads in one call."""

_LONGEST_PK, _LONGEST_SK = 2048, 1024
"""Bytes of a key. DynamoDB refuses to look for a longer one, and what people type in an address may be longer."""


def untyped(attributes: Mapping[str, Any]) -> Item:
    """Turn a DynamoDB item into Python values: numbers that are whole become int, binaries bytes."""
    deserialize = _codec().TypeDeserializer().deserialize
    return {name: _plain(deserialize(value)) for name, value in attributes.items()}


def typed(values: Mapping[str, Any]) -> Item:
    """Turn Python values into a DynamoDB item; None is left out."""
    serialize = _codec().TypeSerializer().serialize
    return {name: serialize(value) for name, value in values.items() if value is not None}


@cache
def _codec() -> Any:  # noqa: ANN401 - a module without types
    # Imported here: it brings all of boto3 along, which nothing needs before the first call to AWS.
    from boto3.dynamodb import types  # noqa: PLC0415

    return types


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever DynamoDB holds
    if isinstance(value, Decimal):
        return int(value)
    if isinstance(value, _codec().Binary):
        return bytes(value)
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value


_PATIENT = Patience()

_Call = Callable[..., Any]


class _Refused(Conflict):
    """Conditions were refused; `found` are the items, as DynamoDB gives them, that did not meet them."""

    def __init__(self, found: Sequence[Item]) -> None:
        super().__init__("condition")
        self.found = found


class Table:
    """A table with keys `pk` and `sk`. Every read is consistent: decisions never rest on a stale copy.

    A write that the SDK repeats because its answer was lost is known as our own and counts once (writers.py). Every
    method raises `Unavailable`; after a write that means that it may have been done.
    """

    def __init__(self, client: Any, name: str, patience: Patience = _PATIENT) -> None:  # noqa: ANN401 - boto3 client
        self._client, self.name, self._patience = client, name, patience

    def get(self, pk: str, sk: str) -> Item | None:
        if not _can_be(pk, sk):
            return None
        answer = self._ask(self._client.get_item, {"TableName": self.name, "Key": _key(pk, sk), "ConsistentRead": True})
        return _seen(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Sequence[tuple[str, str]], attributes: Sequence[str] = ()) -> Iterator[Item]:
        """Yield those of some items that are there, in any order: whole, or of each these `attributes` and its key.

        Each key may be given once. They are read a hundred at a time, so not all of them at one instant.
        """
        for start in range(0, len(keys), _AT_A_TIME):
            some = [_key(*key) for key in keys[start : start + _AT_A_TIME]]
            left: Item = {self.name: {"Keys": some, "ConsistentRead": True}}
            if attributes:
                names = {f"#{number}": name for number, name in enumerate(("pk", "sk", *attributes))}
                left[self.name] |= {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}
            while left:
                # Where nothing could be read the SDK fails instead, so each time there is less that is left.
                answer = self._ask(self._client.batch_get_item, {"RequestItems": left})
                yield from map(_seen, answer["Responses"].get(self.name, []))
                left = answer["UnprocessedKeys"]

    def put(self, item: Mapping[str, Any], condition: Condition | None = None) -> None:
        """Raise `Conflict` when the condition does not hold."""
        self._write(self._client.put_item, self.putting(item, condition))

    def change(self, pk: str, sk: str, update: str, condition: Condition, returning: str = "NONE") -> Item:
        """Apply an update expression under a condition; names and values come from the condition.

        A repetition returns the whole item as it is now: of a counter the number that it has reached since.
        """
        return self._write(self._client.update_item, self.changing(pk, sk, update, condition), ReturnValues=returning)

    def delete(self, pk: str, sk: str) -> None:
        """Delete what may be there. Repeated, it finds nothing: what counts once is marked by a change instead."""
        if _can_be(pk, sk):
            self._write(self._client.delete_item, self.deleting(pk, sk))

    def query(self, pk: str, prefix: str, start: str | None, some: Some = ALL) -> tuple[list[Item], str | None]:
        """Return one page of the items of a partition whose sort key begins with `prefix`, and where to go on.

        `start` is a sort key with that prefix, of an item that is or is not there: the page begins behind it. Where
        there is an answer to go on from it may be that nothing follows.
        """
        if not _can_be(pk, prefix):
            return [], None
        text, values = "pk = :pk", {":pk": pk}
        if prefix:
            text, values = f"{text} AND begins_with(sk, :prefix)", {**values, ":prefix": prefix}
        elif some.before is not None:
            text, values = f"{text} AND sk < :before", {**values, ":before": some.before}
        where = some.where or _ANY
        asked: Item = {
            "TableName": self.name,
            "KeyConditionExpression": text,
            "ExpressionAttributeValues": typed({**values, **where.values}),
            "ConsistentRead": True,
            "ScanIndexForward": not some.backwards,
            **({"Limit": some.looked_at} if some.looked_at else {}),
            **({"FilterExpression": where.text} if where.text else {}),
            **({"ExpressionAttributeNames": dict(where.names)} if where.names else {}),
            **({"ExclusiveStartKey": _key(pk, start)} if start else {}),
        }
        page = self._ask(self._client.query, asked)
        last = page.get("LastEvaluatedKey")
        return [_seen(item) for item in page["Items"]], untyped(last)["sk"] if last else None

    def putting(self, item: Mapping[str, Any], condition: Condition | None = None) -> Item:
        return {"Put": {"TableName": self.name, "Item": typed(item), **_conditional(condition)}}

    def changing(self, pk: str, sk: str, update: str, condition: Condition) -> Item:
        call = {"TableName": self.name, "Key": _key(pk, sk), "UpdateExpression": update}
        return {"Update": {**call, **_conditional(condition)}}

    def checking(self, pk: str, sk: str, condition: Condition) -> Item:
        """Return the part of a transaction that writes nothing, and holds only under a condition."""
        return {"ConditionCheck": {"TableName": self.name, "Key": _key(pk, sk), **_conditional(condition)}}

    def deleting(self, pk: str, sk: str) -> Item:
        return {"Delete": {"TableName": self.name, "Key": _key(pk, sk)}}

    def write_together(self, writes: Sequence[Item]) -> None:
        """All or nothing (invariant 2). Raise `Conflict` when any condition does not hold."""
        writer = new_writer()
        signed = {"TransactItems": [writer.sign(write) for write in writes], "ClientRequestToken": writer.name}
        self._written(self._client.transact_write_items, signed, writer)

    def _write(self, call: _Call, write: Item, **options: str) -> Item:
        writer = new_writer()
        ((signed),) = writer.sign(write).values()
        return self._written(call, {**signed, **options}, writer)

    def _written(self, call: _Call, request: Item, writer: Writer) -> Item:
        """Return the attributes that a write asked for, or of the item that shows that it was done before."""
        try:
            answer = self._ask(call, request)
        except _Refused as refused:
            ours = next((item for item in refused.found if writer.wrote(item)), None)
            if ours is None:
                raise
            answer = {"Attributes": ours}
        except Unavailable:
            changed()
            raise
        changed()
        return _seen(answer.get("Attributes", {}))

    def _ask(self, call: _Call, request: Item) -> Item:
        """Make a call, again while DynamoDB is too busy for it. Raises `Conflict` or `Unavailable`."""
        with outage("dynamodb"):
            try:
                answer: Item = self._patience.ask(lambda: call(**request))
            except Exception as error:
                if (failed := failure(error)).refused:
                    raise _Refused(failed.found) from error
                raise
            # What comes from elsewhere has none, and would be read as if nothing were there.
            answer["ResponseMetadata"]["RequestId"]
            return answer


def page_through(table: Table, pk: str, prefix: str = "") -> Iterator[Item]:
    """Yield all items of a partition whose sort key begins with `prefix`, in order."""
    start: str | None = None
    while True:
        items, start = table.query(pk, prefix, start)
        yield from items
        if start is None:
            return


def _key(pk: str, sk: str) -> Item:
    return typed({"pk": pk, "sk": sk})


def _can_be(pk: str, sk: str) -> bool:
    """Tell whether there can be an item with such keys."""
    return len(pk.encode()) <= _LONGEST_PK and len(sk.encode()) <= _LONGEST_SK


def _conditional(condition: Condition | None) -> Item:
    if condition is None:
        return {}
    call: Item = {"ConditionExpression": condition.text} if condition.text else {}
    if condition.names:
        call["ExpressionAttributeNames"] = dict(condition.names)
    if condition.values:
        call["ExpressionAttributeValues"] = typed(condition.values)
    return call


def _seen(attributes: Mapping[str, Any]) -> Item:
    """Return an item as its readers know it: without its writers."""
    return untyped(without_writers(attributes))
