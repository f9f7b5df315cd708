"""The command that puts marks right: as rows say, and nothing but what is wrong."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.days import today
from chalicelib.letters.contract.states import NOT_TAKEN, LetterState, row_key, underway_key
from chalicelib.letters.day_index import DAY
from chalicelib.letters.life import move
from chalicelib.letters.posting import LETTERS, VendorQueue
from chalicelib.letters.reckoning import Reckoning
from chalicelib.letters.underway import marking
from chalicelib.outbox.parcels import MARK, SHARDS, shard_of
from chalicelib.outbox.sending import Outbox
from chalicelib.storage.rows import Rows
from chalicelib.storage.table import Item
from chalicelib.storage.tables import LettersTable
from local import aws
from operate import letters, marks
from operate.letters import Letters
from tests.counted import lose_mark, lose_row, put_letter, send_no_more
from tests.operate.conftest import COUNTED_AT

NOW = COUNTED_AT
YESTERDAY = NOW - timedelta(days=1)
NOBODY = f"{99:036x}"
Run = Callable[..., int]
Shown = pytest.CaptureFixture[str]


@pytest.fixture
def there(no_letters: Letters) -> Letters:
    """Return what a stage holds of letters: one that waits, and one that was posted."""
    for number, state in enumerate((LetterState.CHECKED, LetterState.POSTED)):
        put_letter(no_letters.table, number, state, YESTERDAY)
    return no_letters


@pytest.fixture
def run(there: Letters) -> Run:
    return lambda *options: marks.main(["dev", *options], there)


def _everything(table: LettersTable) -> list[Item]:
    marked = [pk for shard in range(SHARDS) for pk in (f"OUTBOX#{shard}", f"AWAITED#{shard}", f"UNDERWAY#{shard}")]
    marked += [f"DAY#{today(YESTERDAY)}#{shard}" for shard in range(SHARDS)]
    found = [item for pk in marked for item in table.query(pk, "", None)[0]]
    return found + [item for number in range(9) if (item := table.get(*row_key(f"{number:036x}")))]


def _is_right(there: Letters) -> bool:
    reckoning = Reckoning(there.table)
    return reckoning.of_day(today(YESTERDAY)).holds and not reckoning.strays()


def test_where_all_is_right_it_says_so(run: Run, there: Letters, capsys: Shown) -> None:
    before = _everything(there.table)
    assert run("--apply") == 0
    assert capsys.readouterr().out == "Every mark is right.\n"
    assert _everything(there.table) == before


def _forget_day(table: LettersTable, letter_id: str) -> None:
    Rows(table, DAY).delete(day=today(YESTERDAY), letter_id=letter_id, shard=shard_of(letter_id))


def _mark(table: LettersTable, letter_id: str) -> None:
    table.write_together([marking(table, letter_id, YESTERDAY)])


def _withdraw_what_is_lost(table: LettersTable, letter_id: str) -> None:
    """Leave what a withdrawal leaves of a letter whose row is gone, once the sweeper was there."""
    lose_row(table, letter_id)
    table.write_together(LETTERS.stopping(table, letter_id))
    send_no_more(table, letter_id)


def _withdraw_unsent(table: LettersTable, letter_id: str) -> None:
    table.write_together(LETTERS.stopping(table, letter_id))
    send_no_more(table, letter_id)


def _forget_content(table: LettersTable, letter_id: str) -> None:
    table.write_together(LETTERS.forgetting(table, letter_id))


@pytest.mark.parametrize(
    ("state", "spoil", "then"),
    [
        (LetterState.PRINTED, lose_mark, "it is marked again"),
        (LetterState.CHECKED, lose_mark, "it is sent again"),
        (LetterState.FAILED, _mark, "it is marked no more"),
        (LetterState.QUEUED, _forget_day, "it is marked again"),
        (LetterState.CHECKED, send_no_more, "it is sent again"),
        (LetterState.CHECKED, _forget_content, "nothing is left to be printed, so it is cancelled"),
        (LetterState.CHECKED, _withdraw_what_is_lost, "nothing is left to be printed, so it is cancelled"),
        (LetterState.CHECKED, _withdraw_unsent, "it is not to be printed any more, so it is cancelled"),
        (LetterState.ACCEPTED, lose_row, "it is not counted any more; its owner sees that it is late"),
    ],
)
def test_what_is_not_accounted_for_is_put_right_once_it_is_told(
    run: Run,
    there: Letters,
    capsys: Shown,
    state: LetterState,
    spoil: Callable[[LettersTable, str], None],
    then: str,
) -> None:
    letter_id = put_letter(there.table, 7, state, YESTERDAY)
    spoil(there.table, letter_id)
    before = _everything(there.table)
    assert run() == 1
    told = capsys.readouterr().out
    assert letter_id in told
    assert then in told
    assert "add --apply" in told
    assert _everything(there.table) == before
    assert run("--apply") == 0
    assert "(done)" in capsys.readouterr().out
    _sweep(there)
    assert _is_right(there)
    assert run() == 0


class Post:
    """A queue that takes everything."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    def send_message(self, **message: str) -> dict[str, str]:
        self.taken.append(message["MessageBody"])
        return {"MessageId": message["MessageBody"]}


