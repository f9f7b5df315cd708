"""The postman: what is printed is posted at once, and the application is told, as the vendor's report tells a stage."""

import threading
from datetime import UTC, datetime
from typing import Any

from chalicelib.letters.contract.states import LetterState
from chalicelib.letters.life import move, progress
from chalicelib.storage.tables import LettersTable
from local import aws

_POLL = 1.0
"""Seconds between looks at what there is to post."""


def post_letters(s3: Any, table: LettersTable, stop: threading.Event) -> threading.Thread:  # noqa: ANN401 - boto3 client
    """Start posting each letter once that is printed, until it is stopped."""

    def loop() -> None:
        posted: set[str] = set()
        while not stop.wait(_POLL):
            for letter_id in printed(s3) - posted:
                # What lies there is written down as printed a moment later: then it comes with the next round.
                written = LetterState.PRINTED in progress(table, letter_id)
                if written and move(table, letter_id, LetterState.POSTED, datetime.now(UTC)):
                    posted.add(letter_id)

    thread = threading.Thread(target=loop, daemon=True)
    thread.start()
    return thread


def printed(s3: Any) -> set[str]:  # noqa: ANN401 - boto3 client
    """Return the ids of all letters that lie in the bucket."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=aws.BUCKET, Prefix="letters/")
    keys = (one["Key"] for page in pages for one in page.get("Contents", ()))
    return {key.removeprefix("letters/").removesuffix(".pdf") for key in keys if key.endswith(".pdf")}
