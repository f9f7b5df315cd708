"""The laptop's queues over HTTP, for a print vendor in a process of its own: SQS's own protocol (AWS JSON 1.0).

What may be done there is what the vendor's role may do on a stage: take from the queue of letters, send to the other.
"""

import json
import re
from typing import Any

from botocore.exceptions import ClientError
from werkzeug.wrappers import Request, Response

from local.serving import Site

TAKES = {"ReceiveMessage", "DeleteMessage", "DeleteMessageBatch", "ChangeMessageVisibility", "GetQueueAttributes"}
SENDS = {"SendMessage", "SendMessageBatch", "GetQueueAttributes"}

_LONGEST = 2
"""Seconds of a long poll: whoever waits in this process keeps others from it."""


def queue_door(sqs: Any, letters: str, statuses: str) -> Site:  # noqa: ANN401 - boto3 client
    """Make the door to two queues, named by their URLs in this process."""
    site, allowed = Site(), {_name(letters): (letters, TAKES), _name(statuses): (statuses, SENDS)}

    @site.route("/<path:_>", "POST")
    @site.route("/", "POST")
    def ask(request: Request, _: str = "") -> Response:
        """Answer at the address of a queue too, as SQS does: some SDKs ask there."""
        action = request.headers.get("x-amz-target", "").removeprefix("AmazonSQS.")
        if not action:
            return _refused("com.amazonaws.sqs#UnsupportedOperation", 400, "Here is spoken AWS JSON 1.0 only")
        asked = json.loads(request.get_data())
        url, actions = allowed.get(_name(str(asked.get("QueueUrl", ""))), ("", set[str]()))
        if not url:
            return _refused("com.amazonaws.sqs#QueueDoesNotExist", 400)
        if action not in actions:
            return _refused("com.amazonaws.sqs#AccessDeniedException", 403)
        if "WaitTimeSeconds" in asked:
            asked["WaitTimeSeconds"] = min(asked["WaitTimeSeconds"], _LONGEST)
        try:
            answer = getattr(sqs, _method(action))(**{**asked, "QueueUrl": url})
        except ClientError as error:
            return _refused(f"com.amazonaws.sqs#{error.response['Error']['Code']}", 400)
        told = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
        return Response(json.dumps(told), content_type="application/x-amz-json-1.0")

    return site


def _name(url: str) -> str:
    return url.rpartition("/")[2]


def _method(action: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", action).lower()


def _refused(code: str, status: int, why: str = "") -> Response:
    told = {"__type": code, "message": why or code.rpartition("#")[2]}
    return Response(json.dumps(told), status=status, content_type="application/x-amz-json-1.0")
