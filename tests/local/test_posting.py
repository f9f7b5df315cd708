"""The postman of the laptop."""

import threading
import time

from chalicelib.letters.contract.statuses import LetterStatus, VendorStep
from local import aws
from local.letterbox.posting import post_letters, printed
from print_vendor.bucket import Bucket
from tests import inside
from tests.http.journey import taken

LETTER = "7" * 36


def test_what_lies_in_the_bucket_is_posted_and_that_is_told_once(cloud: None) -> None:  # noqa: ARG001
    inside.empty()
    stop = threading.Event()
    Bucket(aws.client("s3"), aws.BUCKET).put(LETTER, "json", b"{}")
    assert printed(aws.client("s3")) == set()
    Bucket(aws.client("s3"), aws.BUCKET).put(LETTER, "pdf", b"%PDF")
    assert printed(aws.client("s3")) == {LETTER}
    postman = post_letters(aws.client("s3"), aws.client("sqs"), stop)
    time.sleep(3.5)
    stop.set()
    postman.join(5)
    (told,) = [LetterStatus.from_json(body) for body in taken("letter-statuses")]
    assert (told.letter_id, told.step) == (LETTER, VendorStep.POSTED)
