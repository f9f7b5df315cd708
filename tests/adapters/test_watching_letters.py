"""What is measured of letters every day, and what is written down of those that are lost or late."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.letters.contract.states import LetterState
from chalicelib.letters.watching import DAYS, watch_days
from chalicelib.mandates.register.counted import Tables
from tests.counted import lose_mark, put_letter

FRIDAY = datetime(2026, 11, 27, 5, 30, tzinfo=UTC)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tables: Tables) -> object:
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)

    def measure() -> dict[str, float]:
        watch_days(tables.letters, FRIDAY)
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
        return {name: line[name][0] for line in lines for name in line if name[0].isupper()}

    return measure


def test_yesterday_is_measured_and_what_is_wrong_with_any_day_before(
    tables: Tables, measured: object, caplog: pytest.LogCaptureFixture
) -> None:
    yesterday, long_ago = FRIDAY - timedelta(days=1), FRIDAY - timedelta(days=DAYS)
    for number, state in enumerate(state for state in LetterState if state is not LetterState.REQUESTED):
        put_letter(tables.letters, number, state, yesterday)
    lose_mark(tables.letters, put_letter(tables.letters, 100, LetterState.ACCEPTED, long_ago))
    put_letter(tables.letters, 101, LetterState.QUEUED, long_ago)
    put_letter(tables.letters, 102, LetterState.PRINTED, FRIDAY - timedelta(days=4))
    assert callable(measured)
    assert measured() == {
        "DayLettersRequested": 9,
        "DayLettersPosted": 2,
        "DayLettersReturned": 1,
        "DayLettersFailed": 1,
        "DayLettersCancelled": 1,
        "DayLettersPending": 4,
        "LettersNok": 1,
        "LettersNotAccepted": 1,
        "OldestUnacceptedLetter": 22,
        "LettersNotPosted": 1,
        "OldestUnpostedLetter": 4,
    }
    lost = [record for record in caplog.records if record.message == "letter_unaccounted_for"]
    assert [record.__dict__["letter_id"] for record in lost] == [f"{100:036x}"]
    late = {record.__dict__["letter_id"] for record in caplog.records if record.message == "letter_late"}
    assert late == {f"{101:036x}", f"{102:036x}"}


def test_where_nobody_asks_for_letters_all_is_well(measured: object) -> None:
    assert callable(measured)
    assert set(measured().values()) == {0}
