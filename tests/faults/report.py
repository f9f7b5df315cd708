"""docs/reliability.md: its tables are written by `make faults`, the text around them by people."""

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from tests.faults.matrix import Outcome

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "reliability.md"


def write(outcomes: Sequence[Outcome]) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    text = between(text, "flows", _table("flow", outcomes, lambda one: one.case.unharmed.flow.name))
    text = between(text, "kinds", _table("what happens to the call", outcomes, lambda one: str(one.case.fault)))
    DOCUMENT.write_text(text, encoding="utf-8")


def _table(head: str, outcomes: Sequence[Outcome], part: Callable[[Outcome], str]) -> str:
    parts = list(dict.fromkeys(part(outcome) for outcome in outcomes))
    rows = [_row(name, [outcome for outcome in outcomes if part(outcome) == name]) for name in parts]
    return "\n".join(
        _lines([[head, "calls", "faults", "passed", "failed"], ["---"] * 5, *rows, _row("**all**", outcomes)])
    )


def _row(name: str, outcomes: Sequence[Outcome]) -> list[str]:
    calls = {(one.case.unharmed.flow.name, one.case.step, one.case.call) for one in outcomes}
    failed = sum(bool(one.wrong) for one in outcomes)
    return [name, *(str(number) for number in (len(calls), len(outcomes), len(outcomes) - failed, failed))]


def _lines(rows: Iterable[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in rows]


def between(text: str, name: str, new: str) -> str:
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    return pattern.sub(lambda found: f"{found[1]}{new}\n{found[2]}", text)
