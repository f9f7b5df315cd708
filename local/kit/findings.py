"""What the kit finds."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    OK = "ok"
    MEND = "mend"
    """It works against the provider's interest, or not at all."""
    NOTE = "note"
    """It works; knowing it may help."""


@dataclass(frozen=True, slots=True)
class Finding:
    verdict: Verdict
    about: str
    text: str = ""
    """What to do, when there is something to do."""

    @property
    def line(self) -> str:
        return f"{self.verdict:<5} {self.about}" + (f"\n      → {self.text}" if self.text else "")


def ok(about: str) -> Finding:
    return Finding(Verdict.OK, about)


def mend(about: str, text: str) -> Finding:
    return Finding(Verdict.MEND, about, text)


def note(about: str, text: str) -> Finding:
    return Finding(Verdict.NOTE, about, text)
