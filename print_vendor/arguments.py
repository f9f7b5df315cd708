"""What is asked of the outside client on its command line."""

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from print_vendor.queues import HIDDEN

_MOST, _LONGEST = 1000, 43200
"""Messages of a batch; and seconds for which SQS hides one at most."""


def read_arguments(arguments: Sequence[str] | None, about: str | None) -> argparse.Namespace:
    """Read them, or end the process as `argparse` does."""
    parser = argparse.ArgumentParser(
        prog="python -m print_vendor", description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, metavar, read, meaning in (
        ("--queue", "URL", str, "of the queue of letters"),
        ("--statuses", "URL", str, "of the queue of statuses"),
        ("--keys", "FILE", Path, "your private keys: a JWK Set, or one JWK"),
        ("--out", "FOLDER", Path, "where PDFs, manifests and journal go"),
    ):
        parser.add_argument(name, required=True, metavar=metavar, type=read, help=meaning)
    most, longest = partial(_up_to, _MOST), partial(_up_to, _LONGEST)
    parser.add_argument("--batch", type=most, default=100, metavar="N", help="most messages of a batch (100)")
    hidden = f"for which what was taken is given to nobody else: more than a batch takes ({HIDDEN})"
    parser.add_argument("--hidden", type=longest, default=HIDDEN, metavar="SECONDS", help=hidden)
    for name, meaning in (
        ("--once", "stop when the queue is empty"),
        ("--dry-run", "open, check and set the first ten letters; print, tell and delete nothing"),
        ("--posted", "tell posted as well: for who posts at once what is printed"),
        ("--slips", "write name and address beside each PDF, as JSON: our laptop's letterbox shows them"),
    ):
        parser.add_argument(name, action="store_true", help=meaning)
    return parser.parse_args(arguments)


def _up_to(most: int, text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"it has to be a number from 1 to {most}")
    return int(text)
