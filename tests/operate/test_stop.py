"""The command with which staff stop what a letter is about, for who calls."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chalicelib.mandates.model.requests import RequestState
from chalicelib.mandates.writing.wording import reference_of
from chalicelib.wiring import Wiring
from operate import stop
from tests.asked import asked_and_passed_on
from tests.builders import PORTAL_ID, SERVICE_ID, VERA

BORN = "12-03-1948"
Printed = pytest.CaptureFixture[str]
Command = Callable[..., int]


@pytest.fixture
def waiting(wired: Wiring) -> str:
    """Return the reference of a letter about two services that Henk asks of Vera."""
    asked = asked_and_passed_on(wired.mandates, SERVICE_ID, PORTAL_ID, now=wired.clock(), secrets=wired.secrets)
    return reference_of(asked[0].case_id)


@pytest.fixture
def command(wired: Wiring, tmp_path: Path) -> Command:
    """Return the command, with Vera on the telephone unless somebody else is."""

    def run(reference: str, *more: str, says: str = f"{VERA.digits}\n{BORN}\n") -> int:
        who = tmp_path / "who.txt"
        who.write_text(says, encoding="utf-8")
        return stop.main(["dev", reference, "--staff", "medewerker-7", "--who", str(who), *more], wired)

    return run


def _states(wired: Wiring) -> set[RequestState]:
    person = wired.secrets.pseudonyms.person(VERA)
    return {one.state(wired.clock()) for one in wired.mandates.requests(person)}


def test_what_a_letter_is_about_is_shown_and_stopped_with_apply(
    command: Command, wired: Wiring, waiting: str, capsys: Printed
) -> None:
    assert command(waiting) == 0
    told = capsys.readouterr().out
    assert told.count("is waiting") == 2
    assert "Nothing was changed; add --apply" in told
    assert _states(wired) == {RequestState.WAITING}
    spaced = f"{waiting[:4]} {waiting[4:8]} {waiting[8:].lower()}"
    for _ in range(2):
        assert command(spaced, "--apply") == 0
        assert capsys.readouterr().out.count("is refused") == 2
    assert _states(wired) == {RequestState.REFUSED}


def test_who_calls_is_told_the_same_whatever_became_of_it(command: Command, waiting: str, capsys: Printed) -> None:
    """Who asked for them may call as the other, with the reference that they see on their own page."""
    said = []
    for reference in (waiting, waiting, "0123456789AB"):
        command(reference, "--apply")
        shown = capsys.readouterr()
        said.append((shown.out + shown.err).partition("tell who calls ")[2].strip())
    assert set(said) == {
        "this and nothing else: if this reference stands on a letter to you, what that is about is stopped."
    }


@pytest.mark.parametrize(
    ("reference", "says", "told"),
    [
        ("0123456789AB", f"{VERA.digits}\n{BORN}", "No letter to who calls has this reference"),
        ("{waiting}", f"{VERA.digits}\n01-01-1950", "nobody with this number and this birth date"),
        ("{waiting}", "rubbish", "This is not a citizen service number"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_stopped(
    command: Command, wired: Wiring, waiting: str, capsys: Printed, reference: str, says: str, told: str
) -> None:
    assert command(reference.format(waiting=waiting), "--apply", says=says) == 1
    said = capsys.readouterr()
    assert told in said.err
    assert VERA.digits not in said.err + said.out
    assert _states(wired) == {RequestState.WAITING}
