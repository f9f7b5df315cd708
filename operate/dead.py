"""`python -m operate.dead STAGE [QUEUE]`: what lies among the dead letters of queues; sent again, or dropped.

QUEUE is letters, checks, deaths or letter-statuses; without it all are shown. Of each message stands there when it was
sent, how often somebody tried to take it, and the ids in it: never what else it holds.

    --again            sends what is there on to its queue, once the cause is mended. Twice does no harm: whoever
                       takes it knows it by its id. Not letter-statuses: these are believed by who sent them
    --drop MESSAGE…    takes out for good what nobody can ever take, by the ids with which lines begin

Without --apply nothing is changed.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from chalicelib.letters.contract.statuses import VendorStep
from operate.deploy.account import Account
from operate.deploy.stages import read_stage
from operate.people import add_options
from provisioning.command import CannotGoOn, command

_QUEUES = ("letters", "checks", "deaths", "letter-statuses")

_HIDDEN = 60
"""Seconds for which a message is given to nobody else while it is looked at or sent again."""

_AT_A_TIME = 10
"""Messages that SQS gives in one call."""

_STALE = 3
"""After so many answers with nothing new all was seen."""

_NO_LONGER_HIDDEN = ("MessageNotInflight", "ReceiptHandleIsInvalid", "InvalidParameterValue")
"""How SQS says, each in its way, that a message was given to somebody else meanwhile: who looks for long loses it."""

_ID = re.compile(r"[0-9a-f]{32,64}")
_TOLD: Mapping[str, re.Pattern[str]] = {
    "schema": re.compile(r"(letter|sealed-letter|letter-cancel|letter-status|death)/[0-9]{1,3}"),
    "letter_id": _ID,
    "check_id": _ID,
    "notice_id": _ID,
    "status": re.compile("|".join(VendorStep)),
    "correlation_id": re.compile(rf"{_ID.pattern}|[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}"),
}
"""What is told of a message, as far as it looks like this: one that is none of ours may hold anything. No number of a
person is as long, however it is written."""


@dataclass(frozen=True, slots=True)
class Queues:
    """The queues of a stage, and how many seconds SQS looks for a message."""

    sqs: Any
    prefix: str
    wait: int = 1

    def url(self, name: str) -> str:
        return str(self.sqs.get_queue_url(QueueName=f"{self.prefix}-{name}")["QueueUrl"])


@dataclass(frozen=True, slots=True)
class Dead:
    """A message that could not be taken."""

    message_id: str
    text: str
    handle: str
    sent: datetime
    received: int


class Looked(NamedTuple):
    """How many messages lay in a queue, and how many of those that were meant are left, or are not there."""

    found: int
    left: int


@command
def main(arguments: Sequence[str], there: Queues | None = None) -> int:
    """Return 0, or 1 when something is dead that nobody sent again, or when what was to be dropped is not there."""
    asked = _asked(arguments)
    if asked.again and asked.queue == "letter-statuses":
        raise CannotGoOn(
            "A status is believed by the role that sent it, and these would be yours: nobody would take them. Ask the "
            "vendor to tell them again, and take them out with --drop; or write down what was posted with "
            "operate.posted."
        )
    queues = there or _queues(asked)
    looked = [_of_queue(name, asked, queues) for name in ([asked.queue] if asked.queue else _QUEUES)]
    left = sum(one.left for one in looked)
    if not any(one.found for one in looked):
        print(f"Nothing lies {f'in {asked.queue}-dead' if asked.queue else 'among the dead letters'}.")
    elif left and not asked.apply:
        print("Nothing was changed; --again or --drop with --apply does.")
    return 1 if left else 0


def _of_queue(name: str, asked: argparse.Namespace, queues: Queues) -> Looked:
    """Show what is dead in a queue, and do what is asked."""
    dead, handles, found = queues.url(f"{name}-dead"), list[str](), set[str]()
    for one in _every(queues, dead):
        found.add(one.message_id)
        done = ""
        if asked.apply and asked.again:
            queues.sqs.send_message(QueueUrl=queues.url(name), MessageBody=one.text)
            done = "sent again"
        elif asked.apply and one.message_id in asked.drop:
            done = "taken out"
        if done:
            queues.sqs.delete_message(QueueUrl=dead, ReceiptHandle=one.handle)
        else:
            handles.append(one.handle)
        print(_line(name, one), done, flush=True)
    for handle in handles:
        _show_to_others(queues, dead, handle)
    if not found and (elsewhere := _hidden(queues, dead)):
        print(f"{name}: {elsewhere} cannot be seen, as somebody looks at them. Look again in a minute", file=sys.stderr)
        return Looked(elsewhere, elsewhere)
    for missing in (lacking := set(asked.drop) - found):
        print(f"{missing}: is not there", file=sys.stderr)
    left = len(lacking) if asked.drop and asked.apply else len(lacking) + len(handles)
    return Looked(len(found), left)


def _every(queues: Queues, url: str) -> Iterator[Dead]:
    """Yield each message of a queue once; it is hidden until somebody shows it again."""
    seen, stale = set[str](), 0
    while stale < _STALE:
        found = queues.sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=_AT_A_TIME,
            VisibilityTimeout=_HIDDEN,
            WaitTimeSeconds=queues.wait,
            AttributeNames=["SentTimestamp", "ApproximateReceiveCount"],
        ).get("Messages", [])
        fresh = [one for one in found if one["MessageId"] not in seen]
        if not found:
            return
        # Where there are more than can be read while they are hidden, the first come again before the last.
        stale = 0 if fresh else stale + 1
        for one in fresh:
            seen.add(one["MessageId"])
            told = one["Attributes"]
            sent = datetime.fromtimestamp(int(told["SentTimestamp"]) / 1000, UTC)
            received = int(told["ApproximateReceiveCount"])
            yield Dead(one["MessageId"], one["Body"], one["ReceiptHandle"], sent, received)


def _show_to_others(queues: Queues, url: str, handle: str) -> None:
    try:
        queues.sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
    except ClientError as error:
        if not error.response["Error"]["Code"].endswith(_NO_LONGER_HIDDEN):
            raise


def _hidden(queues: Queues, url: str) -> int:
    """Return how many messages of a queue are with somebody else, who may be another operator."""
    name = "ApproximateNumberOfMessagesNotVisible"
    return int(queues.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])


def _line(queue: str, one: Dead) -> str:
    when = one.sent.isoformat(timespec="seconds")
    return f"{one.message_id}  {queue}  sent {when}, {one.received} times received  {_ids(one.text)}"


def _ids(text: str) -> str:
    """Return what may be told of a message: what it is, and the ids in it."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        return "(nothing that we wrote)"
    texts = {name: value for name, value in values.items() if isinstance(value, str)}
    told = [f"{name} {texts[name]}" for name, form in _TOLD.items() if form.fullmatch(texts.get(name, ""))]
    return ", ".join(told) or "(no ids in it)"


def _queues(asked: argparse.Namespace) -> Queues:
    stage = read_stage(asked.stage, asked.stage_file)
    return Queues(Account.of(stage).client("sqs"), stage.prefix)


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m operate.dead", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("stage", metavar="STAGE")
    parser.add_argument("queue", metavar="QUEUE", nargs="?", choices=_QUEUES)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--again", action="store_true", help="send what is there on to its queue")
    what.add_argument("--drop", metavar="MESSAGE", nargs="+", default=[], help="take these out for good")
    add_options(parser)
    # QUEUE may stand behind an option.
    asked = parser.parse_intermixed_args(arguments)
    if asked.queue is None and (asked.again or asked.drop):
        parser.error("name the QUEUE: only in one at a time is something changed")
    return asked


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
