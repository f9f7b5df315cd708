"""What others sent, as it may stand in a log: short, on one line, without markup and without what could be personal.

Callers choose what is quoted, and never choose a NameID, a citizen number, a cookie or a message. This takes out what a
sender may have put where it does not belong.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime

Quotable = str | int | datetime | Iterable[str]

LONGEST = 160
"""Characters of a quotation."""
_LOOKED_AT = 1000
_NOTHING, _CUT = "nothing", "…"

_MARKUP = re.compile(r"(<|&lt;|&#|%3c).*", re.IGNORECASE | re.DOTALL)
_UUID = r"(?P<kept>(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z]))"
_NUMBER = r"(?P<number>(?<!\d)(?:\d(?:\s?\d){7,8}|\d{3}[._-]\d{3}[._-]\d{3}|\d{4}[._]\d{2}[._]\d{3})(?!\d))"
_TOKEN = r"(?P<token>[0-9a-z+=]{32,})"  # noqa: S105 - the form of one
_ARTIFACT = r"(?P<artifact>AAQA[0-9a-z+/%]{40,}={0,2})"
"""In base64, whose slashes may leave no long piece; in a query `%2F` (SAML bindings 3.6.4)."""
_LETTERS = "[B-DF-HJ-NP-TV-XZ2-9]"
"""Of a mandate code (mandates/model/codes.py), which may be written together or in groups."""
_CODE = (
    r"(?P<code>(?<![0-9a-z])(?:(?:[0-9a-z]{4}-){2}[0-9a-z]{4}(?![0-9a-z-])"
    rf"|{_LETTERS}{{4}}\s?{_LETTERS}{{4}}\s?{_LETTERS}{{4}}(?![0-9a-z])))"
)
_ADDRESS = r"(?P<address>[^\s@/:]{1,64}@[^\s@/:]+)"
_HIDDEN = re.compile(f"{_UUID}|{_ADDRESS}|{_ARTIFACT}|{_TOKEN}|{_CODE}|{_NUMBER}", re.IGNORECASE)


def quoted(value: Quotable) -> str:
    """Return a value as one harmless line of at most `LONGEST` characters. What is empty reads "nothing"."""
    whole = _text(value)
    plain = "".join(character for character in whole[:_LOOKED_AT] if _shows(character))
    shown = _HIDDEN.sub(_kept_or_named, _MARKUP.sub("[markup]", plain)).strip() or _NOTHING
    # The end of what was looked at may be the beginning of a number, so it is never shown.
    most = LONGEST if len(whole) <= _LOOKED_AT else min(LONGEST, max(len(shown) - 64, 1))
    return shown if len(shown) <= most else f"{shown[: most - 1]}{_CUT}"


def _text(value: Quotable) -> str:
    match value:
        case str() | int():
            return str(value)
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case _:
            return ", ".join(value)


def _shows(character: str) -> bool:
    """Tell whether a character is neither a control, nor invisible, nor a line's end."""
    category = unicodedata.category(character)
    return category[0] != "C" and category not in ("Zl", "Zp")


def _kept_or_named(found: re.Match[str]) -> str:
    kind = str(found.lastgroup)
    return found[0] if kind == "kept" else f"[{kind}]"
