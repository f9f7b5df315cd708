"""The parts of a record as JSON gives them: what is absent is empty (brp.md section 4), what is odd is told."""

import re
from collections.abc import Mapping
from typing import Any

Group = Mapping[str, Any]

LETTERS = re.compile(r"[ -~\u00a0-\u00ac\u00ae-\u036f\u1e00-\u1eff\u2010-\u2027]*")
"""What the register writes with: Latin, with every accent. Nothing unseen, and nothing that a letter cannot show."""

LONGEST = 900
"""Characters of a name: more than the register's rules allow, and a letter takes it with a greeting before it."""
LONGEST_LINE = 200
"""Characters of a line on an envelope, as the schema of letters has it."""


class OddRecord(ValueError):
    """A record that breaks the register's own rules. Its text names the part, never the value."""


def group(record: Group, name: str) -> Group:
    """Return a group; `{}` when it is absent, which the register may say either way."""
    found = record.get(name, {})
    if not isinstance(found, Mapping):
        raise OddRecord(name)
    return found


def text(record: Group, name: str, longest: int = LONGEST) -> str:
    """Return a text without blanks around it; empty when it is absent."""
    found = record.get(name, "")
    if not isinstance(found, str) or not LETTERS.fullmatch(found) or len(found) > longest:
        raise OddRecord(name)
    return found.strip()
