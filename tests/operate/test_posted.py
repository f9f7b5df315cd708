"""The command that writes down what the print vendor posted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from chalicelib.days import midnight_after
from chalicelib.errors import Unavailable
from chalicelib.letters.contract.states import LetterState
from chalicelib.letters.life import journey, move
from chalicelib.letters.posting import letter_items
from chalicelib.letters.printed import PrintedLetters
from chalicelib.mandates.register.mandates import DynamoMandates
from chalicelib.people.pseudonym import PersonId
from chalicelib.storage.table import Item
from chalicelib.storage.tables import LettersTable
from local import aws
from local.letterbox.paper import InBucket
from operate import posted
from operate.people import People
from print_vendor.bucket import Bucket
from tests import inside
from tests.adapters.conftest import askers_of, books_of, tables_of
from tests.builders import GENEROUS, NOW, a_request, an_opening
from tests.fakes import SEALING, FakePrinted

PRINTED, WAITING, NEVER = (f"{number:036x}" for number in (7, 8, 9))
AT = NOW + timedelta(days=1)
Shown = pytest.CaptureFixture[str]


@pytest.fixture
def table(cloud: None) -> LettersTable:  # noqa: ARG001
    """Return a table of two letters, of which one is printed."""
    inside.empty()
    made = tables_of(aws.client("dynamodb")).letters
    for letter_id in (PRINTED, WAITING):
        made.write_together(letter_items(made, letter_id, b"sealed", NOW, NOW + timedelta(days=42)))
    assert move(made, PRINTED, LetterState.PRINTED, NOW)
    return made


def _people(letters: LettersTable) -> People:
    client = aws.client("dynamodb")
    tables = tables_of(client)._replace(letters=letters)
    store = DynamoMandates(tables, SEALING, books_of(client, GENEROUS), askers_of(client))
    printed = PrintedLetters(aws.client("s3"), aws.BUCKET)
    return People(store, lambda _: PersonId("nobody"), printed, NOW + timedelta(days=9))


@pytest.fixture
def run(table: LettersTable, tmp_path: Path) -> Callable[..., int]:
    def run(*letters: str, apply: bool = True, at: datetime = AT) -> int:
        path = tmp_path / "posted.txt"
        path.write_text("\n".join(letters), encoding="utf-8")
        return posted.main(["dev", str(path), "--at", at.isoformat(), *(["--apply"] if apply else [])], _people(table))

    return run


def test_what_is_printed_is_posted_once_and_with_the_time_that_was_reported(
    run: Callable[..., int], table: LettersTable, capsys: Shown
) -> None:
    Bucket(aws.client("s3"), aws.BUCKET).put(PRINTED, "pdf", b"%PDF")
    assert run(PRINTED, PRINTED) == 0
    assert InBucket(aws.client("s3"), aws.BUCKET).pdf(PRINTED) == b""
    assert run(PRINTED, at=AT + timedelta(days=1)) == 0
    assert journey(table, PRINTED).reached[LetterState.POSTED] == AT
    told = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("{")]
    assert told == [f"{PRINTED}: posted", f"{PRINTED}: was posted before"]


def test_what_is_not_printed_is_told_holds_up_no_other_and_stays(
    run: Callable[..., int], table: LettersTable, capsys: Shown
) -> None:
    assert run(WAITING, NEVER, PRINTED) == 1
    assert LetterState.POSTED in journey(table, PRINTED).reached
    assert LetterState.POSTED not in journey(table, WAITING).reached
    assert journey(table, NEVER).reached == {}
    told = capsys.readouterr().err.splitlines()
    assert told == [f"{one}: is not printed here, or there is no such letter" for one in (WAITING, NEVER)]


def test_a_code_counts_from_the_moment_that_was_reported(run: Callable[..., int], table: LettersTable) -> None:
    store = _people(table).store
    asked = a_request(expires_at=midnight_after(NOW.date() + timedelta(days=56)), valid_days=42)
    store.open_requests(an_opening(asked))
    assert asked.letter_id
    assert move(table, asked.letter_id, LetterState.PRINTED, NOW)
    assert run(asked.letter_id) == 0
    found = store.request(asked.represented, asked.case_id)
    assert found is not None
    assert found.expires_at == midnight_after(AT.date() + timedelta(days=42))


def test_what_came_back_meanwhile_is_told_and_stays(
    run: Callable[..., int], table: LettersTable, capsys: Shown
) -> None:
    assert move(table, PRINTED, LetterState.RETURNED, NOW)
    assert run(PRINTED) == 1
    assert capsys.readouterr().err.splitlines() == [f"{PRINTED}: is returned already; nothing was changed"]


def test_what_is_still_to_come_was_not_posted(run: Callable[..., int], table: LettersTable, capsys: Shown) -> None:
    assert run(PRINTED, at=NOW + timedelta(days=10)) == 1
    assert "Look at --at" in capsys.readouterr().err
    assert LetterState.POSTED not in journey(table, PRINTED).reached


def test_without_apply_nothing_is_changed(run: Callable[..., int], table: LettersTable, capsys: Shown) -> None:
    assert run(PRINTED, apply=False) == 0
    assert LetterState.POSTED not in journey(table, PRINTED).reached
    assert "Nothing was changed; add --apply" in capsys.readouterr().out


def test_an_empty_file_and_a_time_without_a_zone_are_told(run: Callable[..., int], capsys: Shown) -> None:
    assert run() == 1
    assert "Write the id of one letter on each line" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        run(PRINTED, at=datetime(2031, 5, 18, 12))  # noqa: DTZ001
    assert "names no time zone" in capsys.readouterr().err


class Silent(LettersTable):
    def get(self, *_: object) -> Item:
        raise Unavailable("dynamodb")


def test_what_does_not_answer_is_told_and_can_be_done_again(
    run: Callable[..., int], table: LettersTable, tmp_path: Path, capsys: Shown
) -> None:
    (tmp_path / "list.txt").write_text(PRINTED)
    silent = Silent(aws.client("dynamodb"), table.name)
    arguments = ["dev", str(tmp_path / "list.txt"), "--at", AT.isoformat(), "--apply"]
    assert posted.main(arguments, _people(silent)) == 1
    assert "dynamodb does not answer. Run the same again." in capsys.readouterr().err
    assert run(PRINTED) == 0


def test_what_could_not_be_emptied_is_told_and_is_emptied_the_next_time(
    table: LettersTable, tmp_path: Path, capsys: Shown
) -> None:
    (tmp_path / "list.txt").write_text(PRINTED)
    command = ["dev", str(tmp_path / "list.txt"), "--at", AT.isoformat(), "--apply"]
    people, printed = _people(table), FakePrinted()
    printed.down = True
    assert posted.main(command, replace(people, printed=printed)) == 1
    told = capsys.readouterr()
    assert told.err == f"{PRINTED}: not done, or not all of it: s3 does not answer. Run the same again.\n"
    assert f"{PRINTED}: posted" not in told.out
    printed.down = False
    assert posted.main(command, replace(people, printed=printed)) == 0
    assert printed.emptied == [PRINTED]
    assert journey(table, PRINTED).reached[LetterState.POSTED] == AT
