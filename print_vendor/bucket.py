"""The bucket in which printed letters lie: of each its PDF, and a slip that tells where it goes."""

from typing import Any

from chalicelib.letters.contract.objects import TYPES, object_key


class Bucket:
    def __init__(self, s3: Any, name: str) -> None:  # noqa: ANN401 - boto3 clients have no public type
        self._s3, self._name = s3, name

    def put(self, letter_id: str, kind: str, body: bytes) -> None:
        """Put a `pdf` or its slip, `json`. Raises what the SDK raises, and `KeyError` for an answer that is none."""
        key, content_type = object_key(letter_id, kind), TYPES[kind]
        self._s3.put_object(Bucket=self._name, Key=key, Body=body, ContentType=content_type)["ETag"]
