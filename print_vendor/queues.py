"""Both queues as an outside vendor sees them: letters come from the one, statuses go to the other."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from chalicelib.letters.contract.statuses import LetterStatus

_AT_ONCE = 10
"""Messages that SQS takes or gives in one call."""

_IN_AWS = re.compile(r"sqs\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?")
HIDDEN = 900
"""Seconds for which what we took is given to nobody else: many times what a batch takes."""


class Taken(NamedTuple):
    """A message that is hidden from others for a while, until it is deleted."""

    body: str
    receipt: str


class NotTold(Exception):
    """SQS did not take a status, and said so."""


def client_of(url: str) -> Any:  # noqa: ANN401 - boto3 clients have no public type
    """Return a client for the place where a queue lies: its region, or a stand-in at that address."""
    parts = urlsplit(url)
    found = _IN_AWS.fullmatch(parts.hostname or "")
    where = {"region_name": found[1]} if found else {"endpoint_url": f"{parts.scheme}://{parts.netloc}"}
    # Longer than a long poll; what fails is tried again by SQS's own rules.
    patience = Config(connect_timeout=5, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 5})
    return boto3.client("sqs", config=patience, **{"region_name": "eu-west-1", **where})


class Queues:
    """Every method raises what the SDK raises."""

    def __init__(self, sqs: Any, letters: str, statuses: str, hidden: int = HIDDEN) -> None:  # noqa: ANN401 - boto3 client
        self._sqs, self._letters, self._statuses, self._hidden = sqs, letters, statuses, hidden

    def take(self, wait: int, most: int = _AT_ONCE) -> list[Taken]:
        """Return what there is, ten at most, and wait so many seconds for a first one."""
        found = self._sqs.receive_message(
            QueueUrl=self._letters,
            MaxNumberOfMessages=min(most, _AT_ONCE),
            WaitTimeSeconds=wait,
            VisibilityTimeout=self._hidden,
        )
        return [Taken(str(one["Body"]), str(one["ReceiptHandle"])) for one in found.get("Messages", ())]

    def look(self, wait: int) -> list[Taken]:
        """Return what there is and leave it: others, and we, get it again at once. SQS counts it as a receipt."""
        taken = self.take(wait)
        self.give_back(taken)
        return taken

    def give_back(self, taken: Sequence[Taken]) -> None:
        """Let others, and us, have messages again at once."""
        for one in taken:
            self._sqs.change_message_visibility(QueueUrl=self._letters, ReceiptHandle=one.receipt, VisibilityTimeout=0)

    def done(self, taken: Sequence[Taken]) -> None:
        """Delete messages. One that is not deleted comes again, and is known."""
        for start in range(0, len(taken), _AT_ONCE):
            some = taken[start : start + _AT_ONCE]
            entries = [{"Id": str(number), "ReceiptHandle": one.receipt} for number, one in enumerate(some)]
            self._sqs.delete_message_batch(QueueUrl=self._letters, Entries=entries)

    def tell(self, statuses: Sequence[LetterStatus]) -> None:
        """Tell statuses, ten at most. Raises `NotTold` unless all were taken."""
        entries = [{"Id": str(number), "MessageBody": one.to_json()} for number, one in enumerate(statuses)]
        answer = self._sqs.send_message_batch(QueueUrl=self._statuses, Entries=entries)
        if len(answer.get("Successful", ())) != len(entries):
            raise NotTold("the queue of statuses did not take all of them")
