"""What the function tells: events and one metric, by a letter's id and the id of its request; never its contents."""

from contextlib import suppress
from functools import cache

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from aws_lambda_powertools.metrics.functions import is_metrics_disabled

PRINTED = "LetterPrinted"

METRICS = {PRINTED: "The print vendor's function made a letter"}
"""What is counted, each with its meaning. `docs/metrics.md` is made from this too."""


@cache
def log() -> Logger:
    """Return the process's logger. Each line is one JSON object whose `message` is the name of an event."""
    return Logger(location=None, log_uncaught_exceptions=False)


def follow(correlation_id: str | None) -> None:
    """From here on, all that is logged and counted belongs to this letter's request."""
    log().set_correlation_id(correlation_id)


def count(metric: str) -> None:
    """Count one, unless POWERTOOLS_METRICS_DISABLED says not to. Never raises: a letter is not printed twice for it."""
    with suppress(Exception):
        if is_metrics_disabled():
            return
        with single_metric(name=metric, unit=MetricUnit.Count, value=1) as written:
            if correlation_id := log().get_correlation_id():
                written.add_metadata("correlation_id", correlation_id)
