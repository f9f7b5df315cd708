"""Counting letters out of what lies in the tables: what was lost or doubled in one of three places is named."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.letters.balance import Oddity
from chalicelib.letters.contract.states import ENDED, LetterState, row_key, underway_key
from chalicelib.letters.life import move
from chalicelib.letters.reckoning import Reckoning
from chalicelib.letters.underway import marking
from chalicelib.mandates.register.counted import Tables
from chalicelib.outbox.parcels import shard_of
from chalicelib.storage.tables import LettersTable
from print_vendor.rows import LetterRows
from tests.counted import LIFE, lose_mark, lose_row, put_letter, send_no_more

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
DAY = date(2026, 11, 23)
STATES = [state for state in LetterState if state is not LetterState.REQUESTED]


@pytest.fixture
def table(tables: Tables) -> LettersTable:
    return tables.letters


def test_a_day_of_letters_in_every_state_is_right(table: LettersTable) -> None:
    for number, state in enumerate(STATES * 3):
        put_letter(table, number, state, MONDAY)
    put_letter(table, 900, LetterState.ACCEPTED, MONDAY + timedelta(days=1))
    told = Reckoning(table).of_day(DAY)
    assert told.holds
    assert told.requested == 3 * len(STATES)
    assert told.ended == dict.fromkeys(ENDED, 3)
    assert told.pending == 3 * (len(STATES) - len(ENDED))
    assert Reckoning(table).strays() == {}


def _forget_day(table: LettersTable, letter_id: str) -> None:
    table.delete(f"DAY#{DAY}#{shard_of(letter_id)}", letter_id)


def _mark(table: LettersTable, letter_id: str) -> None:
    table.write_together([marking(table, letter_id, MONDAY)])


@pytest.mark.parametrize(
    ("state", "spoil", "oddity"),
    [
        (LetterState.CHECKED, lose_mark, Oddity.NO_MARK),
        (LetterState.PRINTED, lose_mark, Oddity.NO_MARK),
        (LetterState.ACCEPTED, lose_row, Oddity.NO_ROW),
        (LetterState.POSTED, lose_row, Oddity.NO_ROW),
        (LetterState.FAILED, _mark, Oddity.STILL_MARKED),
        (LetterState.POSTED, _mark, Oddity.STILL_MARKED),
        (LetterState.CHECKED, _forget_day, Oddity.NOT_REQUESTED),
        (LetterState.CHECKED, send_no_more, Oddity.NOT_TO_BE_SENT),
    ],
)
def test_what_is_lost_or_doubled_is_named(
    table: LettersTable, state: LetterState, spoil: Callable[[LettersTable, str], None], oddity: Oddity
) -> None:
    put_letter(table, 1, LetterState.POSTED, MONDAY)
    wrong = put_letter(table, 2, state, MONDAY)
    spoil(table, wrong)
    told = Reckoning(table).of_day(DAY)
    assert not told.holds
    assert told.odd == {wrong: oddity}


def test_a_row_or_mark_that_cannot_be_read_is_named_and_the_others_are_counted(table: LettersTable) -> None:
    ids = [put_letter(table, number, state, MONDAY) for number, state in enumerate(STATES)]
    for letter_id, name, odd in ((ids[0], "state", "eaten"), (ids[1], "requested_at", 5), (ids[2], "useful_until", "")):
        pk, sk = row_key(letter_id)
        item = table.get(pk, sk)
        assert item is not None
        table.put({**item, name: odd})
    table.put(dict(zip(("pk", "sk"), underway_key(ids[3]), strict=True)))
    told = Reckoning(table).of_day(DAY)
    assert (told.requested, told.holds) == (len(STATES), False)
    assert told.odd == {ids[0]: Oddity.NO_ROW, ids[1]: Oddity.NO_ROW}
    assert Reckoning(table).strays().keys() == {ids[0], ids[1]}
    assert ids[2] in {one.letter_id for one in Reckoning(table).waiting()}


def test_a_letter_that_is_printed_although_it_was_cancelled_is_under_way_again(table: LettersTable) -> None:
    letter_id = put_letter(table, 1, LetterState.CANCELLED, MONDAY)
    assert move(table, letter_id, LetterState.PRINTED, MONDAY + timedelta(hours=2))
    told = Reckoning(table).of_day(DAY)
    assert told.holds
    assert (told.pending, told.ended[LetterState.CANCELLED]) == (1, 0)


def test_what_the_print_function_writes_into_a_row_moves_its_mark_too(dynamodb: Any, table: LettersTable) -> None:
    rows = LetterRows(dynamodb, table.name, lambda _: None)
    printed, stopped = (put_letter(table, number, LetterState.QUEUED, MONDAY) for number in (1, 2))
    again = put_letter(table, 3, LetterState.CANCELLED, MONDAY)
    for letter_id in (printed, again):
        assert rows.begin(printed, MONDAY) or letter_id == again
        assert rows.finish(letter_id, MONDAY)
        assert not rows.finish(letter_id, MONDAY + timedelta(hours=1))
    assert rows.stop(stopped, MONDAY)
    assert not rows.stop(printed, MONDAY)
    told = Reckoning(table).of_day(DAY)
    assert told.holds
    assert (told.pending, told.ended[LetterState.CANCELLED]) == (2, 1)


def test_a_mark_alone_is_named_although_nobody_knows_its_day(table: LettersTable) -> None:
    put_letter(table, 1, LetterState.ACCEPTED, MONDAY)
    for lost in (f"{2:036x}", "by hand, and no id"):
        _mark(table, lost)
    reckoning = Reckoning(table)
    assert reckoning.of_day(DAY).holds
    assert reckoning.strays() == {f"{2:036x}": Oddity.NO_ROW, "by hand, and no id": Oddity.NO_ROW}


def test_a_letter_of_the_release_before_is_not_missed_in_an_index_that_it_did_not_write(table: LettersTable) -> None:
    letter_id = f"{1:036x}"
    asked = {"state": "queued", "requested_at": MONDAY.isoformat(), "useful_until": (MONDAY + LIFE).isoformat()}
    table.put({"pk": f"LETTER#{letter_id}", "sk": "LETTER", **asked})
    assert Reckoning(table).of_day(DAY).holds
    assert move(table, letter_id, LetterState.PRINTED, MONDAY)
    reckoning = Reckoning(table)
    assert reckoning.of_day(DAY).holds
    assert [one.letter_id for one in reckoning.waiting()] == [letter_id], "that it waits counts all the same"


class _MovingOn:
    """A client of DynamoDB: while it first reads rows, one letter is posted and another written."""

    def __init__(self, client: Any, meanwhile: Callable[[], object]) -> None:
        self._client, self._meanwhile = client, [meanwhile]

    def batch_get_item(self, **request: Any) -> Any:
        if self._meanwhile:
            self._meanwhile.pop()()
        return self._client.batch_get_item(**request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


def test_letters_that_move_on_while_they_are_counted_are_no_error(dynamodb: Any, table: LettersTable) -> None:
    posted = put_letter(table, 1, LetterState.PRINTED, MONDAY)

    def meanwhile() -> None:
        lose_row(table, posted)
        lose_mark(table, posted)
        _forget_day(table, posted)
        put_letter(table, 1, LetterState.POSTED, MONDAY)
        put_letter(table, 2, LetterState.CHECKED, MONDAY)

    told = Reckoning(LettersTable(_MovingOn(dynamodb, meanwhile), table.name)).of_day(DAY)
    assert told.odd == {}
    assert (told.requested, told.ended[LetterState.POSTED]) == (2, 1)


def test_a_day_of_which_more_letters_are_read_than_fit_in_one_call_is_right(table: LettersTable) -> None:
    for number in range(250):
        put_letter(table, number, LetterState.POSTED if number % 2 else LetterState.CHECKED, MONDAY)
    told = Reckoning(table).of_day(DAY)
    assert told.holds
    assert (told.requested, told.ended[LetterState.POSTED], told.pending) == (250, 125, 125)


@pytest.mark.parametrize(
    ("state", "days", "waits", "late"),
    [
        # Asked for on Monday, it has all of Tuesday to be accepted.
        (LetterState.CHECKED, 1, 1, False),
        (LetterState.QUEUED, 2, 2, True),
        # Accepted on Monday, it has all of Wednesday to be posted.
        (LetterState.ACCEPTED, 2, 2, False),
        (LetterState.PRINTED, 3, 3, True),
        # A weekend is no time to print.
        (LetterState.ACCEPTED, 6, 4, True),
    ],
)
def test_a_letter_is_late_by_working_days(
    table: LettersTable, state: LetterState, days: int, waits: int, *, late: bool
) -> None:
    letter_id = put_letter(table, 1, state, MONDAY)
    put_letter(table, 2, LetterState.POSTED, MONDAY - timedelta(days=20))
    (one,) = Reckoning(table).waiting()
    now = MONDAY + timedelta(days=days)
    assert (one.letter_id, one.state, one.working_days(now), one.late(now)) == (letter_id, state, waits, late)


def test_a_letter_of_friday_is_not_late_on_monday_and_one_of_before_christmas_not_after_it(table: LettersTable) -> None:
    for number, (asked, later, late) in enumerate(
        [
            (datetime(2026, 11, 27, 15, tzinfo=UTC), datetime(2026, 11, 30, 6, tzinfo=UTC), False),
            (datetime(2026, 12, 24, 15, tzinfo=UTC), datetime(2026, 12, 28, 6, tzinfo=UTC), False),
            (datetime(2026, 12, 24, 15, tzinfo=UTC), datetime(2026, 12, 29, 6, tzinfo=UTC), True),
        ]
    ):
        letter_id = put_letter(table, number, LetterState.CHECKED, asked)
        (one,) = [one for one in Reckoning(table).waiting() if one.letter_id == letter_id]
        assert one.late(later) is late
