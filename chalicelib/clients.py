"""Clients of AWS that wait no longer than a visitor may. Each is made once in a process, on first use."""

import threading
from functools import cache
from typing import Any

from chalicelib.budget import budget

_CONNECT, _ANSWER = 1.0, {"lambda": 8.0}
"""Seconds that one attempt at a call to AWS takes at most: to connect, and until its answer comes, which is `_SOON` but
for the page that a function sets: one that just began loads the typesetter first."""
_SOON = 3.0

_MAKING = threading.Lock()
"""The SDK cannot make two clients at a time."""


def patient_client(service: str, region: str) -> Any:  # noqa: ANN401 - boto3 clients have no public type
    """Return the process's client of a service. Raises what the SDK raises."""
    with _MAKING:
        return kept_client(service, region)


@cache
def kept_client(service: str, region: str) -> Any:  # noqa: ANN401 - boto3 clients have no public type
    """Return the same client each time."""
    # Imported here: half a second that a container pays once, on its first call to AWS.
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    answer = _ANSWER.get(service, _SOON)
    twice = {"mode": "standard", "total_max_attempts": 2}
    patience = Config(connect_timeout=_CONNECT, read_timeout=answer, retries=twice)
    client = boto3.client(service, region_name=region, config=patience)
    # Before each attempt: what hangs several times in a row may not take longer than the request has.
    client.meta.events.register_first("before-send", lambda **_: _in_time(service, _CONNECT + answer))
    return client


def _in_time(service: str, attempt: float) -> None:
    budget().patience(service, most=attempt, least=attempt / 2)
