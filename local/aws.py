"""AWS in this process (moto), with the resources of `.chalice/resources.json`: what is tested is what is deployed."""

import base64
import json
import os
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from moto import mock_aws
from moto.dynamodb.responses import DynamoHandler

from local.keys import KeyPair, new_key_pair

REGION = "eu-west-1"
TEMPLATE = Path(__file__).parent.parent / ".chalice" / "resources.json"

Resource = Mapping[str, Any]


@contextmanager
def in_process() -> Iterator[None]:
    """Run with AWS in this process, resources and secrets made. Nothing is left behind."""
    fake = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": REGION}
    os.environ.update(fake)
    with mock_aws(), _one_dynamodb_call_at_a_time():
        create_resources(json.loads(TEMPLATE.read_text())["Resources"])
        fill_secrets(client("secretsmanager"))
        yield


@contextmanager
def _one_dynamodb_call_at_a_time() -> Iterator[None]:
    """Make conditional writes atomic between threads, as DynamoDB's are and moto's are not (security.md section 5)."""
    lock = threading.RLock()
    unlocked = DynamoHandler.call_action

    def locked(self: DynamoHandler) -> Any:  # noqa: ANN401 - moto's own type
        with lock:
            return unlocked(self)

    DynamoHandler.call_action = locked  # type: ignore[method-assign]
    try:
        yield
    finally:
        DynamoHandler.call_action = unlocked  # type: ignore[method-assign]


@cache
def client(service: str) -> Any:  # noqa: ANN401 - boto3 clients have no public type
    return boto3.client(service, region_name=REGION)


def create_resources(resources: Mapping[str, Resource]) -> None:
    """Create what the laptop needs of a CloudFormation template, in the order in which things refer to each other."""
    # What has a condition is for a real account: the laptop has its own listener for client certificates.
    wanted = {name: one for name, one in resources.items() if "Condition" not in one}
    made: dict[str, dict[str, str]] = {}
    for kind, create in _CREATORS.items():
        for name, resource in wanted.items():
            if resource["Type"] == kind and name not in made:
                made[name] = create(_resolve(resource["Properties"], made))
    if missing := sorted(set(wanted) - set(made)):
        raise NotImplementedError(f"The laptop stack cannot create: {', '.join(missing)}")


def _resolve(value: Any, made: Mapping[str, Mapping[str, str]]) -> Any:  # noqa: ANN401 - any JSON
    match value:
        case {"Ref": name}:
            return made[name]["Ref"]
        case {"Fn::GetAtt": [name, attribute]}:
            return made[name][attribute]
        case {"Fn::Sub": str(text)}:
            return text
        case dict():
            return {name: _resolve(inner, made) for name, inner in value.items()}
        case list():
            return [_resolve(inner, made) for inner in value]
        case _:
            return value


def _key(properties: Resource) -> dict[str, str]:
    made = client("kms").create_key(Description=properties["Description"])["KeyMetadata"]
    return {"Ref": made["KeyId"], "Arn": made["Arn"]}


def _alias(properties: Resource) -> dict[str, str]:
    client("kms").create_alias(**properties)
    return {"Ref": properties["AliasName"]}


def _table(properties: Resource) -> dict[str, str]:
    later = ("TimeToLiveSpecification", "PointInTimeRecoverySpecification")
    dynamodb = client("dynamodb")
    wanted = {name: value for name, value in properties.items() if name not in later}
    if "SSESpecification" in wanted:
        # CloudFormation and the API have different names for the same switch.
        wanted["SSESpecification"] = {
            "Enabled" if name == "SSEEnabled" else name: value for name, value in wanted["SSESpecification"].items()
        }
    table = dynamodb.create_table(**wanted)
    dynamodb.update_time_to_live(
        TableName=properties["TableName"], TimeToLiveSpecification=properties["TimeToLiveSpecification"]
    )
    return {"Ref": properties["TableName"], "Arn": table["TableDescription"]["TableArn"]}


def _queue(properties: Resource) -> dict[str, str]:
    sqs = client("sqs")
    attributes = {
        name: json.dumps(value) if isinstance(value, dict) else str(value)
        for name, value in properties.items()
        if name != "QueueName"
    }
    url = sqs.create_queue(QueueName=properties["QueueName"], Attributes=attributes)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return {"Ref": url, "Arn": arn}


def _bucket(properties: Resource) -> dict[str, str]:
    client("s3").create_bucket(
        Bucket=properties["BucketName"], CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    return {"Ref": properties["BucketName"]}


def _secret(properties: Resource) -> dict[str, str]:
    made = client("secretsmanager").create_secret(**properties)
    return {"Ref": made["ARN"]}


_CREATORS = {
    "AWS::KMS::Key": _key,
    "AWS::KMS::Alias": _alias,
    "AWS::DynamoDB::Table": _table,
    "AWS::SQS::Queue": _queue,
    "AWS::S3::Bucket": _bucket,
    "AWS::SecretsManager::Secret": _secret,
}


def dated_key(key_pair: KeyPair, active_from: datetime) -> dict[str, str]:
    """Return a row of the secret `saml-key` or `saml-encryption-key`."""
    return {"key": key_pair.key, "certificate": key_pair.certificate, "active_from": active_from.isoformat()}


def fill_secrets(secrets_manager: Any) -> None:  # noqa: ANN401 - boto3 client
    """Put fresh key material in every secret."""
    for name, value in fresh_secrets().items():
        secrets_manager.put_secret_value(SecretId=f"digid-machtigen/{name}", SecretString=json.dumps(value))


def fresh_secrets() -> dict[str, dict[str, Any]]:
    """Return new key material for every secret by name, in the shape that `wiring.py` reads."""
    pairs = ("saml-key", "saml-digid-key", "saml-machtigen-key", "saml-encryption-key")
    since = datetime.now(UTC) - timedelta(hours=1)
    return {
        "person-key": {"key": base64.b64encode(secrets.token_bytes(32)).decode()},
        "code-peppers": {"current": "1", "keys": {"1": base64.b64encode(secrets.token_bytes(32)).decode()}},
        **{name: {"keys": [dated_key(new_key_pair("DigiD Machtigen (laptop)"), since)]} for name in pairs},
        "brp-key": {"key": secrets.token_urlsafe(24)},
    }
