"""`python -m print_vendor`: print the letters of a queue into a folder, as a print vendor outside AWS does.

Polls the queue of letters, opens each with your private key, makes a PDF of it in a folder of its batch, lists the
batch with SHA-256s, and tells the queue of statuses: accepted, printed. A message is deleted only after that. Stop it
with Ctrl-C or SIGTERM, or kill it: started again it goes on where it was, and prints nothing twice.
docs/print-vendor.md says what both sides promise. Credentials are found as all of AWS's tools find them (AWS_PROFILE,
a role of the machine).
"""

import argparse
import signal
import sqlite3
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from print_vendor.arguments import read_arguments
from print_vendor.client import Client, Tally
from print_vendor.journal import Journal
from print_vendor.opening import BadKeys, Keys, Opener, key_set
from print_vendor.outside import FolderShop, FolderTaken, opened
from print_vendor.queues import NotTold, Queues, client_of

_PAUSE = 5.0
"""Seconds before a new try when AWS does not answer."""

_SERVER_ERROR = 500


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when it was stopped, or done with --once; 1 for what an operator has to mend."""
    asked, stop = read_arguments(arguments, __doc__), threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: _stop(stop))
    try:
        # Read once now, so that what is wrong with it is told at once, and again when a letter names another key.
        key_set(asked.keys.read_text(encoding="utf-8"))
        with opened(asked.out) as journal:
            return _work(_client_for(asked, journal, stop), asked, journal, stop)
    except (BadKeys, FolderTaken, OSError, sqlite3.Error, BotoCoreError, ClientError) as error:
        print(_told(error, asked), file=sys.stderr, flush=True)
        return 1


def _client_for(asked: argparse.Namespace, journal: Journal, stop: threading.Event) -> Client:
    shop = FolderShop(asked.out, journal, posted=asked.posted, slips=asked.slips)
    opener = Opener(Keys(lambda: str(asked.keys.read_text(encoding="utf-8"))))
    queues = Queues(client_of(asked.queue), asked.queue, asked.statuses, asked.hidden)
    return Client(queues, opener, shop, journal, lambda: datetime.now(UTC), stop.is_set)


def _work(client: Client, asked: argparse.Namespace, journal: Journal, stop: threading.Event) -> int:
    if asked.dry_run:
        tally = client.rehearse(2)
        _say(f"{tally.printed} letters can be opened and set, {tally.unreadable} cannot. Nothing was written or told.")
        for error in tally.errors:
            _say(f"  {error}")
        return int(bool(tally.unreadable))
    _say(f"Printing into {asked.out}: {journal.count()} letters so far. Stop with Ctrl-C.")
    while not stop.is_set():
        try:
            if told := client.resume():
                _say(f"Told {told} statuses that were left.")
            tally = client.round(asked.batch, wait=not asked.once)
        except (BotoCoreError, NotTold, ClientError) as error:
            if not _passes(error):
                raise
            _say(f"AWS does not answer ({type(error).__name__}): again in {_PAUSE:.0f} seconds. Nothing is lost.")
            stop.wait(_PAUSE)
            continue
        _show(tally)
        if asked.once and tally.all == tally.unreadable:
            return int(bool(tally.unreadable))
    _say("Stopped.")
    return 0


def _show(tally: Tally) -> None:
    if tally.all:
        counts = ("printed", "cancelled", "left", "failed", "unreadable")
        told = ", ".join(f"{number} {name}" for name in counts if (number := getattr(tally, name)))
        _say(f"{told}{f'; batch {tally.batch}' if tally.batch else ''}")
    for error in tally.errors:
        _say(f"  comes again: {error}")


def _passes(error: Exception) -> bool:
    """Tell whether what went wrong at AWS is of the moment."""
    if isinstance(error, ClientError):
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        code = error.response.get("Error", {}).get("Code", "")
        return status >= _SERVER_ERROR or "Throttl" in code or "TooMany" in code
    return not isinstance(error, NoCredentialsError)


def _told(error: Exception, asked: argparse.Namespace) -> str:
    """Say what is wrong, and what to do."""
    match error:
        case BadKeys():
            return f"{asked.keys}: {error}. It has to be a JWK Set of private RSA keys: docs/print-vendor.md."
        case FolderTaken():
            return f"{error}: stop that one first."
        case NoCredentialsError():
            return "There are no credentials for AWS. Set AWS_PROFILE, or sign in (aws sso login)."
        case ClientError():
            code = error.response.get("Error", {}).get("Code", "")
            if "NonExistentQueue" in code or "QueueDoesNotExist" in code:
                return "There is no such queue: look at --queue and --statuses, at the region and account in them."
            return f"AWS refuses {error.operation_name} ({code}): these credentials may not, or have expired."
    return f"{error}. Nothing is lost: mend it, and start again."


def _stop(stop: threading.Event) -> None:
    if not stop.is_set():
        stop.set()
        _say("Stopping: the letter that was begun is finished, and told…")


def _say(line: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S}  {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
