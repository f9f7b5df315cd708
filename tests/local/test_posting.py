"""The postman of the laptop."""

import threading
import time
from datetime import timedelta

from chalicelib.letters.contract.states import LetterState
from chalicelib.letters.life import move, progress
from chalicelib.letters.posting import letter_items
from local import aws
from local.letterbox.posting import post_letters, printed
from print_vendor.bucket import Bucket
from tests import inside
from tests.adapters.conftest import tables_of
from tests.builders import NOW

LETTER = "7" * 36


def test_what_lies_in_the_bucket_is_posted_once_it_is_written_down_as_printed(cloud: None) -> None:  # noqa: ARG001
    inside.empty()
    table, stop = tables_of(aws.client("dynamodb")).letters, threading.Event()
    table.write_together(letter_items(table, LETTER, b"sealed", NOW, NOW + timedelta(days=42)))
    Bucket(aws.client("s3"), aws.BUCKET).put(LETTER, "json", b"{}")
    assert printed(aws.client("s3")) == set()
    Bucket(aws.client("s3"), aws.BUCKET).put(LETTER, "pdf", b"%PDF")
    assert printed(aws.client("s3")) == {LETTER}
    postman = post_letters(aws.client("s3"), table, stop)
    time.sleep(1.2)
    assert LetterState.POSTED not in progress(table, LETTER)
    assert move(table, LETTER, LetterState.PRINTED, NOW)
    deadline = time.monotonic() + 20
    while LetterState.POSTED not in progress(table, LETTER) and time.monotonic() < deadline:
        time.sleep(0.1)
    stop.set()
    postman.join(5)
    assert LetterState.POSTED in progress(table, LETTER)
