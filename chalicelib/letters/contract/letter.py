"""A letter as data: what is printed, and what each kind has to say."""

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

SCHEMA = "letter/2"
"""What is written. `letter/1` is read too; releases that know no other refuse this one, and print nothing wrong.

So they do with `confirm_level`, which came later: it stands only in letters that need it, and all others are as before.
"""


class LetterKind(StrEnum):
    """What a letter is for. What each has to say besides is in `_SAID`."""

    CODE = "code"
    """To who asked for it: a mandate code."""
    TELEPHONE = "telephone"
    """To who asked for it by telephone, perhaps without DigiD: a mandate code."""
    ASKED = "asked"
    """To whom somebody else asked a mandate of: a mandate code, how to approve, and how to refuse."""
    GIVEN = "given"
    """Notice to the represented that they have mandated somebody, without a code."""
    HELD = "held"
    """Notice to the representative of the same."""
    SCREEN = "screen"
    """No letter: the page with a code that was shown on screen, for who prints it. Nobody posts it."""


_SAID = {
    LetterKind.CODE: {"address", "code", "use_before"},
    LetterKind.TELEPHONE: {"address", "code", "use_before"},
    LetterKind.ASKED: {"address", "code", "use_before", "asker", "refusal_code"},
    LetterKind.GIVEN: {"address", "other"},
    LetterKind.HELD: {"address", "other"},
    LetterKind.SCREEN: {"code", "use_before"},
}
_OPTIONAL = set().union(*_SAID.values())
_CONFIRM_LEVELS = (20, 25, 30)


@dataclass(frozen=True, slots=True)
class LetterService:
    """What a mandate in a letter is for, and its first and last day."""

    name: str
    provider: str
    start: date
    end: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Everything that is printed on a letter (machtigen.md 4.6). Holds no BSN.

    Raises `ValueError` for one that says what its kind does not, or not what its kind does; it quotes nothing.
    """

    letter_id: str
    kind: LetterKind
    reference: str
    language: str
    form_of_address: str = field(default="", repr=False)
    """The line above the addressee, for who has a title; mostly empty."""
    addressee: str = field(default="", repr=False)
    address: tuple[str, ...] = field(default=(), repr=False)
    salutation: str = field(default="", repr=False)
    written_on: date
    services: tuple[LetterService, ...]
    """Of one visit, one at least: they share the code."""
    site: str
    """Where our pages are, in words to be typed: host and path. Empty in letters that an older release wrote."""
    code: str = field(default="", repr=False)
    """As printed: `XXXX-XXXX-XXXX`."""
    use_before: date | None = None
    """Last day on which the code works."""
    asker: str = field(default="", repr=False)
    """Name of who wants to represent the addressee."""
    refusal_code: str = field(default="", repr=False)
    """As printed: `XXXX-XXXX`."""
    other: str = field(default="", repr=False)
    """Name of the other side of a mandate."""
    confirm_level: int | None = None
    """Of DigiD, at which the representative has to confirm before they can use all of it; None where they need not."""

    def __post_init__(self) -> None:
        confirms = self.confirm_level is None or (
            self.kind is LetterKind.HELD and self.confirm_level in _CONFIRM_LEVELS
        )
        said = {name for name in _OPTIONAL if getattr(self, name)}
        if not self.services or not confirms or said != _SAID[self.kind]:
            raise ValueError("a letter does not say what its kind does")

    def to_json(self) -> str:
        said = {name: value for name, value in asdict(self).items() if name != "confirm_level" or value is not None}
        return json.dumps({"schema": SCHEMA, **said}, default=date.isoformat, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Letter":
        """Read what `to_json` wrote, in this release or the one before.

        Raises `ValueError` for another schema, or no letter; it quotes nothing.
        """
        try:
            values = json.loads(text)
            match values.pop("schema", None):
                case "letter/1":
                    return cls(**_read(_as_today(values)))
                case "letter/2":
                    return cls(**_read(values))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ValueError("no letter") from None
        raise ValueError("unknown schema of a letter")


def _as_today(values: dict[str, Any]) -> dict[str, Any]:
    """Return a `letter/1` as today's: it had a code, one service, and named no site."""
    service = {"name": values.pop("service"), **{name: values.pop(name) for name in ("provider", "start", "end")}}
    return {**values, "kind": LetterKind.CODE, "services": [service], "site": ""}


def _read(values: dict[str, Any]) -> dict[str, Any]:
    use_before = values["use_before"]
    return {
        **values,
        "kind": LetterKind(values["kind"]),
        "address": tuple(values["address"]),
        "written_on": date.fromisoformat(values["written_on"]),
        "services": tuple(_service(one) for one in values["services"]),
        "use_before": None if use_before is None else date.fromisoformat(use_before),
    }


def _service(values: dict[str, Any]) -> LetterService:
    days = {name: date.fromisoformat(values[name]) for name in ("start", "end")}
    return LetterService(**{**values, **days})
