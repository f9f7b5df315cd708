"""Both ends of the queue of checks: what puts one in it, and what takes one out of it and has it made."""

import base64
import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from math import ceil
from typing import Any

from chalicelib.errors import RateLimited
from chalicelib.mandates.for_another.checking import Checker
from chalicelib.mandates.register.checks import CHECKS, Check, CheckRow
from chalicelib.observe import Metric, count, follow, log
from chalicelib.outage import outage
from chalicelib.people.vault import Vault

_LONGEST = 900
"""Seconds that SQS keeps a message back at most."""


@dataclass(frozen=True, slots=True)
class SealedCheck:
    """What lies in the queue."""

    check_id: str
    sealed: bytes = field(repr=False)
    correlation_id: str | None = None
    """By which the request can be followed that asked for the check."""

    def to_json(self) -> str:
        return json.dumps({**asdict(self), "sealed": base64.b64encode(self.sealed).decode()})

    @classmethod
    def from_json(cls, text: str) -> "SealedCheck":
        """Read what `to_json` wrote. Raises `ValueError` for what is no such message; it quotes nothing."""
        try:
            values = json.loads(text)
            return cls(**{**values, "sealed": base64.b64decode(values["sealed"], validate=True)})
        except (ValueError, TypeError, KeyError):
            raise ValueError("no message of a check") from None


class CheckQueue:
    """Carries checks to the function that makes them; see `Carrier`."""

    def __init__(self, sqs: Any, url: str) -> None:  # noqa: ANN401 - boto3 client
        self._sqs, self._url = sqs, url

    def deliver(self, check_id: str, sealed: bytes, row: CheckRow, _now: datetime) -> None:
        self._put(SealedCheck(check_id, sealed, row.correlation_id).to_json(), 0)

    def left(self, check_id: str, now: datetime) -> None:
        """Write nothing down: how a check ended, its requests tell."""

    def stopped(self, check_id: str, now: datetime) -> None:
        """Write nothing down: its requests have expired."""

    def put_off(self, text: str, until: datetime, now: datetime) -> None:
        """Send a message again, to be taken later. Raises `Unavailable`."""
        self._put(text, min(max(ceil((until - now).total_seconds()), 1), _LONGEST))

    def _put(self, text: str, delay: int) -> None:
        with outage("sqs"):
            self._sqs.send_message(QueueUrl=self._url, MessageBody=text, DelaySeconds=delay)["MessageId"]


@dataclass(frozen=True, slots=True)
class CheckTaker:
    """Makes the checks of messages."""

    queue: CheckQueue
    vault: Vault
    checker: Checker

    def take(self, text: str, now: datetime) -> None:
        """Make one check, or put it off. Whatever it raises sends the message back to the queue."""
        follow(None)
        check_id = None
        try:
            message = SealedCheck.from_json(text)
            follow(message.correlation_id)
            check_id = message.check_id
            check = Check.from_json(CHECKS.open(self.vault, check_id, message.sealed))
            self._make(check, text, now)
        except Exception as error:
            log().error("check_not_made", case_id=check_id, error=type(error).__name__)
            raise

    def _make(self, check: Check, text: str, now: datetime) -> None:
        try:
            self.checker.check(check, now)
        except RateLimited as limited:
            self.queue.put_off(text, limited.until, now)
            log().warning("check_put_off", case_id=check.check_id)
            count(Metric.CHECK_PUT_OFF)
