"""An outside vendor as a process of its own, before queues that speak SQS's protocol: printed, stopped and killed."""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.letters.contract.messages import LetterCancel, SealedLetter
from chalicelib.letters.contract.statuses import VendorStep
from local import aws
from local.door import queue_door
from local.serving import serve_in_thread
from print_vendor.queues import client_of
from tests.builders import a_letter
from tests.vendor import FOREIGN_SEAL, SEAL, VENDOR_KEY, key_file

ROOT = Path(__file__).parent.parent.parent


class Office:
    """Queues behind a door, a folder, and the vendor's process."""

    def __init__(self, folder: Path) -> None:
        self.sqs, self.folder = aws.client("sqs"), folder
        names = [f"{kind}-{uuid.uuid4()}" for kind in ("letters", "statuses", "others")]
        self.queue, self.statuses, self.other = (self.sqs.create_queue(QueueName=name)["QueueUrl"] for name in names)
        self._door = serve_in_thread(queue_door(self.sqs, self.queue, self.statuses), 0)
        self.address = f"http://127.0.0.1:{self._door.server_port}"
        self.keys, self.out = folder / "keys.json", folder / "out"
        self.keys.write_text(key_file(VENDOR_KEY))
        self.running: list[subprocess.Popen[str]] = []

    def url(self, url: str) -> str:
        """Return where a queue is seen from outside."""
        return f"{self.address}/{url.split('/', 3)[3]}"

    def send(self, *texts: str) -> None:
        for text in texts:
            self.sqs.send_message(QueueUrl=self.queue, MessageBody=text)

    def start(self, *more: str, **environment: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "print_vendor", "--queue", self.url(self.queue), "--statuses"]
        command += [self.url(self.statuses), "--keys", str(self.keys), "--out", str(self.out), *more]
        credentials = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_EC2_METADATA_DISABLED": "true"}
        surroundings = {**os.environ, **credentials, **environment}
        self.running.append(
            subprocess.Popen(
                command, cwd=ROOT, env=surroundings, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
        )
        return self.running[-1]

    def run(self, *more: str, **environment: str) -> tuple[int, str]:
        """Run it to its end; return its exit status and what it said."""
        process = self.start(*more, **environment)
        said, _ = process.communicate(timeout=60)
        return process.returncode, said

    def told(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while some := self.sqs.receive_message(QueueUrl=self.statuses, MaxNumberOfMessages=10).get("Messages", []):
            found += [json.loads(one["Body"]) for one in some]
        return found

    def left(self) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        counts = self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=names)["Attributes"]
        return sum(int(one) for one in counts.values())

    def pdfs(self) -> list[str]:
        return sorted(path.stem.partition("-")[2] for path in self.out.rglob("*.pdf"))

    def close(self) -> None:
        for one in self.running:
            if one.poll() is None:
                one.kill()
                one.communicate()
        self._door.shutdown()


@pytest.fixture
def office(cloud: None, tmp_path: Path) -> Iterator[Office]:  # noqa: ARG001 - only set up
    made = Office(tmp_path)
    yield made
    made.close()


def _letter(letter_id: str, before: timedelta = timedelta(hours=1)) -> str:
    sealed = SEAL.seal(a_letter(letter_id=letter_id).to_json(), letter_id)
    return SealedLetter(letter_id, sealed, datetime.now(UTC) + before).to_json()


NAMES = [f"{number:036x}" for number in range(1, 25)]


def test_it_prints_what_lies_there_tells_it_and_says_so(office: Office) -> None:
    office.send(*map(_letter, NAMES[:3]), LetterCancel(NAMES[2]).to_json(), _letter(NAMES[3], -timedelta(hours=1)))
    status, said = office.run("--once")
    assert (status, office.left(), office.pdfs()) == (0, 0, NAMES[:2])
    assert "2 printed, 1 cancelled, 2 left; batch " in said
    steps = Counter((one["letter_id"], one["status"]) for one in office.told())
    printed = [(name, step) for name in NAMES[:2] for step in (VendorStep.ACCEPTED, VendorStep.PRINTED)]
    assert steps == Counter([*printed, (NAMES[2], VendorStep.CANCELLED)])


def test_a_rehearsal_prints_and_takes_nothing(office: Office) -> None:
    office.send(_letter(NAMES[0]))
    status, said = office.run("--dry-run")
    assert (status, office.left(), office.pdfs(), office.told()) == (0, 1, [], [])
    assert "1 letters can be opened and set, 0 cannot. Nothing was written or told." in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_waits_for_letters_until_it_is_stopped_and_stops_at_once(office: Office, number: signal.Signals) -> None:
    process = office.start()
    assert process.stdout
    assert "Printing into" in process.stdout.readline()
    office.send(_letter(NAMES[0]))
    while "1 printed" not in process.stdout.readline():
        assert process.poll() is None
    process.send_signal(number)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert said.splitlines()[-1].endswith("Stopped.")


def test_killed_again_and_again_each_letter_is_printed_once_and_told(office: Office) -> None:
    pick = random.Random(5)
    office.send(*map(_letter, NAMES), *map(_letter, NAMES[:5]))
    kills = 0
    deadline = time.monotonic() + 240
    while office.left() and time.monotonic() < deadline:
        process = office.start("--once", "--batch", "4", "--hidden", "1")
        assert process.stdout
        process.stdout.readline()
        if kills < 8:
            time.sleep(pick.random() * 0.5)
            process.kill()
            kills += process.wait() == -signal.SIGKILL
        process.communicate(timeout=60)
        time.sleep(1.1)
    assert kills >= 4
    assert office.left() == 0
    assert office.pdfs() == NAMES, "each once"
    told = {(one["letter_id"], one["status"]) for one in office.told()}
    assert told == {(name, step) for name in NAMES for step in ("accepted", "printed")}
    listed: list[str] = []
    for manifest in office.out.rglob("manifest.json"):
        batch = json.loads(manifest.read_text())
        assert batch["count"] == len(batch["letters"])
        for one in batch["letters"]:
            assert hashlib.sha256((manifest.parent / one["file"]).read_bytes()).hexdigest() == one["sha256"]
            listed.append(one["letter_id"])
    assert sorted(listed) == NAMES


def test_what_it_cannot_open_stays_and_is_said(office: Office) -> None:
    sealed = FOREIGN_SEAL.seal(a_letter(letter_id=NAMES[0]).to_json(), NAMES[0])
    office.send(SealedLetter(NAMES[0], sealed, datetime.now(UTC) + timedelta(hours=1)).to_json())
    status, said = office.run("--once")
    assert (status, office.left(), office.told()) == (1, 1, [])
    assert f"comes again: {NAMES[0]}: a sealed letter names a key that we do not have" in said


def test_what_is_wrong_is_said_with_what_to_do(office: Office) -> None:
    status, said = office.run("--once", AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="", AWS_CONFIG_FILE="/none")
    assert (status, "There are no credentials for AWS. Set AWS_PROFILE" in said) == (1, True)
    office.keys.write_text("{}")
    status, said = office.run("--once")
    assert (status, "It has to be a JWK Set of private RSA keys" in said) == (1, True)
    office.keys.unlink()
    status, said = office.run("--once")
    assert (status, "No such file or directory" in said) == (1, True)
    office.keys.write_text(key_file(VENDOR_KEY))
    office.out.mkdir(exist_ok=True)
    (office.out / "journal.sqlite").unlink(missing_ok=True)
    (office.out / "journal.sqlite").write_text("no journal, but something else of the same name" * 50)
    status, said = office.run("--once")
    assert (status, "Nothing is lost: mend it, and start again." in said) == (1, True)
    (office.out / "journal.sqlite").unlink()
    office.queue = office.queue + "-missing"
    status, said = office.run("--once")
    assert (status, "There is no such queue: look at --queue and --statuses" in said) == (1, True)
    assert not [line for line in said.splitlines() if "Traceback" in line]


def test_the_door_lets_through_what_the_vendors_role_may_and_nothing_else(office: Office) -> None:
    outside = client_of(office.url(office.queue))
    outside.send_message(QueueUrl=office.url(office.statuses), MessageBody="told")
    for action, queue, more in (
        (outside.send_message, office.queue, {"MessageBody": "x"}),
        (outside.receive_message, office.statuses, {}),
        (outside.purge_queue, office.queue, {}),
        (outside.receive_message, office.other, {}),
    ):
        with pytest.raises(ClientError):
            action(QueueUrl=office.url(queue), **more)
