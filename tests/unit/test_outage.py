import json
import traceback
from pathlib import Path

import botocore.exceptions as sdk
import pytest
from botocore.parsers import ResponseParserError

from chalicelib.errors import Conflict, Unavailable
from chalicelib.outage import WrongCallError, cause, failure, outage
from tests.lost import cancelled, refusal

AT = {"endpoint_url": "https://dynamodb.example"}

OUTAGES = [
    sdk.ConnectTimeoutError(**AT),
    sdk.ReadTimeoutError(**AT),
    sdk.EndpointConnectionError(**AT),
    sdk.ConnectionClosedError(**AT),
    sdk.SSLError(**AT, error="bad"),
    sdk.ProxyConnectionError(**AT, proxy_url="https://proxy.example"),
    sdk.IncompleteReadError(actual_bytes=1, expected_bytes=2),
    sdk.HTTPClientError(error="broken", request=None, response=None),
    sdk.NoCredentialsError(),
    sdk.CredentialRetrievalError(provider="container", error_msg="down"),
    ResponseParserError("not XML"),
    KeyError("SecretString"),
    AttributeError("'list' object has no attribute 'get'"),
    TimeoutError("socket"),
    refusal("AccessDeniedException"),
    refusal("ThrottlingException"),
    cancelled("None", "ThrottlingError"),
]


@pytest.mark.parametrize("error", OUTAGES, ids=lambda error: type(error).__name__)
def test_whatever_keeps_an_answer_from_us_is_an_outage(error: Exception) -> None:
    with pytest.raises(Unavailable) as raised, outage("kms"):
        raise error
    assert raised.value.dependency == "kms"
    assert cause(raised.value).startswith(type(error).__name__)


WRONG = [
    refusal("ValidationException"),
    refusal("SerializationException"),
    cancelled("None", "ValidationError"),
    cancelled("ItemCollectionSizeLimitExceeded", "TransactionConflict"),
    sdk.ParamValidationError(report="Invalid type for parameter Item.name, value: Vera van der Gever"),
]


@pytest.mark.parametrize("error", WRONG, ids=str)
def test_what_aws_would_always_refuse_is_a_bug_and_is_told_without_what_was_sent(error: Exception) -> None:
    with pytest.raises(WrongCallError) as raised, outage("dynamodb"):
        raise error
    assert "Gever" not in "".join(traceback.format_exception(raised.value))


def test_an_answer_of_the_domain_passes() -> None:
    with pytest.raises(Conflict), outage("dynamodb"):
        raise Conflict("first")


def test_a_cause_is_told_by_kind_and_code() -> None:
    with pytest.raises(Unavailable) as raised, outage("sqs"):
        raise refusal("AWS.SimpleQueueService.NonExistentQueue")
    assert cause(raised.value) == "ClientError AWS.SimpleQueueService.NonExistentQueue"
    assert cause(Unavailable("brp")) == ""


def test_only_refused_conditions_answer_a_question() -> None:
    assert failure(cancelled("None", "ConditionalCheckFailed")).refused
    assert failure(refusal("ConditionalCheckFailedException")).refused
    for reasons in [("ConditionalCheckFailed", "TransactionConflict"), ("None", "None"), ("ThrottlingError",)]:
        assert not failure(cancelled(*reasons)).refused
    assert not failure(refusal("TransactionCanceledException")).refused


def test_a_throttled_transaction_as_aws_tells_it_is_no_answer() -> None:
    told = json.loads((Path(__file__).parent / "throttled_transaction.json").read_text(encoding="utf-8"))
    failed = failure(sdk.ClientError(told, "TransactWriteItems"))
    assert failed.passing
    assert not failed.refused
