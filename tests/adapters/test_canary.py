"""The test letter to the operator's own address: one a day, the whole way, and missed where it does not come."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.days import today
from chalicelib.letters.canary import canary_id, put_canary, watch_canaries
from chalicelib.letters.contract.letter import Letter, LetterKind
from chalicelib.letters.contract.states import LetterState, VendorKind
from chalicelib.letters.life import move
from chalicelib.letters.posting import LETTERS, VendorQueue
from chalicelib.letters.reckoning import Reckoning
from chalicelib.mandates.register.counted import Tables
from chalicelib.outbox.sending import Outbox
from local import aws
from tests.counted import send_no_more
from tests.fakes import FakeVault

MONDAY = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LINES = ("DigiD Machtigen, beheer", "Postbus 1", "1234 AB  Voorbeeld")


def _put(tables: Tables, now: datetime) -> str:
    put_canary(tables.letters, FakeVault(), VendorKind.FUNCTION, LINES, "machtigen.example.nl", now)
    return canary_id(today(now))


def test_it_goes_to_the_queue_once_a_day_and_says_the_operators_address_alone(tables: Tables) -> None:
    sqs = aws.client("sqs")
    url = sqs.create_queue(QueueName=f"letters-{uuid.uuid4()}")["QueueUrl"]
    outbox = Outbox(tables.letters, {LETTERS: VendorQueue(tables.letters, sqs, url, url)})
    for hours in (0, 6, 12):
        letter_id = _put(tables, MONDAY + timedelta(hours=hours))
        outbox.sweep(MONDAY + timedelta(hours=hours, minutes=1))
    (message,) = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert json.loads(message["Body"])["letter_id"] == letter_id == "ca20261123" + "0" * 22 + "0001"
    row = tables.letters.get(f"LETTER#{letter_id}", "LETTER")
    assert row is not None
    assert "represented" not in row
    told = Reckoning(tables.letters).of_day(today(MONDAY))
    assert (told.requested, told.pending, told.holds) == (1, 1, True), "it counts as every letter does"


def test_it_carries_no_code_and_no_other_name(tables: Tables) -> None:
    letter_id = _put(tables, MONDAY)
    row = tables.letters.get(f"LETTER#{letter_id}", "LETTER")
    assert row is not None
    letter = Letter.from_json(FakeVault().open(row["sealed"], f"letter:{letter_id}"))
    assert (letter.kind, letter.addressee, *letter.address) == (LetterKind.TEST, *LINES)
    assert (letter.code, letter.refusal_code, letter.asker, letter.other, letter.use_before) == ("", "", "", "", None)


@pytest.mark.parametrize(
    ("state", "days", "not_posted", "not_come"),
    [
        (LetterState.CHECKED, 3, 0, 0),
        (LetterState.PRINTED, 3, 0, 0),
        # On Friday it has had Tuesday, Wednesday and Thursday.
        (LetterState.PRINTED, 4, 1, 0),
        (LetterState.POSTED, 7, 0, 0),
        # On the Tuesday of the next week it has had five working days.
        (LetterState.POSTED, 8, 0, 1),
        (LetterState.DELIVERED, 9, 0, 0),
        (LetterState.FAILED, 1, 1, 0),
        (LetterState.RETURNED, 9, 1, 0),
        (LetterState.CANCELLED, 1, 1, 0),
    ],
)
def test_one_that_is_not_posted_in_time_or_of_which_nobody_says_that_it_came_is_missed(
    tables: Tables,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    state: LetterState,
    days: int,
    not_posted: int,
    not_come: int,
) -> None:
    letter_id = _put(tables, MONDAY)
    if state is not LetterState.CHECKED:
        send_no_more(tables.letters, letter_id)
        assert move(tables.letters, letter_id, state, MONDAY)
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    watch_canaries(tables.letters, MONDAY + days * DAY)
    measured = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    told = {name: value for line in measured for name, value in line.items() if name.startswith("Canaries")}
    assert told == {"CanariesNotPosted": [not_posted], "CanariesNotCome": [not_come]}
