"""docs/performance.md: its tables are written by `make bench`, the text around them by people."""

import platform
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.timing import Comparison

DOCUMENT = Path(__file__).parent.parent / "docs" / "performance.md"
_HEADS = ("what", "beside", "ours", "theirs", "ratio", "middle half", "to reach")


def write(comparisons: Iterable[Comparison], steps: Iterable[tuple[str, float, str]]) -> None:
    rows = [comparison.columns() for comparison in comparisons]
    table = _table(_HEADS, rows)
    waterfall = list(steps)
    total = sum(milliseconds for _, milliseconds, _ in waterfall)
    laps = [(name, f"{milliseconds:.0f}", why) for name, milliseconds, why in waterfall]
    falls = _table(("step", "ms", "why"), [*laps, ("**all**", f"**{total:.0f}**", "")])
    text = DOCUMENT.read_text(encoding="utf-8")
    text = _between(text, "measured", f"{table}\n\nPython {platform.python_version()}, {platform.machine()}.")
    DOCUMENT.write_text(_between(text, "waterfall", falls), encoding="utf-8")


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _between(text: str, name: str, new: str) -> str:
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    return pattern.sub(lambda found: f"{found[1]}{new}\n{found[2]}", text)
