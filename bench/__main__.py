"""`make bench`: print each measurement with its peer, and write `bench/results.json`."""

import json
import sys
from pathlib import Path

from bench import cold_start, signing
from bench.timing import Comparison

RESULTS = Path(__file__).parent / "results.json"


def main() -> int:
    comparisons: list[Comparison] = []
    print(f"{'what':<52}{'ours':>10}{'peer':>10}{'ratio':>8}{'spread':>14}  peer")
    for measure in (*signing.MEASUREMENTS, *cold_start.MEASUREMENTS):
        comparison = measure()
        comparisons.append(comparison)
        print(comparison.line(), flush=True)
    RESULTS.write_text(json.dumps([comparison.as_json() for comparison in comparisons], indent=2) + "\n")
    print(f"written: {RESULTS}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
