"""A DynamoDB that is too busy: it is asked again, and what it says then is no answer to what was asked."""

from typing import Any

import pytest
from botocore.exceptions import HTTPClientError, ReadTimeoutError

from chalicelib.errors import Conflict, Unavailable
from chalicelib.outage import WrongCallError
from chalicelib.storage.patience import Patience
from chalicelib.storage.table import NEW, Table
from local import aws
from tests.lost import Answering, cancelled, refusal

NAME = f"{aws.NAME}-transient"
AT_ONCE = Patience(5.0, lambda: 0.0, lambda _: None, lambda: 0.0)
"""Tries again without waiting, for ever."""
NEVER = Patience(0.0)


def _table(client: Any, *errors: Exception, patience: Patience = NEVER) -> Table:
    return Table(Answering(client, *errors), NAME, patience)


def _write(table: Table) -> None:
    table.write_together([table.putting({"pk": "P", "sk": "S"}, NEW)])


def test_a_conflict_that_passes_is_not_noticed(dynamodb: Any) -> None:
    conflicts = [cancelled("TransactionConflict"), cancelled("ConditionalCheckFailed", "TransactionConflict")]
    table = _table(dynamodb, *conflicts, patience=AT_ONCE)
    _write(table)
    assert table.get("P", "S") is not None


@pytest.mark.parametrize(
    "error",
    [
        cancelled("TransactionConflict"),
        cancelled("None", "ThrottlingError"),
        cancelled("ConditionalCheckFailed", "TransactionConflict"),
        refusal("InternalServerError"),
        ReadTimeoutError(endpoint_url="https://dynamodb"),
        HTTPClientError(error="broken"),
    ],
    ids=str,
)
def test_one_that_stays_is_an_outage(dynamodb: Any, error: Exception) -> None:
    with pytest.raises(Unavailable):
        _write(_table(dynamodb, error))


def test_a_condition_that_is_refused_is_an_answer(dynamodb: Any) -> None:
    table = _table(dynamodb)
    _write(table)
    with pytest.raises(Conflict):
        _write(table)


def test_a_wrong_call_is_a_bug(dynamodb: Any) -> None:
    table = _table(dynamodb)
    with pytest.raises(WrongCallError):
        table.write_together([table.putting({"pk": "", "sk": "S"}, NEW)])


@pytest.mark.parametrize("answer", [{}, {"ResponseMetadata": {}}, None, []])
def test_an_answer_that_is_none_does_not_say_that_nothing_is_there(answer: object) -> None:
    class Elsewhere:
        def get_item(self, **_: object) -> object:
            return answer

    with pytest.raises(Unavailable):
        Table(Elsewhere(), NAME).get("P", "S")
