"""Letters in any state of their life, marked as they have to be, for tests that count them."""

from datetime import datetime, timedelta

from chalicelib.letters.contract.states import LetterState, underway_key
from chalicelib.letters.life import LETTER, move
from chalicelib.letters.posting import letter_items
from chalicelib.outbox.parcels import MARK, shard_of
from chalicelib.storage.rows import Rows
from chalicelib.storage.tables import LettersTable

LIFE = timedelta(days=42)


def put_letter(table: LettersTable, number: int, state: LetterState, asked: datetime) -> str:
    """Write a letter that reached a state an hour after it was asked for; its marks are as they have to be."""
    letter_id = f"{number:036x}"
    table.write_together(letter_items(table, letter_id, b"sealed", asked, asked + LIFE))
    if state is not LetterState.CHECKED:
        send_no_more(table, letter_id)
        assert move(table, letter_id, state, asked + timedelta(hours=1))
    return letter_id


def send_no_more(table: LettersTable, letter_id: str) -> None:
    """Take a letter out of the outbox."""
    Rows(table, MARK).delete(shard=shard_of(letter_id), key=letter_id)


def lose_mark(table: LettersTable, letter_id: str) -> None:
    """Take away the mark that a letter is under way, and nothing else."""
    table.delete(*underway_key(letter_id))


def lose_row(table: LettersTable, letter_id: str) -> None:
    Rows(table, LETTER).delete(letter_id=letter_id)
