"""Queues of the laptop start their functions as Lambda does."""

import threading
from queue import SimpleQueue
from typing import Any

from chalice.app import Chalice, SQSEvent

from local import aws
from local.events import drive


def test_each_message_is_a_call_of_the_function_with_an_id_and_time_of_its_own(cloud: None) -> None:  # noqa: ARG001
    app, stop, calls = Chalice(app_name="events-test"), threading.Event(), SimpleQueue[Any]()

    @app.on_sqs_message(queue=f"{aws.NAME}-letters", batch_size=1)
    def print_letter(event: SQSEvent) -> None:
        calls.put((event.context, [record.body for record in event]))

    sqs = aws.client("sqs")
    url = sqs.get_queue_url(QueueName=f"{aws.NAME}-letters")["QueueUrl"]
    sqs.purge_queue(QueueUrl=url)
    for body in ("one", "two"):
        sqs.send_message(QueueUrl=url, MessageBody=body)
    (thread,) = drive(app, stop)
    (first, one), (second, two) = (calls.get(timeout=10) for _ in range(2))
    stop.set()
    thread.join(5)
    assert {*one, *two} == {"one", "two"}
    assert first.function_name == second.function_name == "digid-machtigen-print_letter"
    assert first.aws_request_id != second.aws_request_id
    assert 0 < first.get_remaining_time_in_millis() <= 30_000
