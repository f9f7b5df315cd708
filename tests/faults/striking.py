"""Faults of AWS: they strike one call of the SDK on its way, where moto stands in for the service."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse

_TABLE = re.compile(r'"TableName": "([^"]+)"')
GoOn = Callable[[], AWSResponse]


_HANGS = 4.0
"""Seconds that an attempt takes which nobody answers: to connect, and to wait (chalicelib/wiring.py)."""


_waited: ContextVar[float] = ContextVar("waited", default=0.0)
"""Seconds, by what is done."""


class Crash(BaseException):
    """The function ends here, as when Lambda stops it: no `except Exception` sees it."""


class Fault(StrEnum):
    """What may happen to a call. Those that last meet its repeats too, by the SDK or by ourselves."""

    THROTTLED = "throttled"
    SERVER_ERROR = "5xx"
    HANGING = "hanging"
    CLOSED = "connection closed"
    REPLY_LOST = "reply lost"
    REPLY_LOST_ONCE = "reply lost once, repeated"
    CRASH_BEFORE = "crash before"
    CRASH_AFTER = "crash after"
    TWICE = "done twice"
    CONFLICT = "TransactionConflict"
    CONFLICT_ONCE = "TransactionConflict once"
    TRANSACTION_THROTTLED = "transaction throttled"

    @property
    def lasts(self) -> bool:
        return self not in (Fault.REPLY_LOST_ONCE, Fault.TWICE, Fault.CONFLICT_ONCE)

    @property
    def crash(self) -> bool:
        return self in (Fault.CRASH_BEFORE, Fault.CRASH_AFTER)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the SDK, with all its attempts."""

    service: str
    operation: str
    about: str
    """Its body, but for what the SDK makes up for each call: a repeat of ours says the same."""

    @property
    def name(self) -> str:
        return f"{self.service}.{self.operation}"

    @property
    def reads(self) -> bool:
        return self.operation.startswith(("Get", "Query", "Decrypt", "GenerateDataKey"))

    def faults(self) -> list[Fault]:
        """Return what may happen to it. To a read that leaves nothing, a lost reply is the same as none."""
        left_out: set[Fault] = set()
        if self.reads:
            left_out = {Fault.REPLY_LOST, Fault.CRASH_AFTER, Fault.TWICE}
        if self.reads or self.service != "dynamodb":
            left_out |= {Fault.CONFLICT, Fault.CONFLICT_ONCE}
        if self.operation != "TransactWriteItems":
            left_out.add(Fault.TRANSACTION_THROTTLED)
        return [fault for fault in Fault if fault not in left_out]

    @property
    def tables(self) -> set[str]:
        """Names of the tables that it changes."""
        return set() if self.reads else set(_TABLE.findall(self.about))


