"""Notices go the way of checks: by the queue of the function that asks the population register."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from chalicelib.mandates.register.notices import NoticeRow
from chalicelib.mandates.telling.telling import Teller
from chalicelib.observe import follow, log
from chalicelib.outage import outage


@dataclass(frozen=True, slots=True)
class DueNotice:
    """What lies in the queue: which notice, and nothing of what it tells."""

    notice_id: str
    correlation_id: str | None = None
    """By which the request can be followed that made it due."""

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "DueNotice":
        """Read what `to_json` wrote. Raises `ValueError` for what is no such message; it quotes nothing."""
        match _values(text):
            case {"notice_id": str(notice_id), **others}:
                if isinstance(follows := others.get("correlation_id"), str | None):
                    return cls(notice_id, follows)
        raise ValueError("no message of a notice")


def is_notice(text: str) -> bool:
    """Whether a message of the queue is of a notice, not of a check."""
    values = _values(text)
    return isinstance(values, dict) and "notice_id" in values


def _values(text: str) -> object:
    try:
        values: object = json.loads(text)
    except ValueError:
        return None
    return values


class NoticeQueue:
    """Carries notices to the function that tells them; see `Carrier`."""

    def __init__(self, sqs: Any, url: str) -> None:  # noqa: ANN401 - boto3 client
        self._sqs, self._url = sqs, url

    def deliver(self, notice_id: str, _sealed: bytes, row: NoticeRow, _now: datetime) -> None:
        message = DueNotice(notice_id, row.correlation_id).to_json()
        with outage("sqs"):
            self._sqs.send_message(QueueUrl=self._url, MessageBody=message)["MessageId"]

    def left(self, notice_id: str, now: datetime) -> None:
        """Write nothing down: whether it was told, its row says."""

    def stopped(self, notice_id: str, now: datetime) -> None:
        """Write nothing down: after a month nobody needs to hear of it."""


@dataclass(frozen=True, slots=True)
class NoticeTaker:
    """Tells the notices of messages."""

    teller: Teller

    def take(self, text: str, now: datetime) -> None:
        """Tell one notice. Whatever it raises sends the message back to the queue."""
        follow(None)
        notice_id = None
        try:
            message = DueNotice.from_json(text)
            follow(message.correlation_id)
            notice_id = message.notice_id
            self.teller.tell(notice_id, now)
        except Exception as error:
            log().error("notice_not_told", letter_id=notice_id, error=type(error).__name__)
            raise
