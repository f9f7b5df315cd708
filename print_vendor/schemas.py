"""What comes and goes is held to its JSON Schema: the files that the contract ships."""

import json
from collections.abc import Callable
from functools import cache

import fastjsonschema

from chalicelib.letters.contract.messages import SCHEMAS


class OffSchema(ValueError):
    """Something that is not what its schema says. It names the schema, and quotes nothing."""


def hold(schema: str, values: object) -> None:
    """Raise `OffSchema` for values, read from JSON, that are not what a schema says, by its name (`letter/2`)."""
    try:
        _validator(schema)(values)
    except fastjsonschema.JsonSchemaValueException:
        raise OffSchema(f"not what the schema {schema} says") from None


@cache
def _validator(schema: str) -> Callable[[object], object]:
    text = (SCHEMAS / f"{schema.replace('/', '-')}.json").read_text(encoding="utf-8")
    made: Callable[[object], object] = fastjsonschema.compile(json.loads(text), use_default=False)
    return made
