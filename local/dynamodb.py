"""What moto's DynamoDB is made to do otherwise: one call at a time, as the real one, and at a price tests can pay."""

import copy
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from unittest.mock import patch

from botocore.model import StructureShape
from moto.core import responses, utils
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing.ast_nodes import DepthFirstTraverser  # type: ignore[attr-defined]
from moto.dynamodb.responses import DynamoHandler

# ruff: noqa: ANN401 - moto's own types


@contextmanager
def mended() -> Iterator[None]:
    """Change moto for as long as AWS is in this process."""
    write = BaseJSONSerializer._serialize_type_structure
    with (
        patch.object(DynamoHandler, "call_action", _one_at_a_time(DynamoHandler.call_action)),
        patch.object(Table, "__deepcopy__", _its_items, create=True),
        patch.object(DynamoDBBackend, "update_item", _on_a_copy(DynamoDBBackend.update_item)),
        patch.object(BaseJSONSerializer, "_serialize_type_structure", _what_is_there(write)),
        patch.object(DepthFirstTraverser, "nodes_to_be_processed", _nodes_of),
        patch.object(responses, "method_names_from_class", cache(utils.method_names_from_class)),
    ):
        yield


def _one_at_a_time(call: Callable[[DynamoHandler], Any]) -> Callable[[DynamoHandler], Any]:
    """Make conditional writes atomic between threads, as DynamoDB's are and moto's are not (security.md section 5)."""
    lock = threading.RLock()

    def locked(self: DynamoHandler) -> Any:
        with lock:
            return call(self)

    return locked


def _its_items(table: Table, _: dict[int, Any]) -> Table:
    """Return what a transaction may go back to: a table of the same items.

    moto copies each item of a table too, for every write of a transaction. As an item is replaced and not changed
    (`_on_a_copy`), it is enough to remember which there were.
    """
    kept = copy.copy(table)
    kept.items = table.items.copy()
    for key, items in table.items.items():
        kept.items[key] = items.copy()
    return kept


def _on_a_copy(update: Callable[..., Any]) -> Callable[..., Any]:
    def updated(self: DynamoDBBackend, table_name: str, key: dict[str, Any], *more: Any, **named: Any) -> Any:
        table = self.get_table(table_name)
        if item := table.get_item(*self.get_keys_value(table, key)):
            table.items[item.hash_key][item.range_key] = copy.deepcopy(item)
        return update(self, table_name, key, *more, **named)

    return updated


def _nodes_of(traverser: DepthFirstTraverser) -> tuple[type, ...]:
    """Return what a traverser of expressions processes. moto calls it cached, and makes it anew for each node."""
    kind = type(traverser)
    if kind not in _NODES:
        _NODES[kind] = tuple(traverser._processing_map())
    return _NODES[kind]


_NODES: dict[type, tuple[type, ...]] = {}


def _what_is_there(write: Callable[..., None]) -> Callable[..., None]:
    """Write a value under the name that it has: moto looks for each of ten by several others, half of its time."""

    def written(self: BaseJSONSerializer, serialized: Any, value: Any, shape: StructureShape, key: str) -> None:
        if shape.name != "AttributeValue" or type(value) is not dict:
            write(self, serialized, value, shape, key)
            return
        serialized[key] = inside = {}  # type: ignore[var-annotated]
        for name, content in value.items():
            self._serialize(inside, content, shape.members[name], name)

    return written
