"""AWS clients that lose what AWS answers, or to which AWS answers otherwise."""

# ruff: noqa: ANN401 - boto3 clients have no public type

from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import ClientError, ConnectionClosedError

WRITES = ("put_item", "update_item", "delete_item", "transact_write_items")


class Repeating:
    """A client of DynamoDB whose every write is sent twice: the first answer was lost, and the SDK repeats the call."""

    def __init__(self, client: Any, between: Callable[[], object] = lambda: None) -> None:
        self._client, self._between = client, between

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)
        if name not in WRITES:
            return call

        def twice(**request: Any) -> Any:
            try:
                call(**request)
            except ClientError:
                return call(**request)
            self._between()
            return call(**request)

        return twice


class Losing:
    """A client of DynamoDB whose writes are carried out, unless `done` is False; no answer comes, or `error`."""

    def __init__(
        self, client: Any, error: Exception | None = None, *, names: Sequence[str] = WRITES, done: bool = True
    ) -> None:
        self._client, self._names, self._done = client, names, done
        self._error = error or ConnectionClosedError(endpoint_url="https://dynamodb")

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)
        if name not in self._names:
            return call

        def lost(**request: Any) -> Any:
            if self._done:
                call(**request)
            raise self._error

        return lost


class Answering:
    """A client of DynamoDB that raises what is given, one call after the other, and then does what it is asked."""

    def __init__(self, client: Any, *errors: Exception) -> None:
        self._client, self._errors, self.calls = client, list(errors), 0

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)

        def answer(**request: Any) -> Any:
            self.calls += 1
            if self._errors:
                raise self._errors.pop(0)
            return call(**request)

        return call if name == "exceptions" else answer


def refusal(code: str, *reasons: str, operation: str = "TransactWriteItems") -> ClientError:
    """Make what the SDK raises when AWS answers with a code; `reasons` are those of a cancelled transaction."""
    answer: Any = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    if reasons:
        answer["CancellationReasons"] = [{"Code": reason} for reason in reasons]
    return ClientError(answer, operation)


def cancelled(*reasons: str) -> ClientError:
    return refusal("TransactionCanceledException", *reasons)
