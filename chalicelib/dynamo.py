"""One DynamoDB table as plain Python values: consistent reads, conditional writes, transactions."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from chalicelib.errors import Conflict
from chalicelib.outage import outage

_REFUSED = ("ConditionalCheckFailedException", "TransactionCanceledException")

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition expression with its names (`#n`) and values (`:v`)."""

    text: str
    names: Mapping[str, str]
    values: Mapping[str, Any]


NEW = Condition("attribute_not_exists(pk)", {}, {})


def plain(attributes: Mapping[str, Any]) -> Item:
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


class Table:
    """A table with keys `pk` and `sk`. Every read is consistent: decisions never rest on a stale copy."""

    def __init__(self, client: Any, name: str) -> None:  # noqa: ANN401 - boto3 clients have no public type
        self._client, self.name = client, name

    def get(self, pk: str, sk: str) -> Item | None:
        with _translated():
            found = self._client.get_item(TableName=self.name, Key=_key(pk, sk), ConsistentRead=True)
        return plain(found["Item"]) if "Item" in found else None

    def put(self, item: Mapping[str, Any], condition: Condition | None = None) -> None:
        """Raise `Conflict` when the condition does not hold."""
        with _translated():
            self._client.put_item(**self.putting(item, condition)["Put"])

    def change(self, pk: str, sk: str, update: str, condition: Condition, returning: str = "NONE") -> Item:
        """Apply an update expression under a condition; names and values come from the condition."""
        call = self.changing(pk, sk, update, condition)["Update"]
        with _translated():
            answer = self._client.update_item(**call, ReturnValues=returning)
        return plain(answer.get("Attributes", {}))

    def delete(self, pk: str, sk: str, condition: Condition | None = None) -> Item | None:
        """Delete and return what was there. Raise `Conflict` when the condition does not hold."""
        with _translated():
            gone = self._client.delete_item(**self.deleting(pk, sk, condition)["Delete"], ReturnValues="ALL_OLD")
        return plain(gone["Attributes"]) if "Attributes" in gone else None

    def query(self, pk: str, prefix: str, start: Item | None) -> tuple[list[Item], Item | None]:
        """Return one page of the items of a partition whose sort key begins with `prefix`, and where to go on."""
        text = "pk = :pk AND begins_with(sk, :prefix)" if prefix else "pk = :pk"
        values = {":pk": pk, ":prefix": prefix} if prefix else {":pk": pk}
        more = {"ExclusiveStartKey": start} if start else {}
        with _translated():
            page = self._client.query(
                TableName=self.name,
                KeyConditionExpression=text,
                ExpressionAttributeValues=typed(values),
                ConsistentRead=True,
                **more,
            )
        return [plain(item) for item in page["Items"]], page.get("LastEvaluatedKey")

    def putting(self, item: Mapping[str, Any], condition: Condition | None = None) -> Item:
        return {"Put": {"TableName": self.name, "Item": typed(item), **_conditional(condition)}}

    def changing(self, pk: str, sk: str, update: str, condition: Condition) -> Item:
        call = {"TableName": self.name, "Key": _key(pk, sk), "UpdateExpression": update}
        return {"Update": {**call, **_conditional(condition)}}

    def deleting(self, pk: str, sk: str, condition: Condition | None = None) -> Item:
        return {"Delete": {"TableName": self.name, "Key": _key(pk, sk), **_conditional(condition)}}

    def write_together(self, writes: Sequence[Item]) -> None:
        """All or nothing (invariant 2). Raise `Conflict` when any condition does not hold."""
        with _translated():
            self._client.transact_write_items(TransactItems=list(writes))


def page_through(table: Table, pk: str, prefix: str = "") -> Iterator[Item]:
    """Yield all items of a partition whose sort key begins with `prefix`, in order."""
    start: Item | None = None
    while True:
        items, start = table.query(pk, prefix, start)
        yield from items
        if start is None:
            return


def _key(pk: str, sk: str) -> Item:
    return typed({"pk": pk, "sk": sk})


def _conditional(condition: Condition | None) -> Item:
    if condition is None:
        return {}
    call: Item = {"ConditionExpression": condition.text} if condition.text else {}
    if condition.names:
        call["ExpressionAttributeNames"] = dict(condition.names)
    if condition.values:
        call["ExpressionAttributeValues"] = typed(condition.values)
    return call


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the SDK's errors into ours: a refused condition is an answer, the rest is an outage."""
    with outage("dynamodb"):
        try:
            yield
        except Exception as error:
            answer: Item = getattr(error, "response", {})
            if answer.get("Error", {}).get("Code") in _REFUSED:
                raise Conflict(_reason(answer)) from error
            raise


def _reason(answer: Item) -> str:
    reasons = answer.get("CancellationReasons", [])
    return ",".join(str(reason.get("Code", "None")) for reason in reasons) or "condition"
