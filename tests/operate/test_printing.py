"""Who prints letters changes only when nobody waits for one that the next could not open."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from chalicelib.letters.contract.states import LetterState
from chalicelib.storage.tables import LettersTable
from local import aws
from operate.deploy.__main__ import deploy
from operate.deploy.account import Account
from operate.deploy.printing import LettersWait, changes_printer, hold_for_letters
from operate.deploy.stack import Found
from operate.deploy.stages import Stage
from tests import inside
from tests.adapters.conftest import tables_of
from tests.counted import lose_mark, put_letter

ASKED = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
OURS, THEIRS = {"PrintVendor": "function"}, {"PrintVendor": "outside"}
QUEUE = f"{aws.NAME}-letters"


def _hold(table: LettersTable) -> None:
    hold_for_letters([table], aws.client("sqs"), QUEUE, "dev")


@pytest.fixture
def table(cloud: None) -> LettersTable:  # noqa: ARG001
    inside.empty()
    return tables_of(aws.client("dynamodb")).letters


def _deployed(parameters: dict[str, str]) -> Found:
    return Found("UPDATE_COMPLETE", {"Release": "1"}, parameters)


def test_what_is_not_named_is_our_function() -> None:
    assert changes_printer(_deployed({}), THEIRS)
    assert changes_printer(_deployed(THEIRS), {})
    assert not changes_printer(_deployed({}), OURS)
    assert not changes_printer(_deployed(THEIRS), THEIRS)


@pytest.mark.parametrize("status", ["REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "CREATE_FAILED"])
def test_where_nothing_was_deployed_yet_there_are_no_letters_to_look_for(status: str) -> None:
    assert not changes_printer(Found(status), THEIRS)


def test_letters_that_nobody_has_accepted_hold_it_and_are_named(table: LettersTable) -> None:
    minute = timedelta(minutes=1)
    waiting = [put_letter(table, number, LetterState.QUEUED, ASKED + number * minute) for number in range(4)]
    put_letter(table, 9, LetterState.CHECKED, ASKED + 9 * minute)
    with pytest.raises(LettersWait, match=rf"\(5\): {', '.join(waiting[:3])}, …, nor what lies in their queue \(0\)"):
        _hold(table)


def test_what_whoever_prints_now_has_accepted_holds_nothing(table: LettersTable) -> None:
    accepted = (LetterState.ACCEPTED, LetterState.PRINTED, LetterState.POSTED, LetterState.CANCELLED)
    for number, state in enumerate(accepted):
        put_letter(table, number, state, ASKED)
    _hold(table)


def test_what_the_release_before_sent_or_is_to_send_holds_it_though_nothing_marks_it_as_under_way(
    table: LettersTable,
) -> None:
    letter_id = put_letter(table, 7, LetterState.CHECKED, ASKED)
    lose_mark(table, letter_id)
    with pytest.raises(LettersWait, match=rf"\(1\): {letter_id}, nor"):
        _hold(table)


@pytest.mark.parametrize("hidden", [0, 60])
def test_what_lies_in_the_queue_holds_it_also_while_somebody_prints_it(table: LettersTable, hidden: int) -> None:
    sqs, url = aws.client("sqs"), aws.client("sqs").get_queue_url(QueueName=QUEUE)["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="a letter")
    sqs.receive_message(QueueUrl=url, VisibilityTimeout=hidden)
    with pytest.raises(LettersWait, match=r"\(0\), nor what lies in their queue \(1\)"):
        _hold(table)


def test_letters_of_a_table_that_was_restored_hold_it_too(table: LettersTable) -> None:
    letter_id = put_letter(table, 7, LetterState.QUEUED, ASKED)
    empty = LettersTable(aws.client("dynamodb"), f"{aws.NAME}-register")
    with pytest.raises(LettersWait, match=letter_id):
        hold_for_letters([empty, table], aws.client("sqs"), QUEUE, "dev")


class Here(Stage):
    """A stage whose tables are those of this process."""

    prefix = aws.NAME


class Changed(Exception):
    """CloudFormation is asked for a change."""


class OursPrints:
    """An account in which our function prints."""

    number, region, releases, meta = aws.ACCOUNT, aws.REGION, "releases", SimpleNamespace(endpoint_url="https://s3")

    def client(self, service: str) -> Any:  # noqa: ANN401
        return self if service in ("s3", "cloudformation") else aws.client(service)

    def head_object(self, **_: str) -> None:
        """Have every release."""

    def describe_stacks(self, **_: str) -> dict[str, Any]:
        return {
            "Stacks": [
                {
                    "StackStatus": "UPDATE_COMPLETE",
                    "Outputs": [{"OutputKey": "Release", "OutputValue": "1"}],
                    "Parameters": [{"ParameterKey": "PrintVendor", "ParameterValue": "function"}],
                }
            ]
        }

    def create_change_set(self, **_: object) -> None:
        raise Changed


def test_a_deploy_leaves_them_only_where_it_is_told_to(table: LettersTable) -> None:
    """Whoever printed may be gone for good: then nobody ever accepts what waits for them."""
    put_letter(table, 7, LetterState.QUEUED, ASKED)
    account, stage = cast("Account", OursPrints()), Here("dev", aws.REGION, THEIRS)
    with pytest.raises(LettersWait, match="--leave-letters"):
        deploy(account, stage, "2")
    with pytest.raises(Changed):
        deploy(account, stage, "2", leave_letters=True)
