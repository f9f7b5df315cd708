"""The short way from the SDK to moto: what only matters on a network is left out, half of what a call costs here.

Requests are made, and answers read, as for the real AWS. But moto does not look at DynamoDB's signatures, nobody asks
which SDK this is, and an address of DynamoDB's need not be looked for among those of all services.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

from botocore.awsrequest import AWSPreparedRequest, AWSRequest
from botocore.signers import RequestSigner
from botocore.useragent import UserAgentString
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.common_types import TYPE_RESPONSE
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.utils import get_service_model
from moto.dynamodb.responses import DynamoHandler
from moto.iam.models import get_account_id_from
from moto.utilities.utils import get_partition

_DYNAMODB = "https://dynamodb."

_Process = Callable[[BotocoreStubber, AWSPreparedRequest], TYPE_RESPONSE | None]


@contextmanager
def short_way() -> Iterator[None]:
    """Shorten the way of every client that is made meanwhile."""
    with (
        patch.object(RequestSigner, "handler", _unsigned(RequestSigner.handler)),
        patch.object(UserAgentString, "to_string", lambda _: "local"),
        patch.object(BotocoreStubber, "process_request", _straight_to_dynamodb(BotocoreStubber.process_request)),
    ):
        yield


def _unsigned(sign: Callable[..., None]) -> Callable[..., None]:
    def signed(self: RequestSigner, *, request: AWSRequest, **more: object) -> None:
        # DynamoDB Local has an address of its own, and does look.
        if not request.url.startswith(_DYNAMODB):
            sign(self, request=request, **more)

    return signed


def _straight_to_dynamodb(process: _Process) -> _Process:
    def processed(stubber: BotocoreStubber, request: AWSPreparedRequest) -> TYPE_RESPONSE | None:
        if not request.url.startswith(_DYNAMODB):
            return process(stubber, request)
        status, headers, body = _handler(request).call_action()
        return status, headers, body

    return processed


def _handler(request: AWSPreparedRequest) -> DynamoHandler:
    """Return what moto makes of a request to DynamoDB: its region, its account and what it asks."""
    handler = DynamoHandler()
    text = {name: value.decode() if isinstance(value, bytes) else value for name, value in request.headers.items()}
    handler.headers, handler.response_headers = text, {"server": "amazon.com"}
    handler.querystring, handler.uri_match, handler.method = {}, {}, request.method
    handler.region = request.url.split(".")[1]
    handler.partition = get_partition(handler.region)
    handler.access_key = "AKIAEXAMPLE"
    handler.current_account = os.environ.get("MOTO_ACCOUNT_ID") or get_account_id_from(handler.access_key)
    model = get_service_model("dynamodb").operation_model(handler._get_action())
    parser = PROTOCOL_PARSERS["json"](model, map_type=handler.PROTOCOL_PARSER_MAP_TYPE)
    asked = {"method": request.method, "values": {}, "headers": text, "body": request.body}
    handler.params = parser.parse({**asked, "url_path": "/", "url_params": {}})  # type: ignore[typeddict-item]
    return handler
