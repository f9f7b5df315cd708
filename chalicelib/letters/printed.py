"""What our print function made of letters, in its bucket: emptied once nobody has to post it any more."""

from typing import Any

from chalicelib.letters.contract.objects import TYPES, object_key
from chalicelib.outage import outage


class PrintedLetters:
    def __init__(self, s3: Any, bucket: str) -> None:  # noqa: ANN401 - boto3 client
        self._s3, self._bucket = s3, bucket

    def empty(self, letter_id: str) -> None:
        """See `mandates/delivery/taking.py::Printed`."""
        with outage("s3"):
            for kind, content_type in TYPES.items():
                self._s3.put_object(
                    Bucket=self._bucket, Key=object_key(letter_id, kind), Body=b"", ContentType=content_type
                )["ETag"]
