"""Between records (dataclasses and named tuples) and items: the one converter.

How a value lies in an item follows from its type. A moment or day is ISO 8601 text, an enumeration its value, a record
a map, a tuple a list; the rest is as it is. Records of which one of several is there differ in their first field.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache, partial
from types import NoneType, UnionType
from typing import Any, NewType, TypeVar, Union, cast, get_args, get_origin

E = TypeVar("E")
_Read = Callable[[Any], Any]

_AS_THEY_ARE = frozenset({str, int, bool, bytes, NoneType})


def plain(value: Any, *, nulls: bool = False) -> Any:  # noqa: ANN401 - any field of a record
    """Return a value as an item holds it. What is None inside of it is left out, or with `nulls` stays."""
    if type(value) in _AS_THEY_ARE:
        return value
    match value:
        case date():
            return value.isoformat()
        case Enum():
            return value.value
        case tuple() | list() if not _is_record(value):
            return [plain(inner, nulls=nulls) for inner in value]
    named = value if isinstance(value, dict) else attributes(value)
    return {name: plain(inner, nulls=nulls) for name, inner in named.items() if nulls or inner is not None}


def attributes(record: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the fields of a record by name, as they are."""
    return {name: getattr(record, name) for name in types_of(type(record))}


def types_of(model: type[Any]) -> dict[str, Any]:
    """Return the types of the fields of a record by name."""
    return {one.name: one.type for one in fields(model)} if is_dataclass(model) else model.__annotations__


def _is_record(value: Any) -> bool:  # noqa: ANN401
    return is_dataclass(value) or hasattr(value, "_fields")


def read(model: type[E], item: Mapping[str, Any], lacking: tuple[str, ...] = ()) -> E:
    """Make a record of an item, or of a map in one. Raises `KeyError` or `ValueError` for what is none.

    What may be None may be absent. So may fields that are `lacking` in older items: they get their default.
    """
    values = {}
    for name, optional, value_of in _readers(cast("Hashable", model)):
        if name in item:
            values[name] = value_of(item[name])
        elif optional:
            values[name] = None
        elif name not in lacking:
            raise KeyError(name)
    return model(**values)


def reader(hint: Any) -> _Read:  # noqa: ANN401 - the type of a field
    """Return what makes a value of a type from how it lies in an item."""
    kind, inner = get_origin(hint), get_args(hint)
    if isinstance(hint, NewType):
        return reader(hint.__supertype__)
    if kind in (Union, UnionType):
        known = _one_of(tuple(one for one in inner if one is not NoneType))
        return lambda value: None if value is None else known(value)
    if kind is tuple:
        each = reader(inner[0])
        return lambda value: tuple(map(each, value))
    return _of_class(hint) if kind is None else _as_it_is


def _one_of(hints: tuple[Any, ...]) -> _Read:
    if len(hints) == 1:
        return reader(hints[0])
    by_first = {next(iter(types_of(hint))): reader(hint) for hint in hints}

    def one(item: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """Raise `ValueError` for what is none of them."""
        (known,) = (each for first, each in by_first.items() if first in item)
        return known(item)

    return one


def _of_class(hint: type[Any]) -> _Read:
    if hint is str:
        return _text
    if issubclass(hint, date):
        return hint.fromisoformat
    if issubclass(hint, Enum):
        return hint
    return partial(read, hint) if _is_record(hint) else _as_it_is


def _text(value: str | None) -> str:
    """Return a text; where older items say null and today's always tell something, an empty one."""
    return value or ""


def _as_it_is(value: Any) -> Any:  # noqa: ANN401
    return value


@cache
def _readers(model: type[Any]) -> tuple[tuple[str, bool, _Read], ...]:
    """Return of each field its name, whether it may be None, and its reader."""
    return tuple((name, NoneType in get_args(hint), reader(hint)) for name, hint in types_of(model).items())
