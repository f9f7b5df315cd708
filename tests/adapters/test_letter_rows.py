"""What the print vendor writes into a letter's row: the fake and the real adapter keep one promise."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from chalicelib.letters.contract.states import LetterState
from chalicelib.letters.life import journey
from chalicelib.letters.posting import LETTERS, letter_items
from local import aws
from print_vendor.inhouse import Rows
from print_vendor.rows import LetterRows
from tests.adapters.conftest import ANSWERS_LOST, REAL, client_of, tables_of
from tests.builders import NOW, a_letter
from tests.fakes import FakeLetterRows
from tests.lost import Answering

ID = a_letter().letter_id
UNTIL = NOW + timedelta(days=43)
LATER = NOW + timedelta(seconds=1)


@dataclass(frozen=True)
class Vendor:
    """Rows in which one letter is asked for; `withdraw` is what its owner may do meanwhile."""

    rows: Rows
    withdraw: Callable[[], object]


@pytest.fixture(params=["fake", *REAL, ANSWERS_LOST])
def vendor(request: pytest.FixtureRequest) -> Vendor:
    if request.param == "fake":
        fake = FakeLetterRows()
        fake.states[ID], fake.until[ID] = (LetterState.CHECKED, NOW), UNTIL
        return Vendor(fake, fake.until.clear)
    client = client_of(request.param, request)
    table = tables_of(client).letters
    table.write_together(letter_items(table, ID, b"sealed", NOW, UNTIL))
    rows = LetterRows(client, table.name, _no_sleep)
    return Vendor(rows, lambda: table.write_together(LETTERS.stopping(table, ID)))


def _no_sleep(seconds: float) -> None:
    raise AssertionError(f"slept {seconds} s")


def test_a_letter_is_begun_and_printed_once(vendor: Vendor) -> None:
    assert vendor.rows.state(ID) is LetterState.CHECKED
    assert vendor.rows.begin(ID, NOW)
    assert vendor.rows.state(ID) is LetterState.ACCEPTED
    assert vendor.rows.begin(ID, LATER), "after a crash it is begun again"
    assert vendor.rows.finish(ID, LATER)
    assert vendor.rows.state(ID) is LetterState.PRINTED
    later = LATER + timedelta(seconds=1)
    assert [move(ID, later) for move in (vendor.rows.begin, vendor.rows.finish, vendor.rows.stop)] == [False] * 3
    assert vendor.rows.state(ID) is LetterState.PRINTED


def test_a_letter_is_begun_until_its_code_expires_or_it_is_withdrawn(vendor: Vendor) -> None:
    assert vendor.rows.begin(ID, UNTIL - timedelta(microseconds=1))
    assert not vendor.rows.begin(ID, UNTIL)
    vendor.withdraw()
    assert not vendor.rows.begin(ID, NOW)


def test_a_letter_is_stopped_once_and_what_lies_in_the_bucket_is_printed_all_the_same(vendor: Vendor) -> None:
    assert vendor.rows.stop(ID, NOW)
    assert not vendor.rows.stop(ID, LATER)
    assert not vendor.rows.begin(ID, LATER)
    assert vendor.rows.finish(ID, LATER)


def test_a_letter_that_nobody_asked_for_is_nowhere_and_goes_nowhere(vendor: Vendor) -> None:
    assert vendor.rows.state("other") is None
    assert [move("other", NOW) for move in (vendor.rows.begin, vendor.rows.finish, vendor.rows.stop)] == [False] * 3
    assert vendor.rows.state("other") is None


@pytest.mark.parametrize(("conflicts", "begins"), [(3, True), (4, False)])
def test_a_row_that_a_transaction_holds_is_tried_again_a_few_times(cloud: None, conflicts: int, begins: bool) -> None:  # noqa: ARG001, FBT001
    client = aws.client("dynamodb")
    slept: list[float] = []
    table = tables_of(client).letters
    letter_id = f"{conflicts:036x}"
    table.write_together(letter_items(table, letter_id, b"sealed", NOW, UNTIL))
    held = client.exceptions.TransactionConflictException({"Error": {"Code": "TransactionConflictException"}}, "Update")
    rows = LetterRows(Answering(client, *[held] * conflicts), table.name, slept.append)
    if begins:
        assert rows.begin(letter_id, NOW)
    else:
        with pytest.raises(type(held)):
            rows.begin(letter_id, NOW)
    assert slept == [0.05, 0.2, 0.8]
    assert (LetterState.ACCEPTED in journey(table, letter_id).reached) is begins


def test_what_is_no_answer_of_dynamodb_is_not_read_as_one() -> None:
    class Elsewhere:
        exceptions = aws.client("dynamodb").exceptions

        def get_item(self, **_: object) -> dict[str, object]:
            return {"ResponseMetadata": {"HTTPStatusCode": 200}}

        update_item = transact_write_items = get_item

    rows = LetterRows(Elsewhere(), "letters", _no_sleep)
    for move in (rows.begin, rows.finish, rows.stop):
        with pytest.raises(KeyError):
            move(ID, NOW)
    with pytest.raises(KeyError):
        rows.state(ID)
