"""Looking at /health as a visitor would, and writing down what alarms are set on."""

import json
from collections.abc import Callable

import urllib3

from chalicelib.deadline import in_time
from chalicelib.errors import Unavailable
from chalicelib.observe import Metric, count, log

_LONGEST = 30.0
"""Seconds: API Gateway gives up after 29."""


def watch_dependencies(address: str, fetch: Callable[[str], bytes]) -> None:
    """Measure what /health tells. When it tells nothing at all, that counts as one thing that is down."""
    try:
        told = json.loads(fetch(f"{address}/health"))
        down = sorted(name for name, state in told["dependencies"].items() if state != "ok")
        days_left = {str(name): int(days) for name, days in told["days_left"].items()}
    except (Unavailable, urllib3.exceptions.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
        log().error("health_not_told", cause=type(error).__name__)
        count(Metric.DEPENDENCY_DOWN)
        return
    count(Metric.DEPENDENCY_DOWN, len(down))
    if down:
        log().error("dependency_down", dependencies=down)
    if days_left:
        first = min(days_left, key=lambda name: days_left[name])
        count(Metric.CERTIFICATE_DAYS_LEFT, days_left[first])
        log().info("certificates_seen", first=first, days=days_left[first])


def fetch_health(address: str) -> bytes:
    """Read an address of ours, whatever its status. Raises `Unavailable` or urllib3's `HTTPError`."""
    return in_time(_LONGEST, "health", lambda: _fetched(address))


def _fetched(address: str) -> bytes:
    with urllib3.PoolManager(timeout=urllib3.Timeout(connect=2.0, read=26.0), retries=False) as pool:
        return bytes(pool.request("GET", address, redirect=False).data)
