"""What moto's DynamoDB does in fewer steps here: it answers the same, and a test that asks it much waits half as long.

Each was a hundredth or more of all that the tests over HTTP spend. tests/adapters holds moto, as it is used here,
beside AWS's own DynamoDB.
"""

import pickle
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from copy import copy
from functools import cache
from itertools import count
from typing import Any
from unittest.mock import patch

from botocore.model import MapShape, OperationModel
from botocore.regions import EndpointRulesetResolver
from moto.core import responses, utils
from moto.core.parse import BaseJSONParser
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing import validators
from moto.dynamodb.parsing.ast_nodes import (  # type: ignore[attr-defined]
    DepthFirstTraverser,
    Expression,
    Node,
    UpdateExpressionFunction,
)
from moto.dynamodb.parsing.expressions import UpdateExpressionParser  # type: ignore[attr-defined]

# ruff: noqa: ANN401 - moto's own types

_MOST_BYTES = 405_000
"""What moto takes for the most that an item may hold."""


_INDEX = 6
"""Where the index stands that a query asks for, behind the key."""


@contextmanager
def shortened() -> Iterator[None]:
    """Change moto for as long as AWS is in this process."""
    whole = DynamoType.cast_value.fget  # type: ignore[attr-defined]
    changes = (
        (Table, "query", _of_one_partition(Table.query)),
        (DynamoType, "cast_value", property(_texts_as_they_are(whole))),
        (DynamoType, "__eq__", _equal),
        (DynamoType, "__hash__", _hashed),
        (Item, "__init__", _measured_once),
        (DepthFirstTraverser, "traverse", _traversed),
        (Node, "find_clauses", _clauses),
        (ConditionExpressionParser, "_lex_condition_expression", _read_once(ConditionExpressionParser)),
        (BaseJSONSerializer, "_serialize_type_map", _written(BaseJSONSerializer._serialize_type_map)),
        (BaseJSONParser, "_parse_map", _parsed(BaseJSONParser._parse_map)),
        (EndpointRulesetResolver, "construct_endpoint", _found_once(EndpointRulesetResolver.construct_endpoint)),
        (responses, "gen_amzn_requestid_long", _numbered()),
        (responses, "camelcase_to_underscores", cache(utils.camelcase_to_underscores)),
        (UpdateExpressionParser, "make", _made_once(UpdateExpressionParser.make)),
        (validators, "deepcopy", _again),
    )
    with ExitStack() as stack:
        for owner, name, shorter in changes:
            stack.enter_context(patch.object(owner, name, shorter))
        yield


def _of_one_partition(query: Callable[..., Any]) -> Callable[..., Any]:
    """Look at the items of the key that is asked for. moto sorts a whole table, and compares each of its keys."""

    def queried(table: Table, key: DynamoType, *given: Any, **named: Any) -> Any:
        if given[_INDEX] is None and table.has_range_key:
            whole, table = table, copy(table)
            table.items = {key: whole.items[key]} if key in whole.items else {}  # type: ignore[assignment]
        return query(table, key, *given, **named)

    return queried


def _texts_as_they_are(whole: Callable[[DynamoType], Any]) -> Callable[[DynamoType], Any]:
    """Return what an attribute is compared by: most are texts, for which moto looks last."""

    def cast(attribute: DynamoType) -> Any:
        return attribute.value if attribute.type == "S" else whole(attribute)

    return cast


def _equal(one: DynamoType, other: DynamoType) -> bool:
    if one.type != other.type:
        return False
    return bool(one.value == other.value if one.type == "S" else one.cast_value == other.cast_value)


def _hashed(attribute: DynamoType) -> int:
    return hash((attribute.type, attribute.value if attribute.type == "S" else attribute.cast_value))


def _measured_once(item: Item, hash_key: DynamoType, range_key: DynamoType | None, attrs: dict[str, Any]) -> None:
    """Make an item, and measure it whole: moto does before each attribute."""
    item.hash_key, item.range_key, item.attrs = hash_key, range_key, LimitedSizeDict()
    for name, value in attrs.items():
        dict.__setitem__(item.attrs, name, DynamoType(value))
    if item.size() > _MOST_BYTES:
        raise ItemSizeTooLarge


