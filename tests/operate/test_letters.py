"""The command that says whether each letter is accounted for."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.errors import Unavailable
from chalicelib.letters.contract.states import LetterState, row_key
from chalicelib.letters.contract.statuses import Mishap
from chalicelib.letters.limits import Asker, Limits, Sent
from chalicelib.people.pseudonym import AddressId, PersonId
from chalicelib.storage.table import Condition, Item
from chalicelib.storage.tables import LettersTable
from local import aws
from operate import letters
from operate.letters import Letters
from tests.adapters.conftest import books_of
from tests.builders import SERVICE_ID
from tests.counted import lose_mark, put_letter
from tests.operate.conftest import COUNTED_AT

NOW = COUNTED_AT
YESTERDAY = NOW - timedelta(days=1)
Shown = pytest.CaptureFixture[str]


@pytest.fixture
def there(no_letters: Letters) -> Letters:
    return no_letters


@pytest.fixture
def run(there: Letters) -> Callable[..., int]:
    return lambda *options: letters.main(["dev", *options], there)


def test_each_day_is_a_line_that_says_ok(run: Callable[..., int], there: Letters, capsys: Shown) -> None:
    for number, state in enumerate((LetterState.POSTED, LetterState.POSTED, LetterState.RETURNED, LetterState.QUEUED)):
        put_letter(there.table, number, state, YESTERDAY)
    assert run("--days", "2") == 0
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["day", "requested", "posted", "delivered", "returned", "failed", "cancelled", "pending"],
        ["2026-11-26", "4", "2", "0", "1", "0", "0", "1", "OK"],
        ["2026-11-25", "0", "0", "0", "0", "0", "0", "0", "OK"],
    ]


def test_what_is_lost_is_named_and_the_command_fails(run: Callable[..., int], there: Letters, capsys: Shown) -> None:
    lost = put_letter(there.table, 1, LetterState.ACCEPTED, YESTERDAY)
    lose_mark(there.table, lost)
    assert run() == 1
    day, *_, lines = capsys.readouterr().out.partition("Not accounted for:")
    assert day.splitlines()[1].endswith("NOK")
    assert lines.strip() == f"{lost}  it has not ended, and is not marked as under way"


def test_why_letters_came_to_nothing_is_counted(run: Callable[..., int], there: Letters, capsys: Shown) -> None:
    for number, why in enumerate((Mishap.MOVED, Mishap.UNKNOWN_ADDRESS, Mishap.UNKNOWN_ADDRESS)):
        letter_id = put_letter(there.table, number, LetterState.RETURNED, YESTERDAY)
        there.table.change(*row_key(letter_id), "SET #r = :r", Condition("", {"#r": "reason"}, {":r": why}))
    put_letter(there.table, 9, LetterState.CANCELLED, YESTERDAY)
    assert run() == 0
    _, _, lines = capsys.readouterr().out.partition("Why letters came to nothing:")
    assert [line.split(maxsplit=1) for line in lines.strip().splitlines()] == [
        ["2", "returned: unknown-address"],
        ["1", "returned: moved"],
    ]


def test_which_letters_wait_too_long_is_told_whatever_their_day(
    run: Callable[..., int], there: Letters, capsys: Shown
) -> None:
    late = put_letter(there.table, 1, LetterState.PRINTED, NOW - timedelta(days=30))
    put_letter(there.table, 2, LetterState.PRINTED, YESTERDAY)
    assert run("--days", "1") == 0, "it is late, and accounted for"
    _, _, lines = capsys.readouterr().out.partition("Waiting too long:")
    assert lines.strip() == f"{late}  printed, waits 22 working days to be posted; reference none"


def test_an_address_that_had_as_many_letters_as_are_allowed_is_told_by_its_pseudonym(
    run: Callable[..., int], there: Letters, capsys: Shown
) -> None:
    books = books_of(aws.client("dynamodb"), Limits(owner=9, address=3))
    for number in range(3):
        pair = books.read(PersonId(f"somebody {number}"), AddressId("home"))
        sent = Sent(f"letter {number}", YESTERDAY.date(), SERVICE_ID, Asker.OWNER)
        there.transient.write_together(books.adding([sent], pair, ()))
    assert run() == 0
    _, _, lines = capsys.readouterr().out.partition("Addresses with as many letters as are allowed:")
    assert lines.strip() == "home  3 in 30 days, the last on 2026-11-26"


def test_days_are_chosen_and_what_is_none_is_told(run: Callable[..., int], capsys: Shown) -> None:
    assert run("--day", "2026-11-20", "--days", "3") == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in told] == ["day", "2026-11-20", "2026-11-19", "2026-11-18"]
    for wrong, said in ((("--day", "yesterday"), "is no day"), (("--days", "61"), "older days are not kept")):
        with pytest.raises(SystemExit):
            run(*wrong)
        assert said in capsys.readouterr().err


class Silent(LettersTable):
    def query(self, *_: object, **__: object) -> tuple[list[Item], str | None]:
        raise Unavailable("dynamodb")


def test_what_does_not_answer_is_told(there: Letters, capsys: Shown) -> None:
    silent = Silent(aws.client("dynamodb"), there.table.name)
    assert letters.main(["dev"], Letters(silent, there.transient, NOW)) == 1
    assert "dynamodb does not answer" in capsys.readouterr().err
