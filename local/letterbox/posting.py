"""The postman: brings what is printed from the bucket, and tells that it is posted, as a vendor tells it."""

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chalicelib.letters.contract.statuses import LetterStatus, VendorStep
from local import aws
from local.letterbox.paper import InBucket

_POLL = 0.5
"""Seconds between looks at what there is to post."""

STATUSES = f"{aws.NAME}-letter-statuses"


def post_letters(printed: InBucket, brought: Path, sqs: Any, stop: threading.Event) -> threading.Thread:  # noqa: ANN401 - boto3 client
    """Start bringing each letter once that is printed into a folder, until it is stopped."""
    url = sqs.get_queue_url(QueueName=STATUSES)["QueueUrl"]
    brought.mkdir(exist_ok=True)

    def loop() -> None:
        posted: set[str] = set()
        before: set[str] = set()
        while not stop.wait(_POLL):
            here = printed.ids() - posted
            for letter_id in here - before:
                _bring(letter_id, printed, brought)
            # What lies there is written down as printed a moment later: it is told of with the next round.
            for letter_id in here & before:
                status = LetterStatus(letter_id, VendorStep.POSTED, datetime.now(UTC))
                sqs.send_message(QueueUrl=url, MessageBody=status.to_json())
                posted.add(letter_id)
            before = here

    thread = threading.Thread(target=loop, daemon=True)
    thread.start()
    return thread


def _bring(letter_id: str, printed: InBucket, brought: Path) -> None:
    (brought / f"{letter_id}.json").write_bytes(printed.slip(letter_id))
    # Last, and whole: it is a letter once its PDF is there.
    (made := brought / f"{letter_id}.part").write_bytes(printed.paper(letter_id))
    made.rename(brought / f"{letter_id}.pdf")
