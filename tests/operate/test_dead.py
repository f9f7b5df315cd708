"""The command for what lies among the dead letters: shown without what it holds, sent again, or dropped."""

import json
from collections.abc import Callable

import pytest

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


def test_where_nothing_died_nothing_is_said(run: Run, capsys: Shown) -> None:
    assert run() == 0
    assert capsys.readouterr().out == ""


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


def test_only_one_queue_at_a_time_is_changed(run: Run, capsys: Shown) -> None:
    for options in (("--again",), ("--drop", "x"), ("letters", "--again", "--drop", "x"), ("elsewhere",)):
        with pytest.raises(SystemExit):
            run(*options, "--apply")
        assert "error: " in capsys.readouterr().err


def test_statuses_that_are_believed_by_their_sender_are_not_sent_by_somebody_else(
    queues: Queues, capsys: Shown
) -> None:
    _die(queues, "letter-statuses", "{}")
    named = Queues(queues.sqs, queues.prefix, by_sender=True, wait=0)
    assert dead.main(["dev", "letter-statuses", "--again", "--apply"], named) == 1
    assert "Ask the vendor to tell them again" in capsys.readouterr().err
    assert _in(queues, "letter-statuses-dead") == ["{}"]
    assert dead.main(["dev", "letter-statuses", "--again", "--apply"], Queues(queues.sqs, aws.NAME, wait=0)) == 0
    assert _in(queues, "letter-statuses") == ["{}"]


class Refusing:
    """SQS, where the queue to which messages are sent cannot be reached."""

    def __init__(self, sqs: object) -> None:
        self._sqs = sqs

    def __getattr__(self, name: str) -> object:
        return getattr(self._sqs, name)

    def send_message(self, **_: str) -> None:
        raise OSError("the network is down")


def test_nothing_is_lost_when_it_cannot_be_sent_again(queues: Queues, capsys: Shown) -> None:
    _die(queues, "letters", LETTER)
    assert dead.main(["dev", "letters", "--again", "--apply"], Queues(Refusing(queues.sqs), aws.NAME, wait=0)) == 1
    assert "the network is down" in capsys.readouterr().err
    assert [one.body for one in inside.queue("letters-dead")._messages] == [LETTER]
