"""The register's post: what it tells of deaths comes to the queue of a stage, here to the laptop's."""

import json
import threading
import urllib.request
from collections.abc import Callable

from chalicelib.mandates.living.leaving import write_death
from chalicelib.people.bsn import Bsn
from local import aws

_POLL = 1.0
"""Seconds between looks at what there is to tell."""


def tell_deaths(register: str, send: Callable[[Bsn], None], stop: threading.Event) -> threading.Thread:
    """Start telling of each death once, as the register at an address has them, until it is stopped."""

    def loop() -> None:
        sent = 0
        while not stop.wait(_POLL):
            try:
                with urllib.request.urlopen(f"{register}/deaths.json", timeout=5) as answer:  # noqa: S310 - our own stack
                    told = json.loads(answer.read())
            except OSError:
                continue
            for bsn in told[sent:]:
                send(Bsn(bsn))
                sent += 1

    thread = threading.Thread(target=loop, daemon=True)
    thread.start()
    return thread


def to_queue(bsn: Bsn) -> None:
    """Send a message of a death. It does not wait as a stage's does: a laptop has nobody in the middle of anything."""
    sqs = aws.client("sqs")
    url = sqs.get_queue_url(QueueName=f"{aws.NAME}-deaths")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=write_death(bsn), DelaySeconds=0)
