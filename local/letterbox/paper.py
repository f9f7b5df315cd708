"""Where printed letters lie: in the bucket of our print function until they are posted, and in folders."""

import json
from pathlib import Path
from typing import Any, Protocol

from chalicelib.letters.contract.objects import object_key

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

    def ids(self) -> set[str]:
        """Return the ids of the letters that are printed and not posted yet: what is posted is empty."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix="letters/")
        keys = (str(one["Key"]) for page in pages for one in page.get("Contents", ()) if one["Size"])
        return {key.removeprefix("letters/").removesuffix(".pdf") for key in keys if key.endswith(".pdf")}

    def slips(self) -> dict[str, Slip]:
        return {letter_id: json.loads(self.slip(letter_id)) for letter_id in self.ids()}

    def slip(self, letter_id: str) -> bytes:
        return self._get(letter_id, "json")

    def paper(self, letter_id: str) -> bytes:
        return self._get(letter_id, "pdf")

    def pdf(self, letter_id: str) -> bytes | None:
        try:
            return self.paper(letter_id)
        except self._s3.exceptions.NoSuchKey:
            return None

    def _get(self, letter_id: str, kind: str) -> bytes:
        body: bytes = self._s3.get_object(Bucket=self._bucket, Key=object_key(letter_id, kind))["Body"].read()
        return body


class InFolder:
    """What `python -m print_vendor --slips` makes, and what a postman brought (posting.py)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def slips(self) -> dict[str, Slip]:
        found = {path.stem.rpartition("-")[2]: path for path in self._folder.glob("*/*.pdf")}
        return {letter_id: json.loads(path.with_suffix(".json").read_text()) for letter_id, path in found.items()}

    def pdf(self, letter_id: str) -> bytes | None:
        found = [path for path in self._folder.glob("*/*.pdf") if path.stem.rpartition("-")[2] == letter_id]
        return found[0].read_bytes() if found else None
