"""`make run VENDOR=outside`: the reference client of an outside vendor as a process of its own, before our queues.

`VENDOR=yours` starts none, and tells what a client needs that somebody wants to try.
"""

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from chalicelib.letters.contract.states import VendorKind
from local import aws
from local.beside import beside, end_with_our_starter
from local.door import queue_door
from local.serving import HOST, serve_in_thread
from provisioning.keys import new_vendor_key, public_part


class Printer(StrEnum):
    """Who prints, as `VENDOR` says."""

    FUNCTION = "function"
    OUTSIDE = "outside"
    YOURS = "yours"

    @property
    def kind(self) -> VendorKind:
        return VendorKind.FUNCTION if self is Printer.FUNCTION else VendorKind.OUTSIDE


@dataclass(frozen=True, slots=True)
class Outside:
    """Where an outside vendor takes letters and prints them, and the options with which our client is started."""

    endpoint: str
    folder: Path
    options: Sequence[str]

    def told(self) -> list[str]:
        """Return what somebody has to know who starts a client of their own."""
        return [
            "Letters wait for your print client (docs/print-vendor.md), with any credentials,",
            f"at endpoint {self.endpoint}, region {aws.REGION}.",
            "Ours starts so, and the letterbox shows what it prints:",
            f"AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x .venv/bin/python -m print_vendor {' '.join(self.options)}",
        ]


def urls_of_queues() -> tuple[str, str]:
    """Return where letters come from, and what is told of them goes. The latter is made if nothing here takes it."""
    sqs = aws.client("sqs")
    return (
        sqs.get_queue_url(QueueName=f"{aws.NAME}-letters")["QueueUrl"],
        sqs.create_queue(QueueName=f"{aws.NAME}-letter-statuses")["QueueUrl"],
    )


@contextmanager
def outside_vendor(letters: str, statuses: str, *, started: bool = True) -> Iterator[Outside]:
    """Run one until the end, for the queues at these URLs, unless somebody starts it who has one of their own.

    It has a key of its own, and letters are sealed under that from now on.
    """
    key, door = new_vendor_key(2048), serve_in_thread(queue_door(aws.client("sqs"), letters, statuses), 0)
    told = json.dumps(public_part(key))
    aws.client("secretsmanager").put_secret_value(SecretId=f"{aws.NAME}/letter-key", SecretString=told)
    with tempfile.TemporaryDirectory(prefix="print-vendor-") as made:
        folder, keys = Path(made) / "out", Path(made) / "keys.json"
        keys.write_text(json.dumps({"keys": [key]}))
        address = f"http://{HOST}:{door.server_port}"
        asked = ["--queue", f"{address}/{_path(letters)}", "--statuses", f"{address}/{_path(statuses)}"]
        asked += ["--keys", str(keys), "--out", str(folder), "--slips", "--posted", "--hidden", "30"]
        try:
            with beside("local.outside", *asked, hidden="stdout") if started else nullcontext():
                yield Outside(address, folder, asked)
        finally:
            door.shutdown()


def _path(url: str) -> str:
    return url.split("/", 3)[3]


if __name__ == "__main__":
    from print_vendor.__main__ import main

    end_with_our_starter()
    sys.exit(main())