def _sweep(there: Letters) -> list[str]:
    """Return what the sweeper sends of what waits."""
    post = Post()
    Outbox(there.table, {LETTERS: VendorQueue(there.table, post, "letters", "checks")}).sweep(NOW + timedelta(hours=1))
    return post.taken


@pytest.mark.parametrize(
    ("key", "told"),
    [
        (NOBODY, "its owner sees that it is late"),
        (f"check#{NOBODY}", "who asked can withdraw and ask anew"),
        (f"notice#{NOBODY}", "it stands under My mandates"),
        ("notice#", "nobody can read it"),
        ("some#thing", "nobody can read it"),
        ("", "nobody can read it"),
    ],
)
def test_a_mark_that_leads_nowhere_is_taken_out(run: Run, there: Letters, capsys: Shown, key: str, told: str) -> None:
    before = _everything(there.table)
    places = [("OUTBOX#3", key)] if key else []
    for pk, sk in (*places, ("AWAITED#3", f"2031-05-17T11:00:00+00:00#{key}")):
        there.table.put({"pk": pk, "sk": sk})
    assert run() == 1
    assert told in capsys.readouterr().out
    assert run("--apply") == 0
    assert _everything(there.table) == before


def test_what_is_withdrawn_though_its_row_is_gone_counts_as_cancelled_once_the_sweeper_was_there(
    run: Run, there: Letters
) -> None:
    letter_id = put_letter(there.table, 7, LetterState.QUEUED, YESTERDAY)
    lose_row(there.table, letter_id)
    there.table.write_together(LETTERS.stopping(there.table, letter_id))
    _sweep(there)
    assert _is_right(there)
    assert run() == 0


@pytest.mark.parametrize("seed", range(3))
def test_whatever_marks_are_lost_or_left_all_is_right_after_a_sweep_and_nothing_printed_is_sent(
    run: Run, there: Letters, capsys: Shown, seed: int
) -> None:
    pick, letters = random.Random(seed), dict[str, LetterState]()
    spoils = (lose_mark, lose_row, send_no_more, _forget_day, _mark, _forget_content, _withdraw_what_is_lost)
    for number, state in enumerate(state for state in LetterState if state is not LetterState.REQUESTED):
        letter_id = put_letter(there.table, 20 + number, state, YESTERDAY)
        for spoil in pick.sample(spoils, pick.randint(1, 3)):
            # Of a row that is gone nothing is left to be forgotten.
            if spoil is not _forget_content or there.table.get(*row_key(letter_id)):
                spoil(there.table, letter_id)
        letters[letter_id] = state
    assert run("--apply") == 0, capsys.readouterr().out
    sent = _sweep(there)
    assert _is_right(there)
    assert run() == 0, capsys.readouterr().out
    assert {state for letter_id, state in letters.items() if letter_id in "".join(sent)} <= set(NOT_TAKEN)


