"""What each process of the proof does, with the code that is deployed, until it is killed. It may be at any moment.

Only the asker comes to an end. What starts here has nothing of the process before it: that is the point.
"""

import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from chalice.app import CloudWatchEvent, SQSEvent

from chalicelib.clients import patient_client
from chalicelib.errors import Unavailable
from chalicelib.jobs import hearing_of_letters, sweeping
from chalicelib.mandates.own.requesting import ask, withdraw
from chalicelib.mandates.own.telephoning import ask_by_telephone
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.people.actor import Citizen
from chalicelib.settings import Settings
from chalicelib.wiring import Wiring
from local import aws, events
from local.invocation import call_of
from local.letterbox.paper import InBucket
from local.letterbox.posting import post_letters
from print_vendor.__main__ import main as print_outside
from print_vendor.function import Vendor, printing
from tests.builders import a_call, a_period, a_service, a_wish
from tests.fakes import FakeRegister
from tests.kills.people import Caller, callers

HIDDEN = 3
"""Seconds for which what was taken is given to nobody else: far fewer than on a stage, so that more comes twice."""

_PAUSE, _BETWEEN_SWEEPS = 0.3, 1.0
"""Seconds: whoever finds nothing to do costs others their time."""

_AHEAD = timedelta(seconds=31)
"""How far the sweeper's clock is ahead: it sends at once what others are still about to send."""

LATER = timedelta(hours=25)
"""After that what no vendor has would be sent again."""


@dataclass(frozen=True, slots=True)
class Post:
    """Where a part finds things."""

    environment: Mapping[str, str]
    folder: Path
    letters: str
    statuses: str


