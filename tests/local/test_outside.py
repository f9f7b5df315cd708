"""`VENDOR=outside`: letters are printed by a process of its own, and lie in the letterbox as the function's do."""

import json
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pypdf import PdfReader
from werkzeug.test import Client

from chalicelib.letters.contract.messages import SealedLetter
from chalicelib.letters.contract.states import VendorKind
from chalicelib.letters.sealing import VendorSeal
from local import aws
from local.door import queue_door
from local.foreground import _vendor
from local.letterbox.paper import InFolder
from local.letterbox.site import letterbox_site
from local.outside import Printer, outside_vendor
from local.stack import CannotStart
from tests.builders import a_letter

ROOT = Path(__file__).parents[2]
LETTER = a_letter()


@pytest.fixture
def queues(cloud: None) -> Iterator[tuple[str, str]]:  # noqa: ARG001 - only set up
    """Yield the URLs of two queues; the key under which letters are sealed is put back."""
    sqs, manager, name = aws.client("sqs"), aws.client("secretsmanager"), f"{aws.NAME}/letter-key"
    before = manager.get_secret_value(SecretId=name)["SecretString"]
    letters, statuses = (sqs.create_queue(QueueName=f"{kind}-{uuid.uuid4()}")["QueueUrl"] for kind in ("in", "out"))
    yield letters, statuses
    manager.put_secret_value(SecretId=name, SecretString=before)


def _send(url: str) -> None:
    """Send a letter, sealed as the application would now."""
    manager = aws.client("secretsmanager")
    key = json.loads(manager.get_secret_value(SecretId=f"{aws.NAME}/letter-key")["SecretString"])
    sealed = VendorSeal(lambda: key).seal(LETTER.to_json(), LETTER.letter_id)
    message = SealedLetter(LETTER.letter_id, sealed, datetime.now(UTC) + timedelta(hours=1))
    aws.client("sqs").send_message(QueueUrl=url, MessageBody=message.to_json())


def _told(url: str, number: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    deadline = time.monotonic() + 90
    while len(found) < number and time.monotonic() < deadline:
        time.sleep(0.2)
        some = aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        found += [json.loads(one["Body"]) for one in some]
    return found


def test_a_letter_is_printed_posted_and_told_and_lies_in_the_letterbox(queues: tuple[str, str]) -> None:
    letters, statuses = queues
    with outside_vendor(letters, statuses) as outside:
        folder = outside.folder
        _send(letters)
        assert {one["status"] for one in _told(statuses, 3)} == {"accepted", "printed", "posted"}
        box = Client(letterbox_site(InFolder(folder), "http://letterbox"))
        (shown,) = json.loads(box.get("/letters.json").data)
        assert shown == {
            "letter_id": LETTER.letter_id,
            "status": "printed",
            "addressee": LETTER.addressee,
            "address": ", ".join(LETTER.address),
            "pdf": f"http://letterbox/letters/{LETTER.letter_id}.pdf",
            "sent_at": shown["sent_at"],
        }
        pdf = box.get(f"/letters/{LETTER.letter_id}.pdf")
        assert LETTER.code in PdfReader(BytesIO(pdf.data)).pages[0].extract_text()
        assert box.get("/letters/another.pdf").status_code == 404
    assert not Path(folder).exists(), "nothing of a letter outlives the stack"


def test_somebody_else_starts_their_own_client_by_what_they_are_told(queues: tuple[str, str]) -> None:
    letters, statuses = queues
    with outside_vendor(letters, statuses, started=False) as outside:
        _send(letters)
        told = outside.told()
        assert any(f"{outside.endpoint}, region {aws.REGION}" in line for line in told)
        command = told[-1].replace(".venv/bin/python", sys.executable)
        assert not outside.folder.exists(), "nobody has begun"
        subprocess.run(f"{command} --once", shell=True, cwd=ROOT, check=True, capture_output=True, timeout=60)  # noqa: S602
        assert {one["status"] for one in _told(statuses, 3)} == {"accepted", "printed", "posted"}
        assert InFolder(outside.folder).pdf(LETTER.letter_id)


@pytest.fixture
def door(queues: tuple[str, str]) -> Client:
    return Client(queue_door(aws.client("sqs"), *queues))


def test_a_client_may_ask_at_the_address_of_the_queue_itself(door: Client, queues: tuple[str, str]) -> None:
    _send(queues[0])
    for url in queues:
        asked = {"QueueUrl": url, "AttributeNames": ["ApproximateNumberOfMessages"]}
        answer = door.post(urlsplit(url).path, json=asked, headers={"x-amz-target": "AmazonSQS.GetQueueAttributes"})
        assert answer.status_code == 200
        assert set(json.loads(answer.data)["Attributes"]) == {"ApproximateNumberOfMessages"}


def test_a_client_that_speaks_the_older_protocol_is_told(door: Client, queues: tuple[str, str]) -> None:
    answer = door.post("/", data={"Action": "ReceiveMessage", "QueueUrl": queues[0]})
    assert answer.status_code == 400
    assert "AWS JSON 1.0" in answer.text


@pytest.mark.parametrize(
    ("given", "printer", "kind"),
    [
        ("", "function", "function"),
        ("function", "function", "function"),
        ("outside", "outside", "outside"),
        ("yours", "yours", "outside"),
    ],
)
def test_who_prints_is_said_by_one_word(monkeypatch: pytest.MonkeyPatch, given: str, printer: str, kind: str) -> None:
    monkeypatch.setenv("VENDOR", given)
    assert _vendor() is Printer(printer)
    assert _vendor().kind is VendorKind(kind)


def test_another_word_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VENDOR", "inside")
    with pytest.raises(CannotStart, match="VENDOR=inside is none of: function, outside, yours"):
        _vendor()
