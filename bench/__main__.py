"""`make bench`: print each measurement with its peer; write `bench/results.json` and docs/performance.md.

PART=word measures those parts only; what was measured of the others before is kept. Whatever is measured is written at
once, so that a run that breaks off loses nothing.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

from bench import (
    asking,
    cold_start,
    holding,
    memory,
    partners,
    peers,
    printing,
    refusals,
    report,
    sign_in,
    signing,
    typesetting,
    waterfall,
)
from bench.timing import Comparison

RESULTS = Path(__file__).parent / "results.json"
_WIDTHS = (54, 40, 12, 12, 8, 16, 14)
_MODULES = (signing, refusals, cold_start, sign_in, partners, asking, holding, memory, typesetting, printing)
PARTS: Mapping[str, ModuleType] = {one.__name__.rpartition(".")[2]: one for one in _MODULES}
"""In the order of the table."""


def main(words: Sequence[str]) -> int:
    chosen = [name for name in PARTS if not words or any(word in name for word in words)]
    if not chosen:
        print(f"No part is called so. There are: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    if not peers.has_program():
        print("xmlsec1 is missing: the comparisons with pysaml2 are left out.")
    known = _known()
    print(_line(("what", "beside", "ours", "theirs", "ratio", "middle half", "to reach")))
    for name in chosen:
        known[name] = []
        for measure in PARTS[name].MEASUREMENTS:
            for comparison in measure():
                known[name].append(comparison)
                print(_line(comparison.columns()), flush=True)
                _keep(known)
    report.write([one for name in PARTS for one in known.get(name, ())], waterfall.steps())
    print(f"written: {RESULTS} and {report.DOCUMENT}")
    return 0


def _known() -> dict[str, list[Comparison]]:
    """Return what was measured before, by part; nothing where that was written in another form."""
    try:
        written = json.loads(RESULTS.read_text())
        return {name: [Comparison.from_json(one) for one in written[name]] for name in PARTS if name in written}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _keep(known: Mapping[str, Sequence[Comparison]]) -> None:
    RESULTS.write_text(json.dumps({name: [one.as_json() for one in some] for name, some in known.items()}, indent=2))


def _line(columns: tuple[str, ...]) -> str:
    return "".join(f"{column:<{width}}" for column, width in zip(columns, _WIDTHS, strict=True))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
