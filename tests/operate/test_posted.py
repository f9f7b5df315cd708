"""The command that writes down what the print vendor posted."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from chalicelib.errors import Unavailable
from chalicelib.letters.contract.states import LetterState
from chalicelib.letters.life import move, progress
from chalicelib.letters.posting import letter_items
from chalicelib.storage.tables import LettersTable
from local import aws
from operate import posted
from tests import inside
from tests.adapters.conftest import tables_of
from tests.builders import NOW

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


@pytest.fixture
def run(table: LettersTable, tmp_path: Path) -> Callable[..., int]:
    def run(*letters: str, apply: bool = True, at: datetime = AT) -> int:
        path = tmp_path / "posted.txt"
        path.write_text("\n".join(letters), encoding="utf-8")
        return posted.main(["dev", str(path), "--at", at.isoformat(), *(["--apply"] if apply else [])], table)

    return run


def test_what_is_printed_is_posted_once_and_with_the_time_that_was_reported(
    run: Callable[..., int], table: LettersTable, capsys: Shown
) -> None:
    assert run(PRINTED, PRINTED) == 0
    assert run(PRINTED, at=AT + timedelta(days=1)) == 0
    assert progress(table, PRINTED)[LetterState.POSTED] == AT
    assert capsys.readouterr().out.splitlines() == [f"{PRINTED}: posted", f"{PRINTED}: was posted before"]


def test_what_is_not_printed_is_told_holds_up_no_other_and_stays(
    run: Callable[..., int], table: LettersTable, capsys: Shown
) -> None:
    assert run(WAITING, NEVER, PRINTED) == 1
    assert LetterState.POSTED in progress(table, PRINTED)
    assert LetterState.POSTED not in progress(table, WAITING)
    assert progress(table, NEVER) == {}
    told = capsys.readouterr().err.splitlines()
    assert told == [f"{one}: is not printed here, or there is no such letter" for one in (WAITING, NEVER)]


def test_without_apply_nothing_is_changed(run: Callable[..., int], table: LettersTable, capsys: Shown) -> None:
    assert run(PRINTED, apply=False) == 0
    assert LetterState.POSTED not in progress(table, PRINTED)
    assert "Nothing was changed; add --apply" in capsys.readouterr().out


def test_an_empty_file_and_a_time_without_a_zone_are_told(run: Callable[..., int], capsys: Shown) -> None:
    assert run() == 1
    assert "Write the id of one letter on each line" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        run(PRINTED, at=datetime(2031, 5, 18, 12))  # noqa: DTZ001
    assert "names no time zone" in capsys.readouterr().err


class Silent(LettersTable):
    def write_together(self, *_: object, **__: object) -> None:
        raise Unavailable("dynamodb")


def test_what_does_not_answer_is_told_and_can_be_done_again(
    run: Callable[..., int], table: LettersTable, tmp_path: Path, capsys: Shown
) -> None:
    (tmp_path / "list.txt").write_text(PRINTED)
    silent = Silent(aws.client("dynamodb"), table.name)
    arguments = ["dev", str(tmp_path / "list.txt"), "--at", AT.isoformat(), "--apply"]
    assert posted.main(arguments, silent) == 1
    assert "dynamodb does not answer. Run the same again." in capsys.readouterr().err
    assert run(PRINTED) == 0
