"""What an outside vendor knows of letters, in a file that outlives its process: never what is in them."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from chalicelib.letters.contract.statuses import LetterStatus, Mishap, VendorStep

_MAKE = """
CREATE TABLE IF NOT EXISTS letter (
    letter_id TEXT PRIMARY KEY, batch TEXT, sequence INTEGER, sha256 TEXT, bytes INTEGER, ended TEXT,
    UNIQUE (batch, sequence)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS step (
    letter_id TEXT, step TEXT, at TEXT, reason TEXT, told INTEGER DEFAULT 0, UNIQUE (letter_id, step)
);
CREATE INDEX IF NOT EXISTS untold ON step (told) WHERE told = 0;
CREATE TABLE IF NOT EXISTS batch (batch TEXT PRIMARY KEY, listed INTEGER DEFAULT 0) WITHOUT ROWID;
"""


class Printed(NamedTuple):
    """A letter as a manifest lists it."""

    sequence: int
    letter_id: str
    sha256: str
    bytes: int


class Place(NamedTuple):
    """Where a letter lies among others; the same each time it is asked for."""

    batch: str
    sequence: int


class Journal:
    """Every method is one transaction that is on the disk when it returns. Raises `sqlite3.Error` when it cannot be."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.executescript(_MAKE)

    def close(self) -> None:
        self._database.close()

    def place(self, letter_id: str) -> Place | None:
        """Return where a letter that was accepted lies; None for one that was not, or came to nothing."""
        row = self._one("SELECT batch, sequence FROM letter WHERE letter_id = ? AND ended IS NULL", letter_id)
        return Place(*row) if row else None

    def ended(self, letter_id: str) -> VendorStep | None:
        """Return how it ended: printed, cancelled or failed; None for what has not, or is unknown."""
        row = self._one("SELECT ended FROM letter WHERE letter_id = ?", letter_id)
        return VendorStep(row[0]) if row and row[0] else None

    def accept(self, letter_id: str, batch: str, now: datetime) -> None:
        """Take a letter on as the next of a batch."""
        with self._change():
            self._do("INSERT OR IGNORE INTO batch (batch) VALUES (?)", batch)
            self._do(
                "INSERT INTO letter (letter_id, batch, sequence) SELECT ?, ?, "
                "coalesce(max(sequence), 0) + 1 FROM letter WHERE batch = ?",
                *(letter_id, batch, batch),
            )
            self._note(letter_id, VendorStep.ACCEPTED, now)

    def printed(self, letter_id: str, sha256: str, size: int, now: datetime, *, posted: bool) -> None:
        """Write down that a letter lies there; its batch has to be listed anew."""
        with self._change():
            change = "UPDATE letter SET ended = 'printed', sha256 = ?, bytes = ? WHERE letter_id = ?"
            self._do(change, sha256, size, letter_id)
            self._do(
                "UPDATE batch SET listed = 0 WHERE batch = (SELECT batch FROM letter WHERE letter_id = ?)", letter_id
            )
            self._note(letter_id, VendorStep.PRINTED, now)
            if posted:
                self._note(letter_id, VendorStep.POSTED, now)

    def end(self, letter_id: str, step: VendorStep, now: datetime, reason: Mishap | None = None) -> bool:
        """Write down that a letter is not printed, before or after it came; False if it is, or was ended before."""
        with self._change():
            self._do("INSERT OR IGNORE INTO letter (letter_id) VALUES (?)", letter_id)
            done = self._do("UPDATE letter SET ended = ? WHERE letter_id = ? AND ended IS NULL", step, letter_id)
            if done.rowcount:
                self._note(letter_id, step, now, reason)
            return bool(done.rowcount)

    def untold(self, limit: int = 10) -> list[LetterStatus]:
        """Return the oldest statuses that were not told, or not surely."""
        asked = (
            "SELECT s.letter_id, step, at, reason, batch FROM step s LEFT JOIN letter USING (letter_id) WHERE told = 0"
        )
        rows = self._database.execute(f"{asked} ORDER BY s.rowid LIMIT ?", (limit,))
        return [
            LetterStatus(
                letter_id, VendorStep(step), datetime.fromisoformat(at), reason and Mishap(reason), batch or ""
            )
            for letter_id, step, at, reason, batch in rows
        ]

    def told(self, statuses: list[LetterStatus]) -> None:
        with self._change():
            for one in statuses:
                self._do("UPDATE step SET told = 1 WHERE letter_id = ? AND step = ?", one.letter_id, one.step)

    def unlisted(self) -> list[str]:
        """Return the batches of which a letter was printed since they were listed."""
        asked = (
            "SELECT batch FROM batch WHERE listed = 0 AND batch IN (SELECT batch FROM letter WHERE ended = 'printed')"
        )
        return [batch for (batch,) in self._database.execute(asked)]

    def listed(self, batch: str) -> None:
        with self._change():
            self._do("UPDATE batch SET listed = 1 WHERE batch = ?", batch)

    def of_batch(self, batch: str) -> list[Printed]:
        asked = "SELECT sequence, letter_id, sha256, bytes FROM letter WHERE batch = ? AND ended = 'printed'"
        return sorted(Printed(*row) for row in self._database.execute(asked, (batch,)))

    def count(self) -> int:
        """Return how many letters were printed, ever."""
        row = self._one("SELECT count(*) FROM letter WHERE ended = 'printed'")
        return int(row[0]) if row else 0

    def _note(self, letter_id: str, step: VendorStep, now: datetime, reason: Mishap | None = None) -> None:
        self._do(
            "INSERT OR IGNORE INTO step (letter_id, step, at, reason) VALUES (?, ?, ?, ?)",
            *(letter_id, step, now.astimezone(UTC).isoformat(), reason),
        )

    def _one(self, asked: str, *values: object) -> tuple[str, int] | None:
        row: tuple[str, int] | None = self._database.execute(asked, values).fetchone()
        return row

    def _do(self, change: str, *values: object) -> sqlite3.Cursor:
        return self._database.execute(change, values)

    @contextmanager
    def _change(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")
