"""What the vendor writes into a letter's row: when it began, printed or cancelled, each under a condition.

The SDK sends a call again when its answer does not come, though it may have been carried out. So every move holds
again: to begin is allowed to who began, and an end that was written at the very instant of this call is its own.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from chalicelib.letters.contract.states import COPY, LetterState, origins, row_key, underway_key

_PAUSES = (0.05, 0.2, 0.8)
"""Seconds before each new try at a row that a transaction of ours holds: the SDK does not try that again."""

_OURS = "OR (#state = :state AND #at = :at)"


class LetterRows:
    """Rows of letters in their table. Every method raises what the SDK raises."""

    def __init__(self, dynamodb: Any, table: str, sleep: Callable[[float], None]) -> None:  # noqa: ANN401 - boto3 client
        self._dynamodb, self._table, self._sleep = dynamodb, table, sleep

    def begin(self, letter_id: str, now: datetime) -> bool:
        """Claim a letter for printing: no copy is kept then. False when it was printed, or has become worthless."""
        return self._moved(letter_id, LetterState.ACCEPTED, now, "AND useful_until > :at", f" REMOVE {', '.join(COPY)}")

    def finish(self, letter_id: str, now: datetime) -> bool:
        """Write down that a letter is printed; False when that was so already."""
        return self._moved(letter_id, LetterState.PRINTED, now, _OURS)

    def stop(self, letter_id: str, now: datetime) -> bool:
        """Write down that a letter is not printed; False when it was, or was cancelled before."""
        return self._moved(letter_id, LetterState.CANCELLED, now, _OURS)

    def state(self, letter_id: str) -> LetterState | None:
        """Return where a letter is, read consistently; None for one that nobody asked for."""
        answer = self._ask(lambda: self._dynamodb.get_item(**self._row(letter_id), ConsistentRead=True))
        return LetterState(answer["Item"]["state"]["S"]) if "state" in answer.get("Item", {}) else None

    def _moved(self, letter_id: str, state: LetterState, now: datetime, also: str, removing: str = "") -> bool:
        allowed = {f":from{number}": {"S": origin} for number, origin in enumerate(origins(state))}
        change = {
            **self._row(letter_id),
            "UpdateExpression": f"SET #state = :state, #at = :at{removing}",
            "ConditionExpression": f"#state IN ({', '.join(allowed)}) {also}",
            "ExpressionAttributeNames": {"#state": "state", "#at": f"{state}_at"},
            "ExpressionAttributeValues": {**allowed, ":state": {"S": str(state)}, ":at": {"S": now.isoformat()}},
        }
        try:
            self._ask(lambda: self._write(letter_id, state, change))
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        except self._dynamodb.exceptions.TransactionCanceledException as error:
            if error.response["CancellationReasons"][0]["Code"] == "ConditionalCheckFailed":
                return False
            raise
        return True

    def _write(self, letter_id: str, state: LetterState, change: dict[str, Any]) -> dict[str, Any]:
        """Write a row, and with it the mark that the letter is under way: an end takes it away."""
        mark = self._item(*underway_key(letter_id))
        match state:
            case LetterState.CANCELLED:
                also = {"Delete": mark}
            case LetterState.PRINTED:
                # It may have been cancelled, and its mark be gone.
                since = {":since": change["ExpressionAttributeValues"][":at"]}
                also = {
                    "Update": {**mark, "UpdateExpression": "SET since = :since", "ExpressionAttributeValues": since}
                }
            case _:
                return cast("dict[str, Any]", self._dynamodb.update_item(**change))
        return cast("dict[str, Any]", self._dynamodb.transact_write_items(TransactItems=[{"Update": change}, also]))

    def _ask(self, call: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        for pause in _PAUSES:
            try:
                return _answered(call())
            except self._dynamodb.exceptions.TransactionConflictException:
                self._sleep(pause)
            except self._dynamodb.exceptions.TransactionCanceledException as error:
                if all(reason["Code"] != "TransactionConflict" for reason in error.response["CancellationReasons"]):
                    raise
                self._sleep(pause)
        return _answered(call())

    def _row(self, letter_id: str) -> dict[str, Any]:
        return self._item(*row_key(letter_id))

    def _item(self, pk: str, sk: str) -> dict[str, Any]:
        return {"TableName": self._table, "Key": {"pk": {"S": pk}, "sk": {"S": sk}}}


def _answered(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer of DynamoDB. Raises `KeyError` for what comes from elsewhere, and would be read as one."""
    answer["ResponseMetadata"]["RequestId"]
    return answer