class Striker:
    """Notes every call that reaches AWS, and strikes one of them: the one whose number is `at`."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.changed: set[str] = set()
        """Tables that were written to, for who puts them back."""
        self.before_each: Callable[[], None] | None = None
        self.after_each: Callable[[], None] | None = None
        self._at, self._fault, self.struck = -1, Fault.THROTTLED, False
        self._target: Call | None = None
        self._down = ""
        self._noting = threading.Lock()
        self._waited = 0.0
        """By whoever has waited longest."""
        self._numbers: dict[bytes, int] = {}
        self._done: dict[str, tuple[int, dict[str, Any], bytes]] = {}

    def aim(self, at: int = -1, fault: Fault = Fault.THROTTLED) -> None:
        """Note calls from zero; strike the one with this number, none when it is negative."""
        self.calls, self._numbers = [], {}
        self._at, self._fault, self.struck, self._target = at, fault, False, None
        self._down = ""

    def fail_all(self, service: str, fault: Fault) -> None:
        """Strike every call to a service, until the next aim."""
        self._down, self._fault = service, fault

    def watch(self) -> float:
        """Return the seconds that have passed. What is done at the same time, each in its own thread, waits at the same
        time; the main thread has waited for the slowest of them by the time that it looks.
        """
        if threading.current_thread() is threading.main_thread():
            _waited.set(self._waited)
        return _waited.get()

    def wait(self, seconds: float) -> None:
        """Let a pause between repeats, or waiting for what hangs, pass at once."""
        _waited.set(self.watch() + seconds)
        with self._noting:
            self._waited = max(self._waited, _waited.get())

    def meet(self, event: str, request: AWSPreparedRequest, go_on: GoOn) -> AWSResponse:
        """Take a request as AWS would, or as the fault has it."""
        if self.before_each is not None:
            self.before_each()
        call, number = self._noted(event, request)
        go_on = self._once_by_token(call, request, go_on)
        hit = number == self._at or (self._fault.lasts and call == self._target) or call.service == self._down
        if not hit or (self.struck and not self._fault.lasts):
            answer = go_on()
        else:
            self.struck, self._target = True, call
            self.wait(_HANGS if self._fault is Fault.HANGING else 0.0)
            answer = _struck(self._fault, call, request, go_on)
        if self.after_each is not None:
            self.after_each()
        return answer

    def _noted(self, event: str, request: AWSPreparedRequest) -> tuple[Call, int]:
        _, service, operation = event.split(".")
        body = request.body or b""
        text = body.decode() if isinstance(body, bytes) and service != "s3" else request.url.partition("?")[0]
        told = json.loads(text) if text.startswith("{") else {"url": text}
        told.pop("ClientRequestToken", None)
        call = Call(service, operation, json.dumps(told, sort_keys=True))
        invocation = bytes(request.headers["amz-sdk-invocation-id"])
        with self._noting:
            if invocation not in self._numbers:
                self._numbers[invocation] = len(self.calls)
                self.calls.append(call)
                self.changed |= call.tables
            return call, self._numbers[invocation]

    def _once_by_token(self, call: Call, request: AWSPreparedRequest, go_on: GoOn) -> GoOn:
        """Do a transaction once for each token, as DynamoDB does and moto does not."""
        if call.operation != "TransactWriteItems":
            return go_on
        token = json.loads(request.body)["ClientRequestToken"]

        def once() -> AWSResponse:
            if token not in self._done:
                answer = go_on()
                if answer.status_code != 200:
                    return answer
                self._done[token] = (answer.status_code, dict(answer.headers), answer.content)
            status, headers, body = self._done[token]
            return AWSResponse(request.url, status, headers, MockRawResponse(body))

        return once


def _struck(fault: Fault, call: Call, request: AWSPreparedRequest, go_on: GoOn) -> AWSResponse:
    if fault in _DONE_FIRST:
        answer = go_on()
    match fault:
        case Fault.HANGING | Fault.REPLY_LOST | Fault.REPLY_LOST_ONCE:
            raise ReadTimeoutError(endpoint_url=request.url)
        case Fault.CLOSED:
            raise ConnectionClosedError(endpoint_url=request.url)
        case Fault.CRASH_BEFORE | Fault.CRASH_AFTER:
            raise Crash
        case Fault.TWICE:
            go_on()
            return answer
        case _:
            return _refused(call, request, *_refusal(fault, call, request))


_DONE_FIRST = (Fault.REPLY_LOST, Fault.REPLY_LOST_ONCE, Fault.CRASH_AFTER, Fault.TWICE)


def _refusal(fault: Fault, call: Call, request: AWSPreparedRequest) -> tuple[int, str, dict[str, Any]]:
    """Return status, code and whatever else a refusal says."""
    match fault:
        case Fault.THROTTLED:
            return _THROTTLED.get(call.service, (400, "ThrottlingException", {}))
        case Fault.SERVER_ERROR:
            return 500, "InternalServerError", {}
        case _ if call.operation != "TransactWriteItems":
            return 400, "TransactionConflictException", {}
    code = "ThrottlingError" if fault is Fault.TRANSACTION_THROTTLED else "TransactionConflict"
    writes = json.loads(request.body)["TransactItems"]
    reasons = [{"Code": code, "Message": "made up"}, *({"Code": "None"} for _ in writes[1:])]
    return 400, "TransactionCanceledException", {"CancellationReasons": reasons}


_THROTTLED: dict[str, tuple[int, str, dict[str, Any]]] = {
    "dynamodb": (400, "ProvisionedThroughputExceededException", {}),
    "sqs": (403, "RequestThrottled", {}),
    "s3": (503, "SlowDown", {}),
}


def _refused(call: Call, request: AWSPreparedRequest, status: int, code: str, more: dict[str, Any]) -> AWSResponse:
    if call.service == "s3":
        body = f"<Error><Code>{code}</Code><Message>made up</Message></Error>"
    else:
        body = json.dumps({"__type": f"com.amazonaws.{call.service}#{code}", "message": "made up", **more})
    return AWSResponse(request.url, status, {}, MockRawResponse(body))


@contextmanager
def striking() -> Iterator[Striker]:
    """Stand between the SDK and moto. Nobody sleeps between repeats."""
    striker, reached, sleep = Striker(), BotocoreStubber.__call__, time.sleep

    def met(self: BotocoreStubber, event_name: str, request: AWSPreparedRequest, **more: object) -> AWSResponse | None:
        def go_on() -> AWSResponse:
            answer = reached(self, event_name, request, **more)
            assert answer is not None
            return answer

        return striker.meet(event_name, request, go_on)

    BotocoreStubber.__call__ = met  # type: ignore[method-assign]
    time.sleep = striker.wait  # type: ignore[assignment]
    try:
        yield striker
    finally:
        BotocoreStubber.__call__ = reached  # type: ignore[method-assign]
        time.sleep = sleep
