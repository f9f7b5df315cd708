"""An outside vendor's shop: a folder, in which each letter is a PDF and each batch has a list of them."""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from chalicelib.letters.contract.letter import Letter
from chalicelib.letters.contract.messages import SealedLetter
from chalicelib.letters.contract.statuses import VendorStep
from print_vendor.journal import Journal, Place
from print_vendor.printing import slip


class FolderTaken(Exception):
    """Another client prints into this folder."""


@contextmanager
def opened(folder: Path) -> Iterator[Journal]:
    """Open a folder's journal, for one process at a time. Raises `FolderTaken`, `OSError` or `sqlite3.Error`."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderTaken(f"another client prints into {folder}") from None
        journal = Journal(folder / "journal.sqlite")
        try:
            yield journal
        finally:
            journal.close()


class FolderShop:
    """See `Shop`. `batch` is what letters that are taken on now belong to."""

    def __init__(self, folder: Path, journal: Journal, *, posted: bool = False, slips: bool = False) -> None:
        self._folder, self._journal = folder, journal
        self._posted, self._slips = posted, slips
        self.batch = ""

    def claim(self, message: SealedLetter, now: datetime) -> bool:
        letter_id = message.letter_id
        if self._journal.ended(letter_id):
            return False
        if self._journal.place(letter_id) is None:
            if message.print_before is not None and now >= message.print_before:
                return False
            self._journal.accept(letter_id, self.batch, now)
        return True

    def deliver(self, letter: Letter, pdf: bytes, message: SealedLetter, now: datetime) -> None:
        letter_id = message.letter_id
        place = self._journal.place(letter_id)
        if place is None:
            raise ValueError("a letter that was not accepted")
        path = self.path(place, letter_id)
        if self._slips:
            write(path.with_suffix(".json"), slip(letter, now))
        write(path, pdf)
        self._journal.printed(letter_id, hashlib.sha256(pdf).hexdigest(), len(pdf), now, posted=self._posted)

    def cancel(self, letter_id: str, now: datetime) -> None:
        if (place := self._journal.place(letter_id)) is not None:
            # A process that died had begun it, and may have left it here, on no list: nobody is to print it.
            path = self.path(place, letter_id)
            for one in (path, path.with_suffix(".json")):
                one.unlink(missing_ok=True)
                unfinished(one).unlink(missing_ok=True)
        self._journal.end(letter_id, VendorStep.CANCELLED, now)

    def path(self, place: Place, letter_id: str) -> Path:
        return self._folder / place.batch / f"{place.sequence:05d}-{letter_id}.pdf"

    def list_batches(self) -> list[str]:
        """Write the manifest of each batch that has none of all its letters, and return their names."""
        unlisted = self._journal.unlisted()
        for batch in unlisted:
            letters = self._journal.of_batch(batch)
            listed = [
                {
                    "sequence": one.sequence,
                    "letter_id": one.letter_id,
                    "file": self.path(Place(batch, one.sequence), one.letter_id).name,
                    "bytes": one.bytes,
                    "sha256": one.sha256,
                }
                for one in letters
            ]
            told = {"schema": "batch/1", "batch": batch, "count": len(listed), "letters": listed}
            write(self._folder / batch / "manifest.json", json.dumps(told, indent=1).encode() + b"\n")
            self._journal.listed(batch)
        return unlisted


def unfinished(path: Path) -> Path:
    """Return where a file lies while it is written."""
    return path.with_name(f".{path.name}.unfinished")


def write(path: Path, body: bytes) -> None:
    """Write a file whole or not at all, for its owner only, and so that it is there after a power cut."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    begun = unfinished(path)
    descriptor = os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    begun.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
