"""The command for what lies among the dead letters: shown without what it holds, sent again, or dropped."""

import json
from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from local import aws
from operate import dead
from operate.dead import Queues
from tests import inside

LETTER_ID = "ca5eca5eca5eca5eca5eca5eca5eca5e0001"
LETTER = json.dumps({"schema": "sealed-letter/1", "letter_id": LETTER_ID, "content": "eyJhbGciOi.c2VjcmV0"})
Run = Callable[..., int]
Shown = pytest.CaptureFixture[str]


@pytest.fixture
def queues(cloud: None) -> Queues:  # noqa: ARG001
    inside.empty()
    for name in inside.QUEUES:
        inside.queue(f"{name}-dead")._messages = []
    return Queues(aws.client("sqs"), aws.NAME, wait=0)


@pytest.fixture
def run(queues: Queues) -> Run:
    return lambda *options: dead.main(["dev", *options], queues)


def _die(queues: Queues, name: str, *texts: str) -> None:
    for text in texts:
        queues.sqs.send_message(QueueUrl=queues.url(f"{name}-dead"), MessageBody=text)


def _in(queues: Queues, name: str) -> list[str]:
    found = queues.sqs.receive_message(QueueUrl=queues.url(name), MaxNumberOfMessages=10, VisibilityTimeout=0)
    return [one["Body"] for one in found.get("Messages", [])]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "Nothing lies among the dead letters.\n"),
        (("checks", "--again", "--apply"), "Nothing lies in checks-dead.\n"),
    ],
)
def test_where_nothing_died_it_says_so(run: Run, capsys: Shown, options: tuple[str, ...], said: str) -> None:
    assert run(*options) == 0
    assert capsys.readouterr().out == said


def test_each_is_told_by_its_ids_and_by_nothing_else_that_it_holds(run: Run, queues: Queues, capsys: Shown) -> None:
    _die(queues, "letters", LETTER)
    _die(queues, "deaths", '{"schema": "death/1", "bsn": "900100084"}', "900100084", "[1]")
    _die(queues, "letter-statuses", '{"letter_id": "900100084", "status": "vandergever", "schema": "gever"}')
    assert run() == 1
    shown = capsys.readouterr().out
    assert f"letter_id {LETTER_ID}" in shown
    assert "schema death/1" in shown
    assert shown.count("(nothing that we wrote)") == 2
    assert "(no ids in it)" in shown
    for secret in ("900100084", "gever", "c2VjcmV0"):
        assert secret not in shown


@pytest.mark.parametrize("number", [1, 25])
def test_looking_changes_nothing_and_twice_shows_the_same(run: Run, queues: Queues, capsys: Shown, number: int) -> None:
    _die(queues, "letters", *[LETTER] * number)
    for options in (("letters",), ("letters", "--again")):
        assert run(*options) == 1
        assert capsys.readouterr().out.count(LETTER_ID) == number
    assert not _in(queues, "letters")


class Refusing:
    """SQS, where the queue to which messages are sent cannot be reached."""

    def __init__(self, sqs: object) -> None:
        self._sqs = sqs

    def __getattr__(self, name: str) -> object:
        return getattr(self._sqs, name)

    def send_message(self, **_: str) -> None:
        raise OSError("the network is down")


class Forgetful(Refusing):
    """SQS, where what was hidden comes again before all was given."""

    def receive_message(self, **asked: object) -> object:
        self._calls = getattr(self, "_calls", 0) + 1
        return self._sqs.receive_message(**{**asked, "VisibilityTimeout": 0 if self._calls % 2 else 30})  # type: ignore[attr-defined]


def test_what_comes_again_is_shown_once_and_hides_nothing(queues: Queues, capsys: Shown) -> None:
    _die(queues, "letters", *[LETTER] * 25)
    assert dead.main(["dev", "letters"], Queues(Forgetful(queues.sqs), aws.NAME, wait=0)) == 1
    assert capsys.readouterr().out.count(LETTER_ID) == 25


def test_what_is_there_is_sent_again_as_it_was(run: Run, queues: Queues, capsys: Shown) -> None:
    _die(queues, "letters", *[LETTER] * 12)
    _die(queues, "checks", "{}")
    assert run("letters", "--again", "--apply") == 0
    assert capsys.readouterr().out.count("sent again") == 12
    assert len(inside.queue("letters")._messages) == 12
    assert set(_in(queues, "letters")) == {LETTER}
    assert not _in(queues, "letters-dead")
    assert _in(queues, "checks-dead") == ["{}"], "of the queue that was named"


