"""Instants and days as operators type them."""

import argparse
from datetime import date, datetime


def instant(text: str) -> datetime:
    """Read an instant with its time zone. Raises `argparse.ArgumentTypeError` that says what to write."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no instant; write for example 2026-12-01T06:00+01:00") from None
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(
            f"{text} names no time zone; write for example {moment.isoformat(timespec='minutes')}+01:00"
        )
    return moment


def calendar_day(text: str) -> date:
    """Read a day. Raises `argparse.ArgumentTypeError` that says what to write."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no day; write for example 2026-12-01") from None
