"""A print vendor written in another language, from docs/print-vendor.md alone: it prints, and we understand it."""

import base64
import json
import re
import shutil
import subprocess
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.letters.contract.messages import LetterCancel, SealedLetter
from chalicelib.letters.contract.schema import SCHEMAS, hold
from chalicelib.letters.contract.states import LetterState, VendorKind
from chalicelib.letters.contract.statuses import STATUS_SCHEMA
from chalicelib.letters.life import journey
from chalicelib.letters.posting import letter_items
from chalicelib.letters.sealing import VendorSeal
from chalicelib.mandates.delivery.status_queue import StatusTaker
from chalicelib.mandates.register.mandates import DynamoMandates
from local import aws
from local.door import queue_door
from local.serving import serve_in_thread
from tests import inside
from tests.adapters.conftest import askers_of, books_of, tables_of
from tests.builders import GENEROUS, a_letter
from tests.fakes import SEALING, FakePrinted
from tests.vendor import FOREIGN_SEAL, NEXT_KEY, NEXT_SEAL, SEAL, VENDOR_KEY

PROGRAM = Path(__file__).parent / "print_vendor.mjs"
ONE, TWO, GONE, LATE, FOREIGN, LIAR, CUT = (f"{number:036x}" for number in range(1, 8))

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None, reason="node is missing: nodejs.org, or your system's package"
)


def _letter(letter_id: str, seal: VendorSeal = SEAL, hours: int = 1, outside: str = "") -> str:
    sealed = seal.seal(a_letter(letter_id=letter_id).to_json(), letter_id)
    return SealedLetter(outside or letter_id, sealed, datetime.now(UTC) + timedelta(hours=hours)).to_json()


def _cut(message: str) -> str:
    """Return a message whose letter is sealed with four octets of its tag: one in four thousand million fits."""
    told = json.loads(message)
    head, _, tag = told["content"].rpartition(".")
    four = base64.urlsafe_b64encode(base64.urlsafe_b64decode(f"{tag}==")[:4]).decode().rstrip("=")
    return json.dumps(told | {"content": f"{head}.{four}"})


def test_a_vendor_in_another_language_prints_what_it_may_and_tells_what_we_understand(cloud: None) -> None:  # noqa: ARG001
    sqs = aws.client("sqs")
    letters, statuses = (sqs.create_queue(QueueName=f"{kind}-{uuid.uuid4()}")["QueueUrl"] for kind in ("in", "out"))
    messages = [
        *(_letter(ONE), _letter(ONE), _letter(TWO, NEXT_SEAL), _letter(GONE), LetterCancel(GONE).to_json()),
        *(_letter(LATE, hours=-1), _letter(FOREIGN, FOREIGN_SEAL), _letter(LIAR, outside=FOREIGN), "{}"),
        _cut(_letter(CUT)),
    ]
    inside.empty()
    for message in messages:
        sqs.send_message(QueueUrl=letters, MessageBody=message)
    door = serve_in_thread(queue_door(sqs, letters, statuses), 0)
    try:
        said = _run(f"http://127.0.0.1:{door.server_port}", letters, statuses)
    finally:
        door.shutdown()
    letter = a_letter()
    paper = "\n".join([letter.addressee, *letter.address, letter.code])
    assert said == {"printed": {ONE: paper, TWO: paper}, "cancelled": [GONE], "left": 4}
    told = _told(sqs, statuses)
    for one in told:
        hold(STATUS_SCHEMA, one)
    expected = [(name, step) for name in (ONE, TWO) for step in ("accepted", "printed", "posted")]
    assert Counter((one["letter_id"], one["status"]) for one in told) == Counter([*expected, (GONE, "cancelled")])
    _believed(told)
    # What it could not open is there still, hidden for a while.
    counts = sqs.get_queue_attributes(QueueUrl=letters, AttributeNames=["ApproximateNumberOfMessagesNotVisible"])
    assert counts["Attributes"]["ApproximateNumberOfMessagesNotVisible"] == "4"


def _believed(told: list[dict[str, Any]]) -> None:
    """Let the application take what was told, in any order, of letters that went to a vendor outside."""
    client, now = aws.client("dynamodb"), datetime.now(UTC)
    tables, until = tables_of(client), now + timedelta(days=42)
    for letter_id in (ONE, TWO, GONE):
        items = letter_items(tables.letters, letter_id, b"eyJ", now, until, vendor=VendorKind.OUTSIDE)
        tables.letters.write_together(items)
    store = DynamoMandates(tables, SEALING, books_of(client, GENEROUS), askers_of(client))
    taker = StatusTaker(store, {"outside": "AROAVENDOR"}, FakePrinted())
    for one in reversed(told):
        for sender in ("AROAVENDOR:x", "AROASOMEBODY:x"):
            taker.take(json.dumps(one), sender, datetime.now(UTC))
    for letter_id in (ONE, TWO):
        assert LetterState.POSTED in journey(tables.letters, letter_id).reached
    assert LetterState.CANCELLED in journey(tables.letters, GONE).reached
    assert not any("sealed" in str(tables.letters.get(f"LETTER#{one}", "LETTER")) for one in (ONE, TWO))


def _run(address: str, letters: str, statuses: str) -> dict[str, Any]:
    told = {
        **{name: f"{address}/{url.split('/', 3)[3]}" for name, url in (("queue", letters), ("statuses", statuses))},
        "region": aws.REGION,
        "credentials": {"id": "x", "secret": "x"},
        "keys": [VENDOR_KEY, NEXT_KEY],
        "schemas": str(SCHEMAS),
    }
    done = subprocess.run(
        ["node", str(PROGRAM)], input=json.dumps(told), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, re.sub(r"http\S+", "", done.stderr)
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def _told(sqs: Any, statuses: str) -> list[dict[str, Any]]:  # noqa: ANN401 - boto3 client
    found: list[dict[str, Any]] = []
    while some := sqs.receive_message(QueueUrl=statuses, MaxNumberOfMessages=10).get("Messages", []):
        found += [json.loads(one["Body"]) for one in some]
    return found
