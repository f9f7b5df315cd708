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
    return {
        name: inner if type(inner) in _AS_THEY_ARE else plain(inner, nulls=nulls)
        for name, inner in named.items()
        if nulls or inner is not None
    }


def attributes(record: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the fields of a record by name, as they are."""
    return {name: getattr(record, name) for name in _types(record.__class__)}


def types_of(model: type[Any]) -> Mapping[str, Any]:
    """Return the types of the fields of a record by name."""
    return {one.name: one.type for one in fields(model)} if is_dataclass(model) else model.__annotations__


_types = cache(types_of)


def _is_record(value: Any) -> bool:  # noqa: ANN401
    return is_dataclass(value) or hasattr(value, "_fields")


def read(model: type[E], item: Mapping[str, Any], lacking: tuple[str, ...] = ()) -> E:
    """Make a record of an item, or of a map in one. Raises `KeyError` or `ValueError` for what is none.

    What may be None may be absent. So may fields that are `lacking` in older items: they get their default.
    """
    values: dict[str, Any] = {}
    for name, optional, value_of in _readers(cast("Hashable", model)):
        if (lying := item.get(name)) is not None:
            values[name] = value_of(lying)
        elif optional:
            values[name] = None
        elif name in item and value_of is str:
            # Older items say null of a text where today's always tell something.
            values[name] = ""
        elif name not in lacking:
            raise KeyError(name)
    return model(**values)


@cache
def _readers(model: type[Any]) -> tuple[tuple[str, bool, _Read], ...]:
    """Return of each field its name, whether it may be None, and its reader."""
    return tuple((name, NoneType in get_args(hint), _reader(hint)) for name, hint in types_of(model).items())


def _reader(hint: Any) -> _Read:  # noqa: ANN401 - the type of a field
    """Return what makes a value of a type from how it lies in an item, where that is not null."""
    kind, inner = get_origin(hint), get_args(hint)
    if isinstance(hint, NewType):
        return _reader(hint.__supertype__)
    if kind in (Union, UnionType):
        return _one_of([one for one in inner if one is not NoneType])
    if kind is tuple:
        each = _reader(inner[0])
        return lambda value: tuple(map(each, value))
    if kind is not None:
        return dict
    if issubclass(hint, date):
        return cast("_Read", hint.fromisoformat)
    # An enumeration, and what is as it is, is made by its own class.
    return partial(read, hint) if _is_record(hint) else cast("_Read", hint)


def _one_of(hints: list[Any]) -> _Read:
    if len(hints) == 1:
        return _reader(hints[0])
    by_first = {next(iter(types_of(hint))): _reader(hint) for hint in hints}

    def one(item: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """Raise `ValueError` for what is none of them."""
        (known,) = (each for first, each in by_first.items() if first in item)
        return known(item)

    return one
