"""What is wrong with a question (brp.md sections 1 and 2): all parameters at once, in the register's order."""

import re
from collections.abc import Iterator
from typing import Any

from local.brp.fields import allowed, exists
from local.brp.problems import InvalidParam

TYPE = "RaadpleegMetBurgerservicenummer"
_PARAMETERS = ("type", "burgerservicenummer", "fields", "gemeenteVanInschrijving")
_NUMBER, _MUNICIPALITY, _FIELD = "^[0-9]{9}$", "^[0-9]{4}$", r"^[a-zA-Z0-9\._]{1,200}$"
_MOST = {"burgerservicenummer": 20, "fields": 130}


def wrong_in(question: dict[str, Any]) -> list[InvalidParam]:
    """Return what is wrong; a question of another type than ours is one that this register does not answer."""
    kind = question.get("type")
    if kind is None:
        return [InvalidParam("type", "required", "Parameter is verplicht.")]
    if kind != TYPE:
        return [InvalidParam("type", "value", "Waarde is geen geldig zoek type.")]
    unknown = [InvalidParam(name, "unknownParam", "Parameter is niet verwacht.") for name in question]
    return [
        *(one for one in unknown if one.name not in _PARAMETERS),
        *_wrong_list("burgerservicenummer", question),
        *_wrong_municipality(question.get("gemeenteVanInschrijving")),
        *_wrong_list("fields", question),
    ]


def _wrong_list(name: str, question: dict[str, Any]) -> Iterator[InvalidParam]:
    values, most = question.get(name), _MOST[name]
    if values is None:
        yield InvalidParam(name, "required", "Parameter is verplicht.")
    elif not isinstance(values, list):
        yield InvalidParam(name, "array", "Parameter is geen array.")
    elif not values:
        yield InvalidParam(name, "minItems", "Array bevat minder dan 1 items.")
    elif len(values) > most:
        yield InvalidParam(name, "maxItems", f"Array bevat meer dan {most} items.")
    else:
        check = _wrong_field if name == "fields" else _wrong_number
        for index, value in enumerate(values):
            yield from check(f"{name}[{index}]", value)


def _wrong_number(name: str, value: object) -> Iterator[InvalidParam]:
    if not _fits(_NUMBER, value):
        yield _pattern(name, _NUMBER)


def _wrong_municipality(value: object) -> Iterator[InvalidParam]:
    if value is not None and not _fits(_MUNICIPALITY, value):
        yield _pattern("gemeenteVanInschrijving", _MUNICIPALITY)


def _wrong_field(name: str, value: object) -> Iterator[InvalidParam]:
    if value is None:
        yield InvalidParam(name, "required", "Parameter is verplicht.")
    elif not _fits(_FIELD, value):
        yield _pattern(name, _FIELD)
    elif not allowed(str(value)):
        yield InvalidParam(name, "fields", "Parameter bevat een niet toegestane veldnaam.")
    elif not exists(str(value)):
        yield InvalidParam(name, "fields", "Parameter bevat een niet bestaande veldnaam.")


def _pattern(name: str, pattern: str) -> InvalidParam:
    return InvalidParam(name, "pattern", f"Waarde voldoet niet aan patroon {pattern}.")


def _fits(pattern: str, value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value, re.ASCII) is not None