def test_a_mark_that_lies_where_nobody_takes_it_away_is_put_right(run: Run, there: Letters) -> None:
    letter_id = put_letter(there.table, 8, LetterState.QUEUED, YESTERDAY)
    there.table.put({"pk": f"OUTBOX#{shard_of(letter_id) + 1}", "sk": letter_id, "since": YESTERDAY.isoformat()})
    assert run() == 1
    assert run("--apply") == 0
    assert [letter_id in "".join(_sweep(there)) for _ in range(2)] == [True, False]
    assert run() == 0


def test_what_is_due_later_is_found_by_its_id_too(run: Run, there: Letters) -> None:
    before = _everything(there.table)
    there.table.put({"pk": "AWAITED#3", "sk": f"2031-05-17T11:00:00+00:00#check#{NOBODY}"})
    assert run(NOBODY, "--apply") == 0
    assert _everything(there.table) == before


@pytest.mark.parametrize("command", [marks.main, letters.main])
def test_keys_that_we_did_not_write_move_no_cursor_and_show_no_number(
    there: Letters, capsys: Shown, command: Callable[..., int]
) -> None:
    odd = "\x1b[2J\x07900100084\n0001"
    for pk in ("OUTBOX#3", "AWAITED#3", underway_key(odd)[0]):
        there.table.put({"pk": pk, "sk": odd})
    assert command(["dev"], there) == 1
    shown = capsys.readouterr().out
    assert "900100084" not in shown
    assert all(character.isprintable() for character in shown.replace("\n", ""))
    assert "\n0001" not in shown


def test_what_a_later_release_wrote_waits_for_that(run: Run, there: Letters, capsys: Shown) -> None:
    there.table.put({"pk": "OUTBOX#3", "sk": f"webhook#{NOBODY}"})
    assert run("--apply") == 1
    assert "once it is deployed again" in capsys.readouterr().out
    assert there.table.get("OUTBOX#3", f"webhook#{NOBODY}")


def test_a_row_that_cannot_be_read_is_left_alone(run: Run, there: Letters, capsys: Shown) -> None:
    letter_id = put_letter(there.table, 7, LetterState.CHECKED, YESTERDAY)
    there.table.put({"pk": f"LETTER#{letter_id}", "sk": "LETTER", "state": "somewhere"})
    before = _everything(there.table)
    assert run("--apply") == 1
    assert "its row cannot be read: restore the table" in capsys.readouterr().out
    assert _everything(there.table) == before


def test_only_what_is_named_is_put_right(run: Run, there: Letters, capsys: Shown) -> None:
    for key in ("notice#", f"check#{NOBODY}"):
        there.table.put({"pk": "OUTBOX#3", "sk": key})
    assert run(NOBODY, "--apply") == 0
    assert "nobody can read it" not in capsys.readouterr().out
    assert [mark.key for mark in Rows(there.table, MARK).every(shard=3)] == ["notice#"]
    assert run(f"{1:036x}", "--apply") == 1
    shown = capsys.readouterr()
    assert "nothing is wrong with it" in shown.err
    assert "Every mark is right" not in shown.out, "nobody looked at the others"


def test_ids_may_stand_behind_an_option(run: Run, there: Letters) -> None:
    there.table.put({"pk": "OUTBOX#3", "sk": f"check#{NOBODY}"})
    assert run("--days", "1", NOBODY, "--apply") == 0


def test_what_moved_on_meanwhile_is_left_alone(there: Letters, capsys: Shown) -> None:
    letter_id = put_letter(there.table, 7, LetterState.CHECKED, YESTERDAY)
    send_no_more(there.table, letter_id)

    class Quick(LettersTable):
        def write_together(self, writes: object) -> None:
            assert move(there.table, letter_id, LetterState.ACCEPTED, NOW)
            super().write_together(writes)  # type: ignore[arg-type]

    quick = Quick(aws.client("dynamodb"), there.table.name)
    assert marks.main(["dev", "--apply"], Letters(quick, there.transient, NOW)) == 1
    assert "it moved on meanwhile" in capsys.readouterr().out
    assert not [
        one for shard in range(SHARDS) for one in Rows(there.table, MARK).every(shard=shard) if one.key == letter_id
    ]
