"""The index of a day has each letter that was asked for on it: those of the Netherlands, and no others."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.errors import Conflict
from chalicelib.letters.day_index import letters_of
from chalicelib.letters.posting import letter_items
from chalicelib.mandates.register.counted import Tables
from chalicelib.storage.tables import LettersTable
from tests.builders import NOW

UNTIL = NOW + timedelta(days=42)
BEFORE_MIDNIGHT = datetime(2031, 5, 17, 21, 59, 59, tzinfo=UTC)
"""One second before it, in the Netherlands."""


@pytest.fixture
def table(tables: Tables) -> LettersTable:
    return tables.letters


def _ask(table: LettersTable, number: int, now: datetime, asked: datetime | None = None) -> str:
    letter_id = f"{number:036x}"
    table.write_together(letter_items(table, letter_id, b"sealed", now, UNTIL, requested_at=asked))
    return letter_id


def test_each_letter_of_a_day_is_there_whatever_its_shard(table: LettersTable) -> None:
    asked = {_ask(table, number, BEFORE_MIDNIGHT) for number in range(20)}
    after = _ask(table, 20, BEFORE_MIDNIGHT + timedelta(seconds=1))
    assert sorted(letters_of(table, date(2031, 5, 17))) == sorted(asked)
    assert list(letters_of(table, date(2031, 5, 18))) == [after]
    assert list(letters_of(table, date(2031, 5, 19))) == []


def test_a_letter_is_of_the_day_on_which_it_was_asked_for_not_of_its_check(table: LettersTable) -> None:
    letter_id = _ask(table, 1, BEFORE_MIDNIGHT + timedelta(hours=1), asked=BEFORE_MIDNIGHT)
    assert list(letters_of(table, date(2031, 5, 17))) == [letter_id]


def test_what_is_not_written_is_not_counted(table: LettersTable) -> None:
    """All or nothing: a letter that is there already is not counted again, on another day."""
    letter_id = _ask(table, 1, NOW)
    with pytest.raises(Conflict):
        _ask(table, 1, NOW + timedelta(days=1))
    assert list(letters_of(table, date(2031, 5, 17))) == [letter_id]
    assert list(letters_of(table, date(2031, 5, 18))) == []
