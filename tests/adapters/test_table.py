"""Records by key, on the fake, on moto and on DynamoDB Local: what one does, the others do."""

from typing import Any

import pytest

from chalicelib.errors import Conflict
from chalicelib.storage.table import NEW, Condition, Table, page_through
from local import aws
from tests.adapters.conftest import BOTH, client_of
from tests.fakes import FakeTable

ROW = {"pk": "P", "sk": "S", "state": "sent", "entity_id": "me", "number": 3, "octets": b"x", "list": [1, {"a": None}]}


@pytest.fixture(params=["fake", *BOTH])
def table(request: pytest.FixtureRequest) -> Table | FakeTable:
    kept: Table | FakeTable = FakeTable()
    if request.param != "fake":
        kept = Table(client_of(request.param, request), f"{aws.NAME}-transient")
    kept.put(ROW)
    return kept


def test_what_is_put_is_found_as_it_was(table: Table) -> None:
    assert table.get("P", "S") == ROW
    assert table.get("P", "T") is None


@pytest.mark.parametrize(("pk", "sk"), [("P" * 2049, "S"), ("P", "é" * 513), ("P" * 20000, "S" * 20000)])
def test_under_a_key_that_cannot_be_nothing_is_found(table: Table, pk: str, sk: str) -> None:
    assert table.get(pk, sk) is None


@pytest.mark.parametrize(("pk", "prefix"), [("P" * 2049, "S"), ("P", "é" * 513), ("P" * 20000, "S" * 20000)])
def test_under_a_beginning_of_a_key_that_cannot_be_there_is_nothing(table: Table, pk: str, prefix: str) -> None:
    assert list(page_through(table, pk, prefix)) == []


@pytest.mark.parametrize(("pk", "sk"), [("P" * 2049, "S"), ("P", "é" * 513)])
def test_under_a_key_that_cannot_be_there_is_nothing_to_delete(table: Table, pk: str, sk: str) -> None:
    table.delete(pk, sk)
    assert table.get("P", "S") == ROW


def test_none_is_left_out(table: Table) -> None:
    table.put({"pk": "P", "sk": "N", "empty": None})
    assert table.get("P", "N") == {"pk": "P", "sk": "N"}


def test_what_is_new_is_put_once(table: Table) -> None:
    table.put({"pk": "P", "sk": "T"}, NEW)
    with pytest.raises(Conflict):
        table.put({"pk": "P", "sk": "T"}, NEW)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (Condition("entity_id = :entity", {}, {":entity": "me", ":to": "decided"}), True),
        (Condition("entity_id = :entity", {}, {":entity": "you", ":to": "decided"}), False),
        (Condition("#s IN (:a, :b)", {"#s": "state"}, {":a": "x", ":b": "sent", ":to": "decided"}), True),
        (Condition("#s IN (:a)", {"#s": "state"}, {":a": "x", ":to": "decided"}), False),
        (Condition("attribute_exists(pk)", {}, {":to": "decided"}), True),
        (Condition("attribute_not_exists(pk)", {}, {":to": "decided"}), False),
    ],
)
def test_a_change_happens_if_its_condition_holds(table: Table, condition: Condition, *, holds: bool) -> None:
    update = "SET #s = :to, also = :to" if "#s" in condition.names else "SET also = :to"
    if not holds:
        with pytest.raises(Conflict):
            table.change("P", "S", update, condition)
    else:
        table.change("P", "S", update, condition)
    found = table.get("P", "S")
    assert found is not None
    assert found.get("also") == ("decided" if holds else None)
    assert found["number"] == 3


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (Condition("attribute_exists(pk) AND attribute_not_exists(spent_by)", {}, {":by": "me"}), True),
        (Condition("attribute_exists(pk) AND attribute_not_exists(entity_id)", {}, {":by": "me"}), False),
    ],
)
def test_writes_together_happen_all_or_not_at_all(table: Table, condition: Condition, *, holds: bool) -> None:
    together = [table.putting({"pk": "P", "sk": "N"}, NEW), table.changing("P", "S", "SET spent_by = :by", condition)]
    if not holds:
        with pytest.raises(Conflict):
            table.write_together(together)
    else:
        table.write_together(together)
    assert table.get("P", "S") == ({**ROW, "spent_by": "me"} if holds else ROW)
    assert table.get("P", "N") == ({"pk": "P", "sk": "N"} if holds else None)


def test_what_is_deleted_is_gone_however_often(table: Table) -> None:
    for _ in range(2):
        table.delete("P", "S")
    assert table.get("P", "S") is None


def test_a_partition_is_read_in_order(table: Table) -> None:
    for name in ("B#2", "A#1", "B#1"):
        table.put({"pk": "P", "sk": name})
    table.put({"pk": "Q", "sk": "B#3"})
    assert [item["sk"] for item in page_through(table, "P", "B#")] == ["B#1", "B#2"]
    assert [item["sk"] for item in page_through(table, "P")] == ["A#1", "B#1", "B#2", "S"]


class _Busy:
    """A client of DynamoDB that answers three keys at a time, and says which it left."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> Any:  # noqa: N803 - boto3's
        ((name, asked),) = RequestItems.items()
        keys = asked["Keys"]
        answer = self._client.batch_get_item(RequestItems={name: {**asked, "Keys": keys[:3]}})
        left = {name: {**asked, "Keys": keys[3:]}} if keys[3:] else {}
        return {**answer, "UnprocessedKeys": left}


@pytest.mark.parametrize("wrapped", [lambda client: client, _Busy], ids=["at once", "busy"])
def test_many_are_read_whatever_is_left_at_first(dynamodb: Any, wrapped: Any) -> None:
    name = f"{aws.NAME}-transient"
    plain = Table(dynamodb, name)
    there = [{"pk": "P", "sk": f"{number:03}", "number": number, "octets": b"x"} for number in range(103)]
    for item in there:
        plain.put(item, NEW)
    table = Table(wrapped(dynamodb), name)
    keys = [("P", f"{number:03}") for number in range(110)]
    assert sorted(table.get_many(keys), key=lambda item: str(item["sk"])) == there
    assert list(table.get_many(keys[:1], ["number", "absent"])) == [{"pk": "P", "sk": "000", "number": 0}]
    assert list(table.get_many([])) == []
