"""Reading forms: what was typed, what it means, and what is wrong with it, field by field."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

T = TypeVar("T")

_TYPED_DATE = re.compile(r"(\d{1,2})[\s./-]+(\d{1,2})[\s./-]+(\d{4})", re.ASCII)


@dataclass(slots=True)
class Form:
    """The values of a form as typed, and the errors found so far by field."""

    values: Mapping[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    def read(self, name: str, parse: Callable[[str], T]) -> T | None:
        """Parse a field; a `ValueError` becomes the error `<name>_wrong`, an empty field `<name>_missing`."""
        text = self.value(name)
        if not text:
            self.errors[name] = f"{name}_missing"
            return None
        try:
            return parse(text)
        except ValueError:
            self.errors[name] = f"{name}_wrong"
            return None

    def value(self, name: str) -> str:
        return self.values.get(name, "").strip()


def typed_date(text: str) -> date:
    """Read `dd-mm-yyyy`, or `yyyy-mm-dd` as date pickers write it. Raises `ValueError`."""
    match = _TYPED_DATE.fullmatch(text)
    return date(int(match[3]), int(match[2]), int(match[1])) if match else date.fromisoformat(text)
