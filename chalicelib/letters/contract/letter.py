"""A letter as data: what is printed, and what each kind has to say."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from chalicelib.letters.contract.schema import write

LETTER_SCHEMA = "letter/2"
"""What is written. `letter/1` is read too; releases that know no other refuse this one, and print nothing wrong.

So they do with kinds and fields that came later. Such a field stands only in letters that need it, and all others are
as before.
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
    ASKED_NOTICE = "asked-notice"
    """Notice to whom somebody else asked a mandate of, and who can sign in to decide: without a code."""
    ACTIVATED = "activated"
    """Notice to the represented that somebody activated the code."""
    APPROVED = "approved"
    """Notice to the representative that what they asked was approved."""
    ENDED = "ended"
    """Notice to either side that a mandate ended, and why."""
    REMINDER = "reminder"
    """To who got a code that nobody activated yet: it does not say the code again."""
    TEST = "test"
    """To the operator's own address, each day: does what we send arrive? Nobody else gets one."""
    SCREEN = "screen"
    """No letter: the page with a code that was shown on screen, for who prints it. Nobody posts it."""


class EndReason(StrEnum):
    """Why a mandate ended. These and no free text, and no more than its reader may know."""

    REVOKED_BY_OTHER = "revoked-by-other"
    REVOKED_BY_READER = "revoked-by-reader"
    REGISTER = "register"
    """What the population register says does not allow it any more: who died is not for others to hear from us."""
    SERVICE = "service"
    """The service ended, or cannot be mandated any more."""
    PERIOD = "period"
    OPT_OUT = "opt-out"
    """Who reads it wants no mandates any more."""
    OPERATOR = "operator"
    """Who runs the service ended it, for a reason that no letter tells."""


class Reader(StrEnum):
    """Which side of a mandate a letter goes to, where its kind goes to both."""

    REPRESENTED = "represented"
    REPRESENTATIVE = "representative"


_SAID = {
    LetterKind.CODE: {"address", "code", "use_before"},
    LetterKind.TELEPHONE: {"address", "code", "use_before"},
    LetterKind.ASKED: {"address", "code", "use_before", "asker", "refusal_code"},
    LetterKind.GIVEN: {"address", "other"},
    LetterKind.HELD: {"address", "other"},
    LetterKind.SCREEN: {"code", "use_before"},
    LetterKind.ASKED_NOTICE: {"address", "asker", "use_before"},
    LetterKind.ACTIVATED: {"address", "other", "happened_on"},
    LetterKind.APPROVED: {"address", "other", "happened_on"},
    LetterKind.ENDED: {"address", "other", "happened_on", "reader", "reason"},
    LetterKind.REMINDER: {"address", "use_before", "happened_on"},
    LetterKind.TEST: {"address"},
}
_OPTIONAL = set().union(*_SAID.values())
_CONFIRM_LEVELS = (20, 25, 30)
_CONFIRMED_BY = (LetterKind.HELD, LetterKind.APPROVED)
_LATER: dict[str, object] = {
    "confirm_level": None,
    "happened_on": None,
    "reader": None,
    "reason": None,
    "large_print": False,
}
"""What a release before cannot read: left out of a letter in which it has this value."""


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
    """Last day on which the code works; where there is none, on which the request can be approved."""
    asker: str = field(default="", repr=False)
    """Name of who wants to represent the addressee."""
    refusal_code: str = field(default="", repr=False)
    """As printed: `XXXX-XXXX`."""
    other: str = field(default="", repr=False)
    """Name of the other side of a mandate."""
    confirm_level: int | None = None
    """Of DigiD, at which the representative has to confirm before they can use all of it; None where they need not."""
    happened_on: date | None = None
    """Day of what it tells of: the code was activated, the request approved, the mandate ended. Of a reminder the day
    of the letter that has the code."""
    reader: Reader | None = None
    reason: EndReason | None = None
    large_print: bool = False
    """For who reads large letters only: 18 points and more, on as many pages as that takes."""

    def __post_init__(self) -> None:
        confirms = self.confirm_level is None or (self.kind in _CONFIRMED_BY and self.confirm_level in _CONFIRM_LEVELS)
        said = {name for name in _OPTIONAL if getattr(self, name)}
        if not self.services or not confirms or said != _SAID[self.kind]:
            raise ValueError("a letter does not say what its kind does")

    def to_json(self) -> str:
        """Return the JSON that is sealed. Raises `OffSchema` for what no vendor takes: a name of thousands of signs."""
        said = {name: value for name, value in asdict(self).items() if name not in _LATER or value != _LATER[name]}
        return write(LETTER_SCHEMA, said)

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
    as_it_is = {**values, "address": tuple(values["address"]), "services": tuple(map(_service, values["services"]))}
    return {
        **as_it_is,
        **{name: read(value) for name, read in _READ.items() if (value := values.get(name)) is not None},
    }


_READ: dict[str, Callable[[str], Any]] = {
    "kind": LetterKind,
    "written_on": date.fromisoformat,
    "use_before": date.fromisoformat,
    "happened_on": date.fromisoformat,
    "reader": Reader,
    "reason": EndReason,
}


def _service(values: dict[str, Any]) -> LetterService:
    days = {name: date.fromisoformat(values[name]) for name in ("start", "end")}
    return LetterService(**{**values, **days})