def test_what_nobody_can_take_is_dropped_by_name(run: Run, queues: Queues, capsys: Shown) -> None:
    _die(queues, "letters", "rubbish", LETTER)
    run("letters")
    (rubbish,) = (line.split()[0] for line in capsys.readouterr().out.splitlines() if "nothing that we wrote" in line)
    assert run("letters", "--drop", rubbish, "--apply") == 0
    assert "taken out" in capsys.readouterr().out
    assert _in(queues, "letters-dead") == [LETTER]
    assert run("letters", "--drop", rubbish, "--apply") == 1
    assert f"{rubbish}: is not there" in capsys.readouterr().err


def test_the_queue_may_stand_behind_an_option(queues: Queues, capsys: Shown) -> None:
    _die(queues, "letters", LETTER)
    assert dead.main(["dev", "--stage-file", "of-mine.yaml", "letters"], queues) == 1
    assert LETTER_ID in capsys.readouterr().out


def test_only_one_queue_at_a_time_is_changed(run: Run, capsys: Shown) -> None:
    for options in (("--again",), ("--drop", "x"), ("letters", "--again", "--drop", "x"), ("elsewhere",)):
        with pytest.raises(SystemExit):
            run(*options, "--apply")
        assert "error: " in capsys.readouterr().err


@pytest.mark.parametrize("options", [(), ("--apply",)])
def test_statuses_are_believed_by_who_sent_them_so_nobody_else_sends_them_again(
    run: Run, queues: Queues, capsys: Shown, options: tuple[str, ...]
) -> None:
    _die(queues, "letter-statuses", "{}")
    assert run("letter-statuses", "--again", *options) == 1
    assert "Ask the vendor to tell them again" in capsys.readouterr().err
    assert _in(queues, "letter-statuses-dead") == ["{}"]
    assert not _in(queues, "letter-statuses")


@pytest.mark.parametrize(
    "hostile",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"letter_id": "000900100084"}',
        '{"letter_id": 900100084900100084900100084900100084}',
        '{"letter_id": "393030313030303834"}',
        r'{"letter_id": "\u001b[2J"}',
        '{"schema": "vandergever/1"}',
        '{"letter_id": {"a": "0031612345678"}}',
        f'{{"letter_id": {"9" * 5000}}}',
    ],
    ids=["deep", "deep map", "padded", "number", "digits in hex", "escape", "name", "inner", "huge"],
)
def test_whatever_is_in_a_message_it_is_one_line_that_tells_nothing_and_hides_no_other(
    run: Run, queues: Queues, capsys: Shown, hostile: str
) -> None:
    _die(queues, "letter-statuses", hostile, LETTER)
    assert run("letter-statuses") == 1
    lines = capsys.readouterr().out.splitlines()
    (told,) = (line for line in lines[:-1] if LETTER_ID not in line)
    assert len(lines) == 3
    assert told.split("received  ")[1].strip() in ("(nothing that we wrote)", "(no ids in it)")


def test_what_somebody_else_looks_at_is_not_told_as_nothing(run: Run, queues: Queues, capsys: Shown) -> None:
    _die(queues, "letters", LETTER)
    queues.sqs.receive_message(QueueUrl=queues.url("letters-dead"), VisibilityTimeout=60)
    assert run("letters") == 1
    assert "1 cannot be seen" in capsys.readouterr().err


class Slow(Refusing):
    """SQS, for who looks for longer than messages are hidden: nothing is theirs to show to others any more."""

    def change_message_visibility(self, **_: object) -> None:
        error = {"Code": "AWS.SimpleQueueService.MessageNotInflight", "Message": ""}
        raise ClientError({"Error": error}, "ChangeMessageVisibility")


def test_who_looks_for_long_sees_all_the_same(queues: Queues, capsys: Shown) -> None:
    _die(queues, "letters", LETTER, "rubbish")
    assert dead.main(["dev"], Queues(Slow(queues.sqs), aws.NAME, wait=0)) == 1
    shown = capsys.readouterr()
    assert not shown.err
    assert len(shown.out.splitlines()) == 3


def test_nothing_is_lost_when_it_cannot_be_sent_again(queues: Queues, capsys: Shown) -> None:
    _die(queues, "letters", LETTER)
    assert dead.main(["dev", "letters", "--again", "--apply"], Queues(Refusing(queues.sqs), aws.NAME, wait=0)) == 1
    assert "the network is down" in capsys.readouterr().err
    assert [one.body for one in inside.queue("letters-dead")._messages] == [LETTER]
