"""Reading forms: what was typed, what it means, and what is wrong with it, field by field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from chalicelib.typed_dates import NoSuchDay

T = TypeVar("T")


@dataclass(slots=True)
class Form:
    """The values of a form as typed, and the errors found so far by field."""

    values: Mapping[str, str]
    texts: Mapping[str, str]
    """What a page says of each error, as message ids of the translations."""
    errors: dict[str, str] = field(default_factory=dict)

    def read(self, name: str, parse: Callable[[str], T]) -> T | None:
        """Parse a field; an empty one becomes the error `<name>_missing`, a `ValueError` `<name>_wrong`, and a date
        that no calendar has `<name>_impossible`.
        """
        text = self.value(name)
        if not text:
            self.errors[name] = f"{name}_missing"
            return None
        try:
            return parse(text)
        except NoSuchDay:
            self.errors[name] = f"{name}_impossible"
            return None
        except ValueError:
            self.errors[name] = f"{name}_wrong"
            return None

    def value(self, name: str) -> str:
        return self.values.get(name, "").strip()
