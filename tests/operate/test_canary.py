"""The command that writes down that a test letter came."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.days import today
from chalicelib.errors import Unavailable
from chalicelib.letters.canary import canary_id, put_canary
from chalicelib.letters.contract.states import LetterState, VendorKind
from chalicelib.letters.life import journey, move
from chalicelib.mandates.register.mandates import DynamoMandates
from chalicelib.people.pseudonym import PersonId
from chalicelib.storage.tables import LettersTable
from local import aws
from operate import canary
from operate.people import People
from tests import inside
from tests.adapters.conftest import askers_of, books_of, tables_of
from tests.builders import GENEROUS
from tests.fakes import SEALING, FakePrinted

NOW = datetime(2031, 5, 19, 8, 0, tzinfo=UTC)
DAY = today(NOW)
LETTER_ID = canary_id(DAY)
Shown = pytest.CaptureFixture[str]


@pytest.fixture
def table(cloud: None) -> LettersTable:  # noqa: ARG001
    """Return a table with a test letter that was posted."""
    inside.empty()
    made = tables_of(aws.client("dynamodb")).letters
    put_canary(made, SEALING.letters, VendorKind.FUNCTION, ("Wij", "Straat 1", "1234 AB  Plaats"), "x.example", NOW)
    assert move(made, LETTER_ID, LetterState.POSTED, NOW)
    return made


@pytest.fixture
def people(table: LettersTable) -> People:
    client = aws.client("dynamodb")
    tables = tables_of(client)._replace(letters=table)
    store = DynamoMandates(tables, SEALING, books_of(client, GENEROUS), askers_of(client))
    return People(store, lambda _: PersonId("nobody"), FakePrinted(), NOW + timedelta(days=2))


def test_that_it_came_is_written_down_once(people: People, table: LettersTable, capsys: Shown) -> None:
    assert canary.main(["dev", str(DAY), "--apply"], people) == 0
    assert canary.main(["dev", str(DAY), "--apply"], people) == 0
    assert journey(table, LETTER_ID).reached[LetterState.DELIVERED] == people.now
    told = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("{")]
    assert told == [f"{DAY}: came", f"{DAY}: came before"]


def test_without_apply_nothing_is_changed(people: People, table: LettersTable, capsys: Shown) -> None:
    assert canary.main(["dev", str(DAY)], people) == 0
    assert LetterState.DELIVERED not in journey(table, LETTER_ID).reached
    assert "add --apply" in capsys.readouterr().out


def test_one_that_is_not_there_holds_up_no_other(people: People, table: LettersTable, capsys: Shown) -> None:
    before = DAY - timedelta(days=1)
    assert canary.main(["dev", str(before), str(DAY), "--apply"], people) == 1
    assert LetterState.DELIVERED in journey(table, LETTER_ID).reached
    assert f"{before}: there is no test letter of that day" in capsys.readouterr().err


def test_one_that_came_back_did_not_come(people: People, table: LettersTable, capsys: Shown) -> None:
    assert move(table, LETTER_ID, LetterState.RETURNED, NOW)
    assert canary.main(["dev", str(DAY), "--apply"], people) == 1
    assert capsys.readouterr().err == f"{DAY}: is returned already; nothing was changed\n"


@pytest.mark.parametrize("apply", [[], ["--apply"]])
def test_one_that_nobody_has_printed_cannot_have_come(
    people: People, table: LettersTable, capsys: Shown, apply: list[str]
) -> None:
    """A day that was mistyped: what still has to be printed is not taken off its way, and its alarm not silenced."""
    later = DAY + timedelta(days=1)
    put_canary(table, SEALING.letters, VendorKind.FUNCTION, ("Wij", "Straat 1"), "x.example", NOW + timedelta(days=1))
    assert canary.main(["dev", str(later), *apply], people) == 1
    assert LetterState.DELIVERED not in journey(table, canary_id(later)).reached
    assert isinstance(people.printed, FakePrinted)
    assert people.printed.emptied == []
    assert capsys.readouterr().err == f"{later}: is checked, so nobody has printed it; nothing was changed\n"


@pytest.mark.parametrize("day", ["2031-13-01", "tomorrow", "28-11-2026", ""])
def test_what_is_no_day_is_told(people: People, capsys: Shown, day: str) -> None:
    with pytest.raises(SystemExit):
        canary.main(["dev", day, "--apply"], people)
    assert f"{day} is no day; write for example 2026-12-01" in capsys.readouterr().err


def test_a_day_to_come_is_told(people: People, capsys: Shown) -> None:
    assert canary.main(["dev", "2031-06-01", "--apply"], people) == 1
    assert "the date that stands on the letter" in capsys.readouterr().err


def test_what_does_not_answer_is_told_and_can_be_done_again(people: People, capsys: Shown) -> None:
    class Silent(LettersTable):
        def get(self, *_: object) -> dict[str, object]:
            raise Unavailable("dynamodb")

    client = aws.client("dynamodb")
    tables = tables_of(client)._replace(letters=Silent(client, f"{aws.NAME}-letters"))
    store = DynamoMandates(tables, SEALING, books_of(client, GENEROUS), askers_of(client))
    silent = People(store, people.person, people.printed, people.now)
    assert canary.main(["dev", str(DAY), "--apply"], silent) == 1
    assert "dynamodb does not answer. Run the same again." in capsys.readouterr().err


def test_what_could_not_be_emptied_is_told_and_is_emptied_the_next_time(people: People, capsys: Shown) -> None:
    printed = FakePrinted()
    printed.down = True
    assert canary.main(["dev", str(DAY), "--apply"], replace(people, printed=printed)) == 1
    told = capsys.readouterr().err
    assert told == f"{DAY}: not done, or not all of it: s3 does not answer. Run the same again.\n"
    printed.down = False
    assert canary.main(["dev", str(DAY), "--apply"], replace(people, printed=printed)) == 0
    assert printed.emptied == [LETTER_ID]
