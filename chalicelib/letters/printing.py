"""The print vendor's side: take a letter from the queue, print it once, put it in the bucket."""

import base64
import json
from datetime import datetime
from typing import Any

from chalicelib.letters.model import Letter, LetterState
from chalicelib.letters.outbox import begin, move, sealing_context, state_of, stop
from chalicelib.letters.rendering import render
from chalicelib.observe import Metric, correlation_id, count, follow, log
from chalicelib.outage import outage
from chalicelib.people.vault import Vault
from chalicelib.tables import LettersTable


def object_key(letter_id: str, kind: str = "pdf") -> str:
    """Return where a letter lies in the bucket: its `pdf`, or the `json` that tells the vendor where it goes."""
    return f"letters/{letter_id}.{kind}"


class Printer:
    """Prints into a bucket. Sent twice, a letter is the same object, and is counted once."""

    def __init__(self, table: LettersTable, vault: Vault, s3: Any, bucket: str) -> None:  # noqa: ANN401 - boto3 client
        self._table, self._vault, self._s3, self._bucket = table, vault, s3, bucket

    def print(self, message: str, now: datetime) -> None:
        """Print the letter of a queue message. Raises `ValueError` for a message that is not one, and `Unavailable`."""
        values = json.loads(message)
        letter_id = values["letter_id"]
        follow(values.get("correlation_id"))
        sealed = base64.b64decode(values["sealed"], validate=True)
        letter = Letter.from_json(self._vault.open(sealed, sealing_context(letter_id)))
        if not begin(self._table, letter_id, now):
            self._leave(letter_id, now)
            return
        slip = {
            "form_of_address": letter.form_of_address,
            "addressee": letter.addressee,
            "address": letter.address,
            "printed_at": now.isoformat(),
            "correlation_id": correlation_id(),
        }
        self._put(object_key(letter_id, "json"), json.dumps(slip, ensure_ascii=False).encode(), "application/json")
        self._put(object_key(letter_id), render(letter), "application/pdf")
        if move(self._table, letter_id, LetterState.PRINTED, now):
            log().info("letter_printed", letter_id=letter_id)
            count(Metric.LETTER_PRINTED)

    def _leave(self, letter_id: str, now: datetime) -> None:
        """Print no letter that was printed, and none whose request was withdrawn or has expired."""
        match state_of(self._table, letter_id):
            case LetterState.PRINTED:
                log().info("letter_printed_before", letter_id=letter_id)
            case None:
                raise ValueError("a letter that was never asked for")
            case _:
                stop(self._table, letter_id, now)

    def _put(self, key: str, body: bytes, content_type: str) -> None:
        with outage("s3"):
            self._s3.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=content_type)["ETag"]
