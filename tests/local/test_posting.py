"""The postman of the laptop."""

import threading
import time
from pathlib import Path

from chalicelib.letters.contract.statuses import LetterStatus, VendorStep
from chalicelib.letters.printed import PrintedLetters
from local import aws
from local.letterbox.paper import InBucket, InFolder
from local.letterbox.posting import post_letters
from print_vendor.bucket import Bucket
from tests import inside
from tests.http.journey import taken

LETTER = "7" * 36


def test_what_lies_in_the_bucket_is_brought_and_that_is_told_once(cloud: None, tmp_path: Path) -> None:  # noqa: ARG001
    inside.empty()
    stop = threading.Event()
    printed, box = InBucket(aws.client("s3"), aws.BUCKET), InFolder(tmp_path)
    Bucket(aws.client("s3"), aws.BUCKET).put(LETTER, "json", b'{"reference": "7"}')
    assert printed.ids() == set()
    Bucket(aws.client("s3"), aws.BUCKET).put(LETTER, "pdf", b"%PDF")
    assert printed.ids() == {LETTER}
    postman = post_letters(printed, tmp_path / "brought", aws.client("sqs"), stop)
    time.sleep(2)
    stop.set()
    postman.join(5)
    (told,) = [LetterStatus.from_json(body) for body in taken("letter-statuses")]
    assert (told.letter_id, told.step) == (LETTER, VendorStep.POSTED)
    PrintedLetters(aws.client("s3"), aws.BUCKET).empty(LETTER)
    assert (printed.ids(), printed.slips()) == (set(), {})
    assert (box.slips(), box.pdf(LETTER)) == ({LETTER: {"reference": "7"}}, b"%PDF")
