"""Who prints letters changes only when nobody waits for one that the next could not open."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.letters.contract.states import LetterState
from chalicelib.storage.tables import LettersTable
from local import aws
from operate.deploy.printing import LettersWait, changes_printer, hold_for_letters
from tests import inside
from tests.adapters.conftest import tables_of
from tests.counted import put_letter

ASKED = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
OURS, THEIRS = {"PrintVendor": "function"}, {"PrintVendor": "outside"}


@pytest.fixture
def table(cloud: None) -> LettersTable:  # noqa: ARG001
    inside.empty()
    return tables_of(aws.client("dynamodb")).letters


def test_what_is_not_named_is_our_function() -> None:
    assert changes_printer({}, THEIRS)
    assert changes_printer(THEIRS, {})
    assert not changes_printer({}, OURS)
    assert not changes_printer(THEIRS, THEIRS)


def test_letters_that_nobody_has_accepted_hold_it_and_are_named(table: LettersTable) -> None:
    waiting = [put_letter(table, number, LetterState.QUEUED, ASKED) for number in range(4)]
    put_letter(table, 9, LetterState.CHECKED, ASKED + timedelta(minutes=1))
    with pytest.raises(LettersWait, match=rf"\(5\): {', '.join(waiting[:3])}, …\. Deploy with the former"):
        hold_for_letters(table, "dev")


def test_what_whoever_prints_now_has_accepted_holds_nothing(table: LettersTable) -> None:
    accepted = (LetterState.ACCEPTED, LetterState.PRINTED, LetterState.POSTED, LetterState.CANCELLED)
    for number, state in enumerate(accepted):
        put_letter(table, number, state, ASKED)
    hold_for_letters(table, "dev")
