"""Instants as operators type them."""

import argparse
from datetime import datetime


def instant(text: str) -> datetime:
    """Read an instant with its time zone. Raises `argparse.ArgumentTypeError` that says what to write."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no instant; write for example 2026-12-01T06:00+01:00") from None
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text} names no time zone; write for example {text}+01:00")
    return moment
