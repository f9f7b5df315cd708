"""The postman: what is printed is posted at once, and is told to the queue of statuses, as a vendor tells it."""

import threading
from datetime import UTC, datetime
from typing import Any

from chalicelib.letters.contract.statuses import LetterStatus, VendorStep
from local import aws

_POLL = 1.0
"""Seconds between looks at what there is to post."""

STATUSES = f"{aws.NAME}-letter-statuses"


def post_letters(s3: Any, sqs: Any, stop: threading.Event) -> threading.Thread:  # noqa: ANN401 - boto3 clients
    """Start posting each letter once that is printed, until it is stopped."""
    url = sqs.get_queue_url(QueueName=STATUSES)["QueueUrl"]

    def loop() -> None:
        posted: set[str] = set()
        before: set[str] = set()
        while not stop.wait(_POLL):
            # What lies there is written down as printed a moment later: then it comes with the next round.
            here = printed(s3)
            for letter_id in (here & before) - posted:
                status = LetterStatus(letter_id, VendorStep.POSTED, datetime.now(UTC))
                sqs.send_message(QueueUrl=url, MessageBody=status.to_json())
                posted.add(letter_id)
            before = here

    thread = threading.Thread(target=loop, daemon=True)
    thread.start()
    return thread


def printed(s3: Any) -> set[str]:  # noqa: ANN401 - boto3 client
    """Return the ids of all letters that lie in the bucket."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=aws.BUCKET, Prefix="letters/")
    keys = (one["Key"] for page in pages for one in page.get("Contents", ()))
    return {key.removeprefix("letters/").removesuffix(".pdf") for key in keys if key.endswith(".pdf")}
