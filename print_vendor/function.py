"""The functions: what the queue of letters starts, and what sets a page while somebody waits.

What they work with is made from the environment on first use.
"""

import base64
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from chalice.app import Blueprint, SQSEvent

from print_vendor.bucket import Bucket
from print_vendor.inhouse import Printer
from print_vendor.observe import begin_call
from print_vendor.opening import Keys, Opener
from print_vendor.paging import PageSetter
from print_vendor.rows import LetterRows
from print_vendor.sealed import VaultOpener
from print_vendor.settings import Settings

_PATIENCE = Config(connect_timeout=1, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 2})
"""All calls of a letter, each answered at its second attempt, fit in the function's 30 seconds; but for those of one
that was posted while it was printed once more (inhouse.py), whose message comes again."""

jobs = Blueprint(__name__)


@dataclass(frozen=True, slots=True)
class Vendor:
    """A printer, and the clock by which it prints."""

    printer: Printer
    clock: Callable[[], datetime]

    @classmethod
    def of(
        cls,
        environment: Mapping[str, str],
        clock: Callable[[], datetime],
        sleep: Callable[[float], None],
        session: boto3.Session | None = None,
    ) -> "Vendor":
        """Return one with real adapters, in a session of its own by default. Raises `ConfigurationError`."""
        settings = Settings(environment)
        # What is missing is told before a client looks for credentials.
        table, name = settings.letters_table, settings.letter_bucket
        aws = session or _session(settings)
        rows = LetterRows(aws.client("dynamodb", config=_PATIENCE), table, sleep)
        bucket = Bucket(aws.client("s3", config=_PATIENCE), name)
        return cls(Printer(_opener(aws, settings), rows, bucket), clock)


def page_setter(environment: Mapping[str, str], session: boto3.Session | None = None) -> PageSetter:
    """Return one with real adapters, in a session of its own by default. Raises `ConfigurationError`."""
    settings = Settings(environment)
    return PageSetter(_opener(session or _session(settings), settings))


def _session(settings: Settings) -> boto3.Session:
    """Return a session of its own: of one session no two threads may make clients, as those of the laptop would."""
    return boto3.Session(region_name=settings.aws_region)


def _opener(aws: boto3.Session, settings: Settings) -> Opener:
    key, name = settings.field_key, settings.vendor_keys
    manager = aws.client("secretsmanager", config=_PATIENCE)
    keys = Keys(lambda: str(manager.get_secret_value(SecretId=name)["SecretString"]))
    return Opener(keys, VaultOpener(aws.client("kms", config=_PATIENCE), key))


@cache
def _of_process() -> Vendor:
    """Return the vendor of a function in the cloud. On first use: who packages imports us too."""
    return Vendor.of(os.environ, lambda: datetime.now(UTC), time.sleep)


@cache
def _setter_of_process() -> PageSetter:
    """Return what sets pages in a function in the cloud."""
    return page_setter(os.environ)


@jobs.on_sqs_message(queue="digid-machtigen-letters", batch_size=1)
def print_letter(event: SQSEvent) -> None:
    printing(event, _of_process())


def printing(event: SQSEvent, vendor: Vendor) -> None:
    """Print one letter. An error sends it back to the queue, and after five times to the dead letters."""
    begin_call(event.context)
    for record in event:
        vendor.printer.print(record.body, vendor.clock())


@jobs.lambda_function()
def set_page(event: object, context: Any) -> dict[str, str]:  # noqa: ANN401 - Lambda's own type
    return paging(event, context, _setter_of_process())


def paging(event: object, context: Any, setter: PageSetter) -> dict[str, str]:  # noqa: ANN401 - Lambda's own type
    """Set what the application hands over, a `SealedLetter`, and return its PDF as base64. It waits for this."""
    begin_call(context)
    return {"pdf": base64.b64encode(setter.set(event)).decode()}
