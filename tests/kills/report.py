"""What a whole run came to, for docs/reliability.md."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.faults.report import DOCUMENT, between

FULL = 2_000
"""Letters of a whole run."""


@dataclass(frozen=True, slots=True)
class Run:
    letters: int
    papers: int
    kills: Counter[str]
    messages: int
    twice: int
    redriven: int

    @property
    def line(self) -> str:
        kills = ", ".join(f"{part} {number}" for part, number in sorted(self.kills.items()))
        return (
            f"{self.letters:,} letters asked for, {self.papers:,} on paper, {self.kills.total()} kills ({kills}), "
            f"{self.messages:,} messages, {self.twice:,} of them twice, {self.redriven} redriven"
        )


def write(run: Run) -> Path:
    rows = [
        ("letters asked for", run.letters),
        ("of these on paper, each once; the others were withdrawn before", run.papers),
        *((f"`kill -9` of the {part}", number) for part, number in sorted(run.kills.items())),
        ("messages sent", run.messages),
        ("of these delivered twice", run.twice),
        ("sent on from the dead letters", run.redriven),
    ]
    lines = ["| what | how many |", "| --- | --- |", *(f"| {what} | {number:,} |" for what, number in rows)]
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(between(text, "letters", "\n".join(lines)), encoding="utf-8")
    return DOCUMENT
