"""What lies in the queue between us and the print vendor: letters, and that one is not to be printed."""

import base64
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from chalicelib.letters.contract.schema import write

SEALED_SCHEMA, CANCEL_SCHEMA = "sealed-letter/1", "letter-cancel/1"

_JWE = b"eyJ"
"""How every JWE begins: with an object in JSON, as base64url."""

_LETTER_ID = re.compile(r"[0-9a-f]{1,64}")


def is_letter_id(text: str) -> bool:
    return _LETTER_ID.fullmatch(text) is not None


def sealing_context(letter_id: str) -> str:
    """Return the context under which a letter of the release before is sealed: it opens for this letter id only."""
    return f"letter:{letter_id}"


@dataclass(frozen=True, slots=True)
class SealedLetter:
    """A letter in the queue, and what is handed to the function that sets pages: sealed for the vendor."""

    letter_id: str
    sealed: bytes = field(repr=False)
    """A JWE in its compact form; in letters that the release before wrote, what its vault made of it."""
    print_before: datetime | None = None
    """Who takes it later leaves it: the address is that of a day before. None for a page, and in older messages."""
    correlation_id: str | None = None
    """By which the request can be followed that asked for the letter."""

    @property
    def content(self) -> str | None:
        """The JWE; None in a letter that the release before sealed."""
        return self.sealed.decode() if self.sealed.startswith(_JWE) else None

    def to_json(self) -> str:
        named, told = {"letter_id": self.letter_id}, {"correlation_id": self.correlation_id}
        if self.content is None:
            return json.dumps({**named, "sealed": base64.b64encode(self.sealed).decode(), **told})
        sealed = {**named, "content": self.content}
        if self.print_before is None:
            # A page, which is handed over at once: it never lies in the queue, for which the schema is.
            return json.dumps({"schema": SEALED_SCHEMA, **sealed, **told})
        return write(SEALED_SCHEMA, {**sealed, "print_before": _text(self.print_before), **told})

    @classmethod
    def from_json(cls, text: str) -> "SealedLetter":
        """Read what `to_json` wrote. Raises `ValueError` for what is no such message; it quotes nothing."""
        return cls.of(json.loads(text))

    @classmethod
    def of(cls, values: object) -> "SealedLetter":
        """Read it from the values of its JSON. Raises `ValueError` for what is no such message."""
        match values:
            case {"schema": str(schema), "letter_id": str(letter_id), "content": str(content), **others}:
                told = others.get("print_before"), others.get("correlation_id")
                if schema == SEALED_SCHEMA and content.isascii() and content.encode().startswith(_JWE):
                    return cls(letter_id, content.encode(), _instant(told[0]), _correlation(told[1]))
            case {"letter_id": str(letter_id), "sealed": str(sealed), **others}:
                correlation = _correlation(others.get("correlation_id"))
                return cls(letter_id, base64.b64decode(sealed, validate=True), None, correlation)
        raise ValueError("no message of a letter")


@dataclass(frozen=True, slots=True)
class LetterCancel:
    """That a letter is not to be printed, if it is not too late. Raises `ValueError` for an odd id."""

    letter_id: str

    def __post_init__(self) -> None:
        if not is_letter_id(self.letter_id):
            raise ValueError("no id of a letter")

    def to_json(self) -> str:
        return write(CANCEL_SCHEMA, {"letter_id": self.letter_id})


def read_message(text: str) -> SealedLetter | LetterCancel:
    """Read what lies in the queue of letters. Raises `ValueError` for anything else; it quotes nothing."""
    match values := json.loads(text):
        case {"schema": str(schema), "letter_id": str(letter_id)} if schema == CANCEL_SCHEMA:
            return LetterCancel(letter_id)
    return SealedLetter.of(values)


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()


def _instant(text: object) -> datetime | None:
    if text is None:
        return None
    try:
        if isinstance(text, str) and (read := datetime.fromisoformat(text)).tzinfo:
            return read
    except ValueError:
        pass
    raise ValueError("no instant in a message of a letter")


def _correlation(value: object) -> str | None:
    if isinstance(value, str | None):
        return value
    raise ValueError("no message of a letter")
