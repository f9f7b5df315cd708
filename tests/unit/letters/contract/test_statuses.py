"""What a print vendor tells lies in its queue like this."""

import json
from datetime import UTC, datetime

import pytest

from chalicelib.letters.contract.statuses import LetterStatus, Mishap, VendorStep

AT = datetime(2031, 5, 18, 9, 30, tzinfo=UTC)


def test_a_status_says_what_happened_when_and_why() -> None:
    status = LetterStatus("a1", VendorStep.RETURNED, AT, Mishap.MOVED, batch="7")
    assert json.loads(status.to_json()) == {
        "schema": "letter-status/1",
        "letter_id": "a1",
        "status": "returned",
        "at": "2031-05-18T09:30:00+00:00",
        "reason": "moved",
        "batch": "7",
    }


@pytest.mark.parametrize("step", VendorStep)
def test_only_a_letter_that_came_back_or_failed_has_a_reason_and_it_always_has(step: VendorStep) -> None:
    reason = None if step in {VendorStep.RETURNED, VendorStep.FAILED} else Mishap.OTHER
    with pytest.raises(ValueError, match="has a reason if"):
        LetterStatus("a1", step, AT, reason)


@pytest.mark.parametrize("step", VendorStep)
def test_a_status_is_read_back(step: VendorStep) -> None:
    reason = Mishap.MOVED if step in {VendorStep.RETURNED, VendorStep.FAILED} else None
    for batch in ("", "2031-05-18.7"):
        status = LetterStatus("a1", step, AT, reason, batch)
        assert LetterStatus.from_json(status.to_json()) == status


@pytest.mark.parametrize(
    ("at", "read"),
    [
        ("2031-05-18T09:30:00Z", AT),
        ("2031-05-18T09:30:00.000Z", AT),
        ("2031-05-18T11:30:00+02:00", AT),
    ],
)
def test_moments_are_written_in_any_offset(at: str, read: datetime) -> None:
    assert LetterStatus.from_json(_posted(at=at)).at == read


def _posted(**changes: object) -> str:
    told = {"schema": "letter-status/1", "letter_id": "a1", "status": "posted", "at": "2031-05-18T09:30:00Z"}
    return json.dumps({name: value for name, value in {**told, **changes}.items() if value is not None})


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "{}", "null", "1", '"x"', "not JSON", "[" * 1500, "{" * 1500, "\ud800"),
        _posted(schema="letter-status/2"),
        _posted(schema=None),
        _posted(letter_id=None),
        _posted(letter_id=7),
        _posted(letter_id=""),
        _posted(letter_id="a1 "),
        _posted(letter_id="A1"),
        _posted(letter_id="LETTER#a1"),
        _posted(letter_id="é"),
        _posted(letter_id="a" * 65),
        _posted(status="lost"),
        _posted(status="Posted"),
        _posted(status=None),
        _posted(status=["posted"]),
        _posted(at="2031-05-18"),
        _posted(at="2031-05-18T09:30:00"),
        _posted(at="20310518T093000Z"),
        _posted(at="2031-13-18T09:30:00Z"),
        _posted(at="0001-01-01T00:00:00+23:59"),
        _posted(at=1936870927),
        _posted(reason="moved"),
        _posted(reason=""),
        _posted(batch=""),
        _posted(batch="V. van der Gever, Lindelaan 12"),
        _posted(batch=7),
        _posted(name="V. van der Gever"),
        _posted(status="returned"),
        _posted(status="returned", reason="V. van der Gever"),
        _posted()[:-1] + ', "status": "returned"}',
        _posted() + " " * 2000,
    ],
)
def test_what_is_no_status_is_refused_and_not_quoted(text: str) -> None:
    with pytest.raises(ValueError, match=r"^no status of a letter$") as error:
        LetterStatus.from_json(text)
    assert error.value.__cause__ is None
