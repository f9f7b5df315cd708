"""`make bench`: print each measurement with its peer; write `bench/results.json` and docs/performance.md."""

import json
import sys
from pathlib import Path

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


def main() -> int:
    if not peers.has_program():
        print("xmlsec1 is missing: the comparisons with pysaml2 are left out.")
    comparisons: list[Comparison] = []
    print(_line(("what", "beside", "ours", "theirs", "ratio", "middle half", "to reach")))
    for part in (signing, refusals, cold_start, sign_in, partners, asking, holding, typesetting, printing, memory):
        for measure in part.MEASUREMENTS:
            for comparison in measure():
                comparisons.append(comparison)
                print(_line(comparison.columns()), flush=True)
    RESULTS.write_text(json.dumps([comparison.as_json() for comparison in comparisons], indent=2) + "\n")
    report.write(comparisons, waterfall.steps())
    print(f"written: {RESULTS} and {report.DOCUMENT}")
    return 0


def _line(columns: tuple[str, ...]) -> str:
    return "".join(f"{column:<{width}}" for column, width in zip(columns, _WIDTHS, strict=True))


if __name__ == "__main__":
    sys.exit(main())
