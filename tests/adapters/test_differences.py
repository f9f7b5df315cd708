"""Where the stand-ins for DynamoDB differ: what each does, which is right, and why it matters to us.

DynamoDB Local is AWS's own code and decides, except where AWS's documentation says that it is simpler than the service.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local import aws
from tests.adapters import dynamodb_local
from tests.adapters.conftest import BOTH, client_of

NAME = f"{aws.NAME}-transient"
KEY = {"pk": {"S": "P"}, "sk": {"S": "S"}}

Act = Callable[[Any], str]


def _outcome(act: Callable[[], object]) -> str:
    try:
        return str(act() or "done")
    except ClientError as error:
        return str(error.response["Error"]["Code"])


def _same_token_twice(client: Any) -> str:
    client.put_item(TableName=NAME, Item={**KEY, "n": {"N": "0"}})
    add = {
        "TableName": NAME,
        "Key": KEY,
        "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    for _ in range(2):
        client.transact_write_items(TransactItems=[{"Update": add}], ClientRequestToken="the same")
    return str(client.get_item(TableName=NAME, Key=KEY)["Item"]["n"]["N"])


def _one_item_twice_in_a_transaction(client: Any) -> str:
    put = {"Put": {"TableName": NAME, "Item": KEY}}
    return _outcome(lambda: client.transact_write_items(TransactItems=[put, put]) and None)


def _refused_at_its_end(client: Any) -> str:
    """Change an item, delete one and make one, of a partition that has all of them, and fail at the last."""

    def of(sort: str, **more: Any) -> dict[str, Any]:
        return {"TableName": NAME, "Key": {**KEY, "sk": {"S": sort}}, **more}

    inside = {"M": {"list": {"L": [{"N": "1"}]}, "octets": {"B": b"\x00\xff"}, "none": {"NULL": True}}}
    for sort in ("changed", "deleted"):
        client.put_item(TableName=NAME, Item={**KEY, "sk": {"S": sort}, "n": {"N": "0"}, "inside": inside})

    def held() -> Any:
        query = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": KEY["pk"]}}
        return client.query(TableName=NAME, **query)["Items"]

    before, one = held(), {":one": {"N": "1"}}
    writes = [
        {"Update": of("changed", UpdateExpression="ADD n :one", ExpressionAttributeValues=one)},
        {"Delete": of("deleted")},
        {"Put": {"TableName": NAME, "Item": {**KEY, "sk": {"S": "made"}}}},
        {"ConditionCheck": of("nothing", ConditionExpression="attribute_exists(pk)")},
    ]
    refused = _outcome(lambda: client.transact_write_items(TransactItems=writes) and None)
    return f"{refused}, {'as before' if held() == before else 'changed'}"


def _item_past_its_ttl(client: Any) -> str:
    past = str(int((datetime.now(UTC) - timedelta(hours=1)).timestamp()))
    client.put_item(TableName=NAME, Item={**KEY, "ttl": {"N": past}})
    return "there" if "Item" in client.get_item(TableName=NAME, Key=KEY, ConsistentRead=True) else "gone"


def _empty_key(client: Any) -> str:
    return _outcome(lambda: client.put_item(TableName=NAME, Item={"pk": {"S": ""}, "sk": {"S": "S"}}) and None)


def _unused_value(client: Any) -> str:
    condition = {
        "ConditionExpression": "attribute_not_exists(pk)",
        "ExpressionAttributeValues": {":unused": {"S": "x"}},
    }
    return _outcome(lambda: client.put_item(TableName=NAME, Item=KEY, **condition) and None)


def _too_large(client: Any) -> str:
    item = {**KEY, "octets": {"B": b"x" * 410_000}}
    return _outcome(lambda: client.put_item(TableName=NAME, Item=item) and None)


def _reserved_word(client: Any) -> str:
    update = {"UpdateExpression": "SET state = :v", "ExpressionAttributeValues": {":v": {"S": "x"}}}
    return _outcome(lambda: client.update_item(TableName=NAME, Key=KEY, **update) and None)


def _fifty_additions_at_once(client: Any) -> str:
    add = {"UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: client.update_item(TableName=NAME, Key=KEY, **add), range(50)))
    return str(client.get_item(TableName=NAME, Key=KEY)["Item"]["n"]["N"])


DIFFERENT: dict[str, tuple[Act, dict[str, str], str]] = {
    "a token makes a transaction happen once": (
        _same_token_twice,
        {"moto": "2", "dynamodb-local": "1"},
        (
            "DynamoDB Local is right: AWS keeps a token for ten minutes. No rule of ours rests on it: each transaction "
            "carries conditions of its own, which refuse a second time on moto as well."
        ),
    ),
    "a value that no expression uses is refused": (
        _unused_value,
        {"moto": "done", "dynamodb-local": "ValidationException"},
        "DynamoDB Local is right. That our conditions carry just what they use is shown by this suite on it alone.",
    ),
}
"""What each does, which is right, and why it matters or does not."""

ALIKE: dict[str, tuple[Act, str, str]] = {
    "one item may stand once in a transaction": (
        _one_item_twice_in_a_transaction,
        "ValidationException",
        "A transaction that names an item twice would be a bug of ours.",
    ),
    "a transaction that is refused leaves all as it was": (
        _refused_at_its_end,
        "TransactionCanceledException, as before",
        "All or nothing, on which every change of a mandate rests; local/dynamodb.py copies less for it than moto.",
    ),
    "what is past its ttl is still there": (
        _item_past_its_ttl,
        "there",
        "At the moment after: AWS deletes within days. Expiry is decided by the clock (invariant 4).",
    ),
    "a key may not be empty": (_empty_key, "ValidationException", "A pseudonym is never empty."),
    "an item has 400 kB at most": (
        _too_large,
        "ValidationException",
        "Metadata of a partner is bounded well below, and its versions are compressed.",
    ),
    "a reserved word needs a placeholder": (
        _reserved_word,
        "ValidationException",
        "`state`, `n` and `ttl` are written as `#state`, `#n` and `#ttl`.",
    ),
    "additions at the same time all count": (
        _fifty_additions_at_once,
        "50",
        "Because one lock stands around moto's calls (local/dynamodb.py); without it moto loses some.",
    ),
}
"""What all do, and what of ours rests on it."""


@pytest.mark.parametrize("backend", BOTH)
@pytest.mark.parametrize("case", DIFFERENT)
def test_where_they_differ_each_does_what_is_written_here(
    case: str, backend: str, request: pytest.FixtureRequest
) -> None:
    act, outcomes, why = DIFFERENT[case]
    assert why
    assert act(client_of(backend, request)) == outcomes[backend]


@pytest.mark.parametrize("backend", BOTH)
@pytest.mark.parametrize("case", ALIKE)
def test_what_is_alike_stays_alike(case: str, backend: str, request: pytest.FixtureRequest) -> None:
    act, outcome, why = ALIKE[case]
    assert why
    assert act(client_of(backend, request)) == outcome


def test_where_there_is_no_java_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert "needs a JDK, 17 or newer (apt-get install openjdk-17-jdk-headless" in dynamodb_local.missing.__wrapped__()
