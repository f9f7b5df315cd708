"""What the function tells: events and one metric, by a letter's id and the id of its request; never its contents.

The keys of a line are those of `chalicelib/observe.py`, so that one query follows a request to its letter.
"""

from collections.abc import Mapping
from contextlib import suppress
from contextvars import ContextVar
from functools import cache
from types import MappingProxyType
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from aws_lambda_powertools.metrics.functions import is_metrics_disabled

PRINTED = "LetterPrinted"

METRICS = {PRINTED: "The print vendor's function made a letter"}
"""What is counted, each with its meaning. `docs/metrics.md` is made from this too."""


_cold = iter((True,))
"""Gives True to the first call of a process."""

_call: ContextVar[Mapping[str, Any]] = ContextVar("call", default=MappingProxyType({}))
_correlation: ContextVar[str | None] = ContextVar("correlation", default=None)


@cache
def _logger() -> Logger:
    return Logger(location=None, log_uncaught_exceptions=False)


def _keys() -> dict[str, Any]:
    correlation = _correlation.get()
    return {**_call.get(), **({} if correlation is None else {"correlation_id": correlation})}


def log() -> Logger:
    """Return the process's logger. Each line is one JSON object whose `message` is the name of an event."""
    _logger().thread_safe_clear_keys()
    _logger().thread_safe_append_keys(**_keys())
    return _logger()


def begin_call(call: Any) -> None:  # noqa: ANN401 - Lambda's own type; None outside it
    """From here on, all that is logged and counted belongs to this call of the function, and to no letter yet."""
    named = {"function_name": call.function_name, "function_request_id": call.aws_request_id} if call else {}
    _call.set({"cold_start": next(_cold, False), **named})
    follow(None)


def follow(correlation_id: str | None) -> None:
    """From here on, all that is logged and counted belongs to this letter's request."""
    _correlation.set(correlation_id)


def count(metric: str) -> None:
    """Count one, unless POWERTOOLS_METRICS_DISABLED says not to. Never raises: a letter is not printed twice for it."""
    with suppress(Exception):
        if is_metrics_disabled():
            return
        with single_metric(name=metric, unit=MetricUnit.Count, value=1) as written:
            for key, told in _keys().items():
                written.add_metadata(key, told)
