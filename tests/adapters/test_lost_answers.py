"""Writes whose answer is lost and that the SDK repeats: each counts once, and is not told as somebody else's."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.changes import may_have_changed, nothing_changed
from chalicelib.errors import Conflict, InvalidMessage, RateLimited, Unavailable
from chalicelib.login.once import use_once
from chalicelib.mandates.register.ports import Tried
from chalicelib.mandates.register.tries import DynamoTries
from chalicelib.storage.table import NEW, Condition, Table, page_through
from chalicelib.storage.tables import TransientTable
from local import aws
from tests.builders import NOW
from tests.lost import Losing, Repeating

NAME = f"{aws.NAME}-transient"
ALWAYS = Condition("", {"#n": "n"}, {":one": 1})
SENT = Condition("#s = :sent", {"#s": "state"}, {":sent": "sent", ":to": "decided"})


@pytest.fixture
def table(dynamodb: Any) -> TransientTable:
    return TransientTable(Repeating(dynamodb), NAME)


def test_what_is_new_is_new_though_it_was_sent_twice(table: Table) -> None:
    table.put({"pk": "P", "sk": "S", "kept": 1}, NEW)
    with pytest.raises(Conflict):
        table.put({"pk": "P", "sk": "S", "kept": 2}, NEW)
    assert table.get("P", "S") == {"pk": "P", "sk": "S", "kept": 1}


def test_a_step_is_taken_though_it_was_sent_twice(table: Table) -> None:
    table.put({"pk": "P", "sk": "S", "state": "sent"})
    table.change("P", "S", "SET #s = :to", SENT)
    with pytest.raises(Conflict):
        table.change("P", "S", "SET #s = :to", SENT)


def test_a_counter_counts_once_and_tells_the_number(table: Table) -> None:
    numbers = [table.change("P", "S", "ADD #n :one", ALWAYS, "UPDATED_NEW")["n"] for _ in range(20)]
    assert numbers == list(range(1, 21))


def test_counters_at_the_same_time_count_once_each(dynamodb: Any) -> None:
    """Others count between a call and its repetition; that they did is no reason to count again."""
    other = Table(dynamodb, NAME)
    table = Table(Repeating(dynamodb, lambda: other.change("P", "S", "ADD #n :one", ALWAYS)), NAME)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: table.change("P", "S", "ADD #n :one", ALWAYS), range(20)))
    assert (other.get("P", "S") or {})["n"] == 40


def test_a_transaction_is_done_though_it_was_sent_twice(table: Table) -> None:
    table.put({"pk": "P", "sk": "S", "n": 1})
    writes = [table.putting({"pk": "P", "sk": "T"}, NEW), table.changing("P", "S", "ADD #n :one", ALWAYS)]
    table.write_together(writes)
    with pytest.raises(Conflict):
        table.write_together(writes)
    assert list(page_through(table, "P")) == [{"pk": "P", "sk": "S", "n": 2}, {"pk": "P", "sk": "T"}]


def test_a_message_counts_once(table: TransientTable) -> None:
    use_once(table, "request", "provider", "_1", NOW)
    with pytest.raises(InvalidMessage):
        use_once(table, "request", "provider", "_1", NOW)


def test_a_guess_is_counted_and_given_back_once(table: TransientTable) -> None:
    tries = DynamoTries(table)
    assert [tries.spend("pair:henk:vera", NOW).left for _ in range(5)] == [4, 3, 2, 1, 0]
    with pytest.raises(RateLimited):
        tries.spend("pair:henk:vera", NOW)
    tries.refund("pair:henk:vera")
    assert tries.spend("pair:henk:vera", NOW) == Tried(left=0, in_all=5)


@pytest.fixture
def after_a_write() -> Callable[[], bool]:
    nothing_changed()
    return may_have_changed


def test_a_write_without_an_answer_may_have_been_done(dynamodb: Any, after_a_write: Callable[[], bool]) -> None:
    with pytest.raises(Unavailable):
        Table(Losing(dynamodb), NAME).put({"pk": "P", "sk": "S"}, NEW)
    assert after_a_write()


def test_a_write_that_was_refused_changed_nothing(dynamodb: Any, after_a_write: Callable[[], bool]) -> None:
    dynamodb.put_item(TableName=NAME, Item={"pk": {"S": "P"}, "sk": {"S": "S"}})
    with pytest.raises(Conflict):
        Table(dynamodb, NAME).put({"pk": "P", "sk": "S"}, NEW)
    assert not after_a_write()
