"""What somebody asked, for themselves and for others, as they may see it."""

from collections.abc import Iterable
from datetime import datetime

from chalicelib.mandates.model.requests import Asking, Request

AskedByMe = Request | Asking
"""What somebody asked: a request for themselves, or all that they may know of one for another."""


def asked_by_me(requests: Iterable[Request], askings: Iterable[Asking]) -> list[AskedByMe]:
    """Return what somebody asked for themselves, of all their requests, and for others; newest first.

    What was asked at one moment is in order of services, whatever ids it got.
    """
    own: list[AskedByMe] = [one for one in requests if one.is_own]
    return sorted([*own, *askings], key=lambda one: (one.requested_at, one.service_id), reverse=True)


def is_open(asked: AskedByMe, now: datetime) -> bool:
    """Whether something may still come of it, or is to be done about it, as far as who asked knows."""
    return asked.ended is None and now < asked.expires_at
