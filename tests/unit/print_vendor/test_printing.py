"""One message, one letter, whatever fails on the way; and what is told of it."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.letters.contract.messages import SealedLetter, sealing_context
from chalicelib.letters.contract.states import LetterState
from local.invocation import call_of
from print_vendor.inhouse import Printer
from print_vendor.observe import begin_call, log
from tests.builders import NOW, a_letter
from tests.fakes import FakeLetterRows, FakeVault
from tests.unit.letters.contract.test_letter import OF_BEFORE
from tests.vendor import SEAL, an_opener, sealed_message

LETTER = a_letter()
ID = LETTER.letter_id


class FakeBucket:
    """Notes what is put there; `down` makes it fail for that kind."""

    def __init__(self) -> None:
        self.put_there: list[tuple[str, str, bytes]] = []
        self.down = ""
        self.meanwhile: dict[str, Callable[[], None]] = {}
        """What somebody else does before that kind lies there."""

    def put(self, letter_id: str, kind: str, body: bytes) -> None:
        if kind == self.down:
            raise ConnectionError(kind)
        self.meanwhile.pop(kind, lambda: None)()
        self.put_there.append((letter_id, kind, body))

    @property
    def lies(self) -> dict[str, bytes]:
        return {kind: body for _, kind, body in self.put_there}

    @property
    def kinds(self) -> list[str]:
        return [kind for _, kind, _ in self.put_there]


class Shop:
    """A printer among fakes, and a message that asks for a letter."""

    def __init__(self) -> None:
        self.rows, self.bucket = FakeLetterRows(), FakeBucket()
        self.rows.states[ID], self.rows.until[ID] = (LetterState.QUEUED, NOW), NOW + timedelta(days=43)
        self.printer = Printer(an_opener(), self.rows, self.bucket)
        self.message = sealed_message(LETTER, before=NOW + timedelta(days=1))


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_the_slip_lies_there_before_the_letter_and_says_where_it_goes(shop: Shop) -> None:
    shop.printer.print(shop.message, NOW)
    assert shop.bucket.kinds == ["json", "pdf"]
    (_, _, slip), (_, _, pdf) = shop.bucket.put_there
    assert pdf.startswith(b"%PDF")
    assert json.loads(slip) == {
        "form_of_address": "",
        "addressee": LETTER.addressee,
        "address": list(LETTER.address),
        "printed_at": NOW.isoformat(),
        "correlation_id": "the request",
    }
    assert shop.rows.state(ID) is LetterState.PRINTED


def test_a_letter_that_lay_in_the_queue_before_this_release_is_printed(shop: Shop) -> None:
    shop.printer.print(SealedLetter(ID, FakeVault().seal(OF_BEFORE, sealing_context(ID))).to_json(), NOW)
    assert shop.bucket.kinds == ["json", "pdf"]
    assert shop.rows.state(ID) is LetterState.PRINTED


@pytest.mark.parametrize("kind", ["json", "pdf"])
def test_a_bucket_that_fails_sends_the_message_back_and_it_is_printed_the_next_time(shop: Shop, kind: str) -> None:
    shop.bucket.down = kind
    with pytest.raises(ConnectionError):
        shop.printer.print(shop.message, NOW)
    assert shop.rows.state(ID) is LetterState.ACCEPTED
    shop.bucket.down = ""
    shop.printer.print(shop.message, NOW + timedelta(minutes=3))
    assert shop.bucket.kinds[-2:] == ["json", "pdf"]
    assert shop.rows.state(ID) is LetterState.PRINTED


def test_once_printed_nothing_is_put_or_counted_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    for minutes in (0, 3):
        shop.printer.print(shop.message, NOW + timedelta(minutes=minutes))
    assert shop.bucket.kinds == ["json", "pdf"]
    assert [record.message for record in caplog.records] == ["letter_printed", "letter_printed_before"]
    (measured,) = (json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line)
    assert (measured["LetterPrinted"], measured["correlation_id"]) == ([1], "the request")
    assert measured["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"]]


_OVER = (LetterState.POSTED, LetterState.DELIVERED, LetterState.RETURNED)


@pytest.mark.parametrize("state", _OVER)
def test_what_is_posted_is_not_printed_again(shop: Shop, caplog: pytest.LogCaptureFixture, state: LetterState) -> None:
    shop.rows.states[ID] = (state, NOW)
    shop.printer.print(shop.message, NOW)
    assert not any(shop.bucket.lies.values())
    assert [record.message for record in caplog.records] == ["letter_printed_before"]


@pytest.mark.parametrize("kind", ["json", "pdf"])
@pytest.mark.parametrize("state", [*_OVER, LetterState.FAILED])
def test_of_what_was_posted_or_failed_while_it_was_printed_once_more_nothing_is_left(
    shop: Shop, state: LetterState, kind: str
) -> None:
    """SQS may hand out one message twice at a time: the slower one finds the bucket emptied, and fills it again."""
    shop.bucket.meanwhile[kind] = lambda: shop.rows.states.update({ID: (state, NOW)})
    shop.printer.print(shop.message, NOW)
    assert shop.bucket.lies == {"json": b"", "pdf": b""}
    assert shop.rows.state(ID) is state


@pytest.mark.parametrize("state", [*_OVER, LetterState.FAILED])
def test_that_is_so_too_where_the_table_does_not_answer_then(shop: Shop, state: LetterState) -> None:
    finish = shop.rows.finish

    def down(letter_id: str, now: datetime) -> bool:
        shop.rows.states[letter_id] = (state, now)
        shop.rows.finish = finish  # type: ignore[method-assign]
        raise ConnectionError

    shop.rows.finish = down  # type: ignore[method-assign]
    with pytest.raises(ConnectionError):
        shop.printer.print(shop.message, NOW)
    shop.printer.print(shop.message, NOW)
    assert shop.bucket.lies == {"json": b"", "pdf": b""}


def test_a_metric_that_cannot_be_written_prints_no_letter_twice(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "false")
    monkeypatch.setattr("print_vendor.observe.single_metric", None)
    shop.printer.print(shop.message, NOW)
    assert shop.rows.state(ID) is LetterState.PRINTED


def test_what_is_worthless_is_left_and_said_once(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    shop.rows.until.clear()
    for minutes in (0, 3):
        shop.printer.print(shop.message, NOW + timedelta(minutes=minutes))
    assert shop.bucket.kinds == []
    assert shop.rows.state(ID) is LetterState.CANCELLED
    assert [record.message for record in caplog.records] == ["letter_cancelled"]


@pytest.mark.parametrize(
    "poison",
    [
        *("", "no JSON 900100084", "[]", "{}"),
        *('{"letter_id": 1, "sealed": ""}', '{"letter_id": "x", "sealed": "é"}'),
        '{"letter_id": "x", "sealed": "", "correlation_id": {"code": "BCDF-GHJK-LMNP"}}',
    ],
)
def test_what_is_no_message_of_a_letter_goes_back_and_is_told_without_what_it_says(
    shop: Shop, caplog: pytest.LogCaptureFixture, poison: str
) -> None:
    shop.printer.print(shop.message, NOW)
    caplog.clear()
    with pytest.raises(ValueError, match=r"^(?!.*(900100084|BCDF))"):
        shop.printer.print(poison, NOW)
    (record,) = caplog.records
    line: dict[str, Any] = json.loads(log().registered_formatter.format(record))
    assert (line["message"], line.get("correlation_id")) == ("letter_not_printed", None), "not that of the one before"
    assert "900100084" not in repr(line)
    assert "BCDF" not in repr(line)


def test_a_line_of_the_log_names_letter_and_request_and_nothing_that_is_in_the_letter(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    begin_call(call_of("print_letter"))
    shop.printer.print(shop.message, NOW)
    line: dict[str, Any] = json.loads(log().registered_formatter.format(caplog.records[-1]))
    of_call = {"cold_start", "function_name", "function_request_id"}
    assert line.keys() == {"level", "message", "timestamp", "service", *of_call, "letter_id", "correlation_id"}
    assert (line["letter_id"], line["correlation_id"]) == (ID, "the request")


@pytest.mark.parametrize(
    "broken",
    [
        *("", "900100084", "[]", "{}", '{"schema": "letter/1"}', '{"schema": "letter/2"}'),
        LETTER.to_json().replace(LETTER.written_on.isoformat(), "900100084"),
        LETTER.to_json().replace('"services":', '"900100084":'),
        LETTER.to_json().replace('"kind": "code"', '"kind": "900100084"'),
    ],
)
def test_what_is_sealed_and_no_letter_is_told_without_what_it_says(shop: Shop, broken: str) -> None:
    sealed = SEAL.seal(broken, ID)
    with pytest.raises(ValueError, match=r"letter|letter-2") as error:
        shop.printer.print(SealedLetter(ID, sealed, NOW).to_json(), NOW)
    assert "900100084" not in str(error.getrepr(style="native"))


def test_what_goes_wrong_in_a_letter_is_told_without_the_letter(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    """Lambda writes what a function raises, with the trace and its causes, into the log."""
    odd = a_letter(addressee="日本 van Dijk")
    with pytest.raises(Exception) as error:  # noqa: PT011 - whatever it is
        shop.printer.print(sealed_message(odd, before=NOW + timedelta(days=1)), NOW)
    (record,) = caplog.records
    assert record.message == "letter_not_printed"
    told = f"{error.getrepr(style='native')} {vars(record)}"
    assert "CannotSet" in told
    assert ID in told
    assert not [secret for secret in ("日", "Dijk", LETTER.code, "Lindelaan") if secret in told]
