"""`python -m operate.metadata ENTITY_ID`: versions of its metadata; `--restore VERSION` brings one back."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.errors import Explained
from chalicelib.saml.partners.watching import restore
from operate import table
from operate.instants import instant
from provisioning.command import command


@command
def main(arguments: Sequence[str], catalogue: DynamoCatalogue | None = None) -> int:
    """Return 0, or 1 for a partner or version that is not there."""
    parser = argparse.ArgumentParser(prog="python -m operate.metadata", description=__doc__)
    parser.add_argument("entity_id", metavar="ENTITY_ID")
    parser.add_argument("--restore", type=instant, metavar="VERSION", help="as the list shows it")
    table.add_options(parser)
    asked = parser.parse_args(arguments)
    there = catalogue or table.catalogue(asked)
    try:
        there.connection(asked.entity_id)
        if asked.restore is not None:
            restore(asked.entity_id, asked.restore, there, datetime.now(UTC))
    except Explained as error:
        print(f"{asked.entity_id}: {error.told}", file=sys.stderr)
        return 1
    for at, document in there.versions(asked.entity_id):
        print(f"{at.isoformat()}  {len(document)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
