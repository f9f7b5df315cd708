"""Logging in one place: static event names, identifiers instead of objects, never a BSN, code, cookie or message."""

from functools import cache

from aws_lambda_powertools import Logger


@cache
def log() -> Logger:
    """Return the process's logger; each line is one JSON object with an `event` that is a constant."""
    return Logger(service="digid-machtigen", message_key="event", location=None, log_uncaught_exceptions=False)
