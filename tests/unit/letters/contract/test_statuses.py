"""What a print vendor tells lies in its queue like this."""

import json
from datetime import UTC, datetime

import pytest

from chalicelib.letters.contract.statuses import LetterStatus, Mishap, VendorStep

AT = datetime(2031, 5, 18, 9, 30, tzinfo=UTC)


def test_a_status_says_what_happened_when_and_why() -> None:
    status = LetterStatus("x1", VendorStep.RETURNED, AT, Mishap.MOVED, batch="7")
    assert json.loads(status.to_json()) == {
        "schema": "letter-status/1",
        "letter_id": "x1",
        "status": "returned",
        "at": "2031-05-18T09:30:00+00:00",
        "reason": "moved",
        "batch": "7",
    }


@pytest.mark.parametrize("step", VendorStep)
def test_only_a_letter_that_came_back_or_failed_has_a_reason_and_it_always_has(step: VendorStep) -> None:
    reason = None if step in {VendorStep.RETURNED, VendorStep.FAILED} else Mishap.OTHER
    with pytest.raises(ValueError, match="has a reason if"):
        LetterStatus("x1", step, AT, reason)
