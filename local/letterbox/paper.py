"""Where printed letters lie: in the bucket of our print function, or in the folder of a vendor outside."""

import json
from pathlib import Path
from typing import Any, Protocol

from print_vendor.bucket import object_key

Slip = dict[str, Any]
"""Where a letter goes, and when it was printed."""


class Paper(Protocol):
    def slips(self) -> dict[str, Slip]:
        """Return the slip of each letter that is printed, by its id."""
        ...

    def pdf(self, letter_id: str) -> bytes | None: ...


class InBucket:
    def __init__(self, s3: Any, bucket: str) -> None:  # noqa: ANN401 - boto3 client
        self._s3, self._bucket = s3, bucket
        self._read: dict[str, Slip] = {}
        """Slips that were read before: what is printed changes no more, and each costs a call."""

    def slips(self) -> dict[str, Slip]:
        listed = self._s3.list_objects_v2(Bucket=self._bucket, Prefix="letters/").get("Contents", ())
        keys = {str(entry["Key"]) for entry in listed}
        found = [key.removeprefix("letters/").removesuffix(".pdf") for key in keys if key.endswith(".pdf")]
        self._read |= {each: json.loads(self._get(each, "json")) for each in found if each not in self._read}
        return {letter_id: self._read[letter_id] for letter_id in found}

    def pdf(self, letter_id: str) -> bytes | None:
        try:
            return self._get(letter_id, "pdf")
        except self._s3.exceptions.NoSuchKey:
            return None

    def _get(self, letter_id: str, kind: str) -> bytes:
        body: bytes = self._s3.get_object(Bucket=self._bucket, Key=object_key(letter_id, kind))["Body"].read()
        return body


class InFolder:
    """What `python -m print_vendor --slips` makes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def slips(self) -> dict[str, Slip]:
        found = {path.stem.partition("-")[2]: path for path in self._folder.glob("*/*-*.pdf")}
        return {letter_id: json.loads(path.with_suffix(".json").read_text()) for letter_id, path in found.items()}

    def pdf(self, letter_id: str) -> bytes | None:
        found = [path for path in self._folder.glob("*/*-*.pdf") if path.stem.partition("-")[2] == letter_id]
        return found[0].read_bytes() if found else None
