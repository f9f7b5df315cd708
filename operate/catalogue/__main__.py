"""`python -m operate.catalogue FILE`: show what a catalogue file would change; with --apply, change it.

FILE is the whole catalogue as YAML, or services as the 21-column CSV. Without --apply nothing is written. What would
cut a live provider off is refused, unless --cut-off says that it is meant.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.saml.partners.fetching import fetch_metadata
from chalicelib.saml.partners.registration import warnings
from operate import table
from operate.catalogue.csv_file import read_csv
from operate.catalogue.draft import check_together
from operate.catalogue.plan import Known, apply, differences, known_in
from operate.catalogue.yaml_file import read_yaml
from provisioning.catalogue.reading import Problems
from provisioning.command import command


@command
def main(arguments: Sequence[str], catalogue: DynamoCatalogue | None = None) -> int:
    """Return 0 when all is well, 1 for a file with mistakes, 2 when a live provider would be cut off."""
    asked = _asked(arguments)
    now = datetime.now(UTC)
    there = catalogue or table.catalogue(asked)
    known = known_in(there)
    if asked.file.suffix.lower() == ".csv":
        draft, problems = read_csv(asked.file, known.connections, known.services)
    else:
        draft, problems = read_yaml(asked.file, fetch_metadata, now)
    check_together(draft, known.services, problems)
    if problems.found:
        return _refused(problems)
    changes = differences(draft, known, now)
    for change in changes:
        print(change.text + (f"   ! {change.cuts_off}" if change.cuts_off else ""))
    for entity_id, one in draft.connections.items():
        for warning in warnings(one.imported, now):
            print(f"{entity_id}: {warning}", file=sys.stderr)
    if not changes:
        print("Nothing changes.")
        return 0
    if any(change.cuts_off for change in changes) and not asked.cut_off:
        print("Refused: what is marked with ! would cut off a live provider. If that is meant, add --cut-off.")
        return 2
    if not asked.apply:
        print(f"{len(changes)} change(s). Nothing was written; add --apply to write them.")
        return 0
    apply(draft, Known(known.connections, known.services), there, now)
    print(f"{len(changes)} change(s) written.")
    return 0


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m operate.catalogue", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=_file, metavar="FILE", help="catalogue.yaml, or services.csv")
    parser.add_argument("--apply", action="store_true", help="write what differs")
    parser.add_argument("--cut-off", action="store_true", help="also what leaves a live provider outside")
    table.add_options(parser)
    return parser.parse_args(arguments)


def _file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"{text} is not a file")
    return path


def _refused(problems: Problems) -> int:
    for problem in problems.found:
        print(problem, file=sys.stderr)
    print(f"{len(problems.found)} mistake(s). Nothing was written.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
