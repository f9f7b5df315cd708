"""What comes and goes is held to its JSON Schema, at both ends: the files in `schemas`, one for each thing."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path

SCHEMAS = Path(__file__).parent / "schemas"


class OffSchema(ValueError):
    """Something that is not what its schema says. It names the schema, and quotes nothing."""


def write(schema: str, said: Mapping[str, object]) -> str:
    """Return the JSON of what goes: the schema's name, and what is said. Raises `OffSchema`."""
    text = json.dumps({"schema": schema, **said}, default=date.isoformat, ensure_ascii=False)
    hold(schema, json.loads(text))
    return text


def hold(schema: str, values: object) -> None:
    """Raise `OffSchema` for values, read from JSON, that are not what a schema says, by its name (`letter/2`)."""
    # Imported here, and a schema is read on its first use: most functions hold nothing to one.
    from fastjsonschema import JsonSchemaValueException  # noqa: PLC0415

    try:
        _validator(schema)(values)
    except JsonSchemaValueException:
        raise OffSchema(f"not what the schema {schema} says") from None


@cache
def _validator(schema: str) -> Callable[[object], object]:
    from fastjsonschema import compile  # noqa: A004, PLC0415 - as above

    text = (SCHEMAS / f"{schema.replace('/', '-')}.json").read_text(encoding="utf-8")
    made: Callable[[object], object] = compile(json.loads(text), use_default=False)
    return made