def become(name: str, part: Callable[..., None], post: Post, *given: object) -> None:
    """Be a part of the proof from now on. All that it says goes into a file of its name."""
    threading.Thread(target=_end_with_the_conductor, daemon=True).start()
    said = os.open(post.folder / f"{name}.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for stream in (1, 2):
        os.dup2(said, stream)
    for out in (sys.stdout, sys.stderr):
        out.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    os.environ.update(post.environment)
    part(post, *given)


def _end_with_the_conductor() -> None:
    if (conductor := parent_process()) is not None:
        wait([conductor.sentinel])
        os._exit(1)


def get_ready() -> None:
    """Make what costs a process half a second, and holds nothing yet: clients that have called nobody.

    Done once, before processes are made from this one: there are hundreds.
    """
    for service in ("dynamodb", "sqs", "kms", "secretsmanager", "s3"):
        patient_client(service, aws.REGION)
        aws.client(service)
    _vendor()


@cache
def _vendor() -> Vendor:
    return Vendor.of(os.environ, lambda: datetime.now(UTC), time.sleep)


def asker(post: Post, first: int, last: int, of: int, share: int) -> None:
    """Ask for those numbers of `first` to `last` that are this asker's, one of so many that share them.

    What was answered is written down, as whoever asks remembers it. Who got no answer asks again, as they did before.
    """
    everybody = callers(last)
    wiring = _wiring()
    wiring.people = FakeRegister({one.bsn: one.person for one in everybody})
    book = post.folder / f"answered-{first}-{share}"
    answered = set(book.read_text().split()) if book.exists() else set()
    with book.open("a") as answers:
        for caller in everybody[first + share :: of]:
            for what, do in _wanted(caller):
                if (key := f"{what}-{caller.number}") not in answered:
                    _until_answered(do, wiring, caller)
                    answers.write(f"{key}\n")
                    answers.flush()


Wanted = Callable[[Wiring, Caller], None]


def _wanted(caller: Caller) -> Iterator[tuple[str, Wanted]]:
    yield "asked", _telephone if caller.telephones else _ask
    if caller.withdraws:
        yield "withdrawn", _withdraw


def _until_answered(do: Wanted, wiring: Wiring, caller: Caller) -> None:
    while True:
        try:
            return do(wiring, caller)
        except Unavailable:
            traceback.print_exc()
            time.sleep(_PAUSE)


def _ask(wiring: Wiring, caller: Caller) -> None:
    now = wiring.clock()
    wanted = WantedService(a_service(), a_period(now.date(), days=90))
    by = Citizen(wiring.person(caller.bsn), 20)
    wish = a_wish(visit_id=caller.visit_id, by=by, bsn=caller.bsn, wanted=(wanted,))
    ask(wish, **_ports(wiring), now=now)


def _telephone(wiring: Wiring, caller: Caller) -> None:
    now = wiring.clock()
    wanted = WantedService(a_service(), a_period(now.date(), days=90))
    call = a_call(visit_id=caller.visit_id, represented=caller.bsn, born=caller.person.born, wanted=(wanted,))
    ask_by_telephone(call, **_ports(wiring), now=now)


def _withdraw(wiring: Wiring, caller: Caller) -> None:
    person = wiring.person(caller.bsn)
    withdraw(person, caller.case_id, by=Citizen(person, 20), store=wiring.mandates, now=wiring.clock())


def _ports(wiring: Wiring) -> dict[str, Any]:
    return {
        "store": wiring.mandates,
        "people": wiring.people,
        "tries": wiring.tries,
        "letters": wiring.letters,
        "secrets": wiring.secrets,
        "pick": wiring.pick,
    }


def sweeper(_: Post) -> None:
    wiring = _wiring(_AHEAD)
    while True:
        with _traced():
            _sweep(wiring)
        time.sleep(_BETWEEN_SWEEPS)


def late_sweeper(_: Post) -> None:
    """Sweep once, a day later: whatever was sent is looked at again."""
    _sweep(_wiring(LATER))


def _sweep(wiring: Wiring) -> None:
    sweeping(CloudWatchEvent(events._schedule_event("sweep_outbox"), call_of("sweep_outbox")), wiring)


def function(post: Post) -> None:
    """Print in our own function, which the queue starts."""
    vendor = _vendor()
    _start_for_each(post.letters, "print_letter", lambda event: printing(event, vendor))


def taker(post: Post) -> None:
    """Take what vendors tell."""
    wiring = _wiring()
    _start_for_each(post.statuses, "take_letter_status", lambda event: hearing_of_letters(event, wiring))


def postman(post: Post) -> None:
    """Post what the function printed. Of all of them, nobody kills this one: it is no part of ours."""
    printed = InBucket(aws.client("s3"), aws.BUCKET)
    post_letters(printed, post.folder / "brought", aws.client("sqs"), threading.Event()).join()


def outside(post: Post) -> None:
    """Print as an outside vendor does, by the very command."""
    asked = ["--queue", post.letters, "--statuses", post.statuses, "--keys", str(post.folder / "keys.json")]
    asked += ["--out", str(post.folder / "out"), "--posted", "--batch", "10", "--hidden", str(HIDDEN)]
    sys.exit(print_outside(asked))


PARTS = {one.__name__: one for one in (asker, sweeper, function, taker, postman, outside)}


def _start_for_each(url: str, name: str, worker: Callable[[SQSEvent], None]) -> None:
    """Do what Lambda does with a queue: start a function with each message, and delete that when it ended well."""
    sqs = aws.client("sqs")
    while True:
        with _traced():
            received = sqs.receive_message(
                QueueUrl=url, MaxNumberOfMessages=5, VisibilityTimeout=HIDDEN, AttributeNames=["SenderId"]
            )
            for message in received.get("Messages", ()):
                if events._run(name, lambda event, call: worker(SQSEvent(event, call)), events._sqs_event(message)):
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            if not received.get("Messages"):
                time.sleep(_PAUSE)


@contextmanager
def _traced() -> Iterator[None]:
    try:
        yield
    except Exception:  # noqa: BLE001 - as Lambda does, which starts the function again
        traceback.print_exc()
        time.sleep(_PAUSE)


def _wiring(ahead: timedelta = timedelta()) -> Wiring:
    return Wiring(Settings(os.environ), lambda: datetime.now(UTC) + ahead)
