"""What lies in the queue between us and the print vendor."""

import base64
import json
from dataclasses import asdict, dataclass, field


def sealing_context(letter_id: str) -> str:
    """Return the context under which a letter is sealed: it opens for this letter id only."""
    return f"letter:{letter_id}"


@dataclass(frozen=True, slots=True)
class SealedLetter:
    """What lies in the queue, and what is handed to the function that sets pages: a letter, sealed for the vendor."""

    letter_id: str
    sealed: bytes = field(repr=False)
    correlation_id: str | None = None
    """By which the request can be followed that asked for the letter."""

    def to_json(self) -> str:
        return json.dumps({**asdict(self), "sealed": base64.b64encode(self.sealed).decode()})

    @classmethod
    def from_json(cls, text: str) -> "SealedLetter":
        """Read what `to_json` wrote. Raises `ValueError` for what is no such message."""
        return cls.of(json.loads(text))

    @classmethod
    def of(cls, values: object) -> "SealedLetter":
        """Read it from the values of its JSON. Raises `ValueError` for what is no such message."""
        match values:
            case {"letter_id": str(letter_id), "sealed": str(sealed), **others}:
                if isinstance(correlation_id := others.get("correlation_id"), str | None):
                    return cls(letter_id, base64.b64decode(sealed, validate=True), correlation_id)
        raise ValueError("no message of a letter")