def _traversed(traverser: Any, node: Any) -> Any:
    """Go through what an expression was read into. moto asks of each node for its abstract classes, ten times over."""
    kinds = traverser.nodes_to_be_processed()
    goes_down = type(traverser).pre_processing_of_child is not DepthFirstTraverser.pre_processing_of_child

    def go(node: Any, child_id: int) -> Any:
        above, kind = node.parent, node.__class__
        for number, child in enumerate(node.children or ()):
            if goes_down:
                traverser.pre_processing_of_child(node, number)
            if _is_node(child.__class__):
                go(child, number)
        if _is_for(kind, kinds):
            node = traverser.process(node)
            node.parent = above
            if above:
                above.children[child_id] = node
        return node

    return go(node, -1)


def _clauses(node: Any, kinds: Collection[type]) -> list[Any]:
    """Find the parts of an expression that are of some kinds, likewise."""
    found = []
    for child in node.children or ():
        if child.__class__ in kinds:
            found.append(child)
        elif _is_for(child.__class__, (Expression, UpdateExpressionFunction)):
            found += _clauses(child, kinds)
    return found


@cache
def _is_node(kind: type) -> bool:
    return issubclass(kind, Node)


@cache
def _is_for(kind: type, processed: tuple[type, ...]) -> bool:
    return issubclass(kind, processed)


def _read_once(parser: type[ConditionExpressionParser]) -> Callable[..., Any]:
    """Take conditions apart once: there are few, and what differs is in their values."""
    read = parser._lex_condition_expression

    @cache
    def words(expression: str) -> tuple[Any, ...]:
        return tuple(read(parser(expression, None, None)))

    def lexed(self: ConditionExpressionParser) -> deque[Any]:
        return deque(words(self.condition_expression or ""))

    return lexed


def _made_once(make: Callable[[str], Any]) -> Callable[[str], Any]:
    """Take updates apart once too. What is made of one is changed while it is done, so each gets its own."""
    packed = cache(lambda expression: pickle.dumps(make(expression)))
    return lambda expression: pickle.loads(packed(expression))  # noqa: S301 - our own, made a moment ago


def _again(made: Any) -> Any:
    """Copy in one go what moto copies piece by piece."""
    return pickle.loads(pickle.dumps(made))  # noqa: S301 - likewise


def _written(write: Callable[..., None]) -> Callable[..., None]:
    """Write an item as it is, without asking the description of DynamoDB about each of its attributes."""

    def written(self: BaseJSONSerializer, serialized: Any, value: Any, shape: MapShape, key: str) -> None:
        if shape.value.name == "AttributeValue" and type(value) is dict:
            serialized[key] = {name: _plain(one, _encoded) for name, one in value.items()}
        else:
            write(self, serialized, value, shape, key)

    return written


def _parsed(parse: Callable[..., Any]) -> Callable[..., Any]:
    """Read one likewise."""

    def parsed(self: BaseJSONParser, shape: MapShape, value: Any) -> Any:
        if shape.value.name == "AttributeValue":
            return {name: _plain(one, b64decode) for name, one in value.items()}
        return parse(self, shape, value)

    return parsed


def _plain(attribute: dict[str, Any], binary: Callable[[Any], Any]) -> dict[str, Any]:
    """Return an attribute in which what is binary is written or read, however deep it lies."""
    ((kind, content),) = attribute.items()
    match kind:
        case "B":
            return {kind: binary(content)}
        case "BS":
            return {kind: [binary(one) for one in content]}
        case "M":
            return {kind: {name: _plain(one, binary) for name, one in content.items()}}
        case "L":
            return {kind: [_plain(one, binary) for one in content]}
    return attribute


def _encoded(content: bytes) -> str:
    return b64encode(content).decode()


def _found_once(find: Callable[..., Any]) -> Callable[..., Any]:
    """Ask once for each operation where DynamoDB is: the rules for that are long, and our names change nothing."""

    def found(self: EndpointRulesetResolver, operation_model: OperationModel, **asked: Any) -> Any:
        if self._service_model.service_name != "dynamodb":
            return find(self, operation_model, **asked)
        known = self.__dict__.setdefault("found_once", {})
        if operation_model.name not in known:
            known[operation_model.name] = find(self, operation_model, **asked)
        return known[operation_model.name]

    return found


def _numbered() -> Callable[[dict[str, Any]], str]:
    """Return what numbers requests, where moto draws fifty-two letters for each."""
    numbers = count()

    def number(headers: dict[str, Any]) -> str:
        headers["x-amzn-requestid"] = f"{next(numbers):052}"
        return str(headers["x-amzn-requestid"])

    return number
