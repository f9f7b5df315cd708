"""Queues and schedules that really start the worker functions, with the events that AWS gives them."""

import threading
import traceback
from collections.abc import Callable
from typing import Any

from chalice.app import Chalice, Rate, ScheduledEventConfig, SQSEventConfig

from local.aws import client
from local.invocation import call_of

_WAIT = 1
"""Seconds that a look at a queue waits for a message: one that comes is taken at once, and rest costs little."""

_SECONDS = {Rate.MINUTES: 60, Rate.HOURS: 3600, Rate.DAYS: 86400}


def drive(application: Chalice, stop: threading.Event) -> list[threading.Thread]:
    """Start a thread for every queue and schedule that the application declares."""
    threads = []
    for source in application.event_sources:
        worker = application.handler_map[source.name]
        if isinstance(source, SQSEventConfig):
            loop: Callable[[], None] = _queue_loop(source, worker, stop)
        elif isinstance(source, ScheduledEventConfig):
            loop = _schedule_loop(source, worker, stop)
        else:
            raise NotImplementedError(f"The laptop stack cannot drive {source.name}")
        threads.append(threading.Thread(target=loop, daemon=True))
        threads[-1].start()
    return threads


def _queue_loop(source: SQSEventConfig, worker: Callable[..., Any], stop: threading.Event) -> Callable[[], None]:
    sqs = client("sqs")
    url = sqs.get_queue_url(QueueName=source.queue)["QueueUrl"]

    def loop() -> None:
        while not stop.is_set():
            received = sqs.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=source.batch_size or 1,
                AttributeNames=["SenderId"],
                WaitTimeSeconds=_WAIT,
            )
            for message in received.get("Messages", ()):
                if _run(source.name, worker, _sqs_event(message)):
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    return loop


def _schedule_loop(
    source: ScheduledEventConfig, worker: Callable[..., Any], stop: threading.Event
) -> Callable[[], None]:
    rate = source.schedule_expression
    if not isinstance(rate, Rate):
        raise NotImplementedError("The laptop stack only knows rates")
    seconds = rate.value * _SECONDS[rate.unit]

    def loop() -> None:
        while not stop.wait(seconds):
            _run(source.name, worker, _schedule_event(source.name))

    return loop


def _run(name: str, worker: Callable[..., Any], event: dict[str, Any]) -> bool:
    """Run a function; False, with its trace shown, when it fails: the message stays in the queue."""
    try:
        worker(event, call_of(name))
    except Exception:  # noqa: BLE001 - as Lambda does
        traceback.print_exc()
        return False
    return True


def _sqs_event(message: dict[str, Any]) -> dict[str, Any]:
    record = {"messageId": message["MessageId"], "receiptHandle": message["ReceiptHandle"], "body": message["Body"]}
    return {"Records": [{**record, "attributes": message.get("Attributes", {}), "eventSource": "aws:sqs"}]}


def _schedule_event(name: str) -> dict[str, Any]:
    return {
        "version": "0",
        "account": "000000000000",
        "region": "eu-west-1",
        "detail": {},
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "time": "",
        "id": name,
        "resources": [],
    }
