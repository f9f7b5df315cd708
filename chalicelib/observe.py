"""Logging in one place: static event names, identifiers instead of objects, never a BSN, code, cookie or message."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger


@cache
def log() -> "Logger":
    """Return the process's logger. Each line is one JSON object whose `message` is the name of an event."""
    # Imported here: many a first request has nothing to log.
    from aws_lambda_powertools import Logger  # noqa: PLC0415

    return Logger(service="mandates", location=None, log_uncaught_exceptions=False)
