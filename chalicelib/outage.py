"""When AWS does not do what we ask: an outage of a dependency, not a bug of ours, and never an answer.

Of a cancelled transaction only a refused condition answers a question, and only when nothing else was in the way:
beside a conflict the one who was first may be half done, and what is read next may still look as it did.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from chalicelib.errors import DomainError, Unavailable

_CANCELLED = "TransactionCanceledException"
_REFUSED = {"ConditionalCheckFailed", "ConditionalCheckFailedException"}
_WRONG = {
    "DuplicateItem",
    "IdempotentParameterMismatchException",
    "ItemCollectionSizeLimitExceeded",
    "ItemCollectionSizeLimitExceededException",
    "SerializationException",
    "ValidationError",
    "ValidationException",
}
_BUSY = {
    "InternalServerError",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "Throttling",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
}


class WrongCallError(Exception):
    """A call that AWS refuses however often it is made: a bug of ours. Tells its code and nothing of what was sent."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What AWS answered instead of doing what it was asked; empty where no answer came."""

    code: str = ""
    causes: frozenset[str] = frozenset()
    """Of a cancelled transaction: what stood in the way of its writes."""
    found: tuple[dict[str, Any], ...] = ()
    """The items, as DynamoDB gives them, that did not meet their condition."""

    @property
    def refused(self) -> bool:
        """Whether conditions were refused, and nothing else."""
        return self.code in _REFUSED or (self.code == _CANCELLED and bool(self.causes) and self.causes <= _REFUSED)

    @property
    def wrong(self) -> bool:
        """Whether the same call would fail always."""
        return self.code in _WRONG or bool(self.causes & _WRONG)

    @property
    def passing(self) -> bool:
        """Whether the same call may succeed in a moment."""
        return self.code in _BUSY or (self.code == _CANCELLED and not self.refused and not self.wrong)


def failure(error: BaseException | None) -> Failure:
    """Read what the SDK raised. Not all of it has a response, and a response may be None."""
    response = getattr(error, "response", None)
    told = response.get("Error") if isinstance(response, dict) else None
    if not isinstance(response, dict) or not isinstance(told, dict):
        return Failure()
    reasons = response.get("CancellationReasons") or []
    found = tuple(one["Item"] for one in (response, *reasons) if one.get("Item"))
    return Failure(str(told.get("Code", "")), frozenset(one.get("Code", "None") for one in reasons) - {"None"}, found)


@contextmanager
def outage(dependency: str) -> Iterator[None]:
    """Turn what the SDK raises into `Unavailable(dependency)`, with the cause kept.

    Only the call itself and the reading of its answer belong inside: whatever goes wrong there, be it time-outs,
    credentials or an answer that is none, is the dependency's. Raises `WrongCallError` for what is ours.
    """
    try:
        yield
    except DomainError:
        raise
    except Exception as error:
        failed, kind = failure(error), type(error).__name__
        if failed.wrong or kind == "ParamValidationError":
            # The cause is dropped on purpose: its text may hold what was sent.
            raise WrongCallError(f"{dependency}: {failed.code or kind}") from None
        raise Unavailable(dependency) from error


def cause(error: Unavailable) -> str:
    """Name what failed, for the operator; the text of a cause may hold personal data, its kind and code do not."""
    if error.__cause__ is None:
        return ""
    return f"{type(error.__cause__).__name__} {failure(error.__cause__).code}".strip()
