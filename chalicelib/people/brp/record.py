"""The parts of a record as JSON gives them: what is absent is empty (brp.md section 4), what is odd is told."""

import unicodedata
from collections.abc import Mapping
from typing import Any

Group = Mapping[str, Any]

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Categories of Unicode that are no part of a name or address: controls, directions, halves of characters."""


class OddRecord(ValueError):
    """A record that breaks the register's own rules. Its text names the part, never the value."""


def group(record: Group, name: str) -> Group:
    """Return a group; `{}` when it is absent, which the register may say either way."""
    found = record.get(name, {})
    if not isinstance(found, Mapping):
        raise OddRecord(name)
    return found


def text(record: Group, name: str) -> str:
    """Return a text without blanks around it; empty when it is absent."""
    found = record.get(name, "")
    if not isinstance(found, str) or any(unicodedata.category(character) in _UNSEEN for character in found):
        raise OddRecord(name)
    return found.strip()
