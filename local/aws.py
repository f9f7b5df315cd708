"""AWS in this process (moto), with the resources of `.chalice/resources`: what is tested is what is deployed."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any

import boto3
from moto import mock_aws

from local import dynamodb
from local.short_way import short_way
from local.shortcuts import shortened
from local.template import Template
from provisioning.secrets import fresh_secrets

REGION, ACCOUNT, NAME = "eu-west-1", "123456789012", "digid-machtigen"
"""Region and account that moto plays; the name of the stack, with which every other name begins."""

BUCKET = f"{NAME}-letters-{ACCOUNT}"

Resource = Mapping[str, Any]


@contextmanager
def in_process() -> Iterator[None]:
    """Run with AWS in this process, resources and secrets made. Nothing is left behind."""
    fake = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": REGION}
    os.environ.update(fake)
    with mock_aws(), dynamodb.mended(), short_way(), shortened():
        create_resources()
        fill_secrets(client("secretsmanager"))
        yield


class Session(boto3.Session):  # type: ignore[misc]
    """Makes each client once: vendors come and go in this process, and a client costs more than a letter."""

    def __init__(self) -> None:
        super().__init__(region_name=REGION)
        self._made: dict[str, Any] = {}
        self._making = Lock()

    def client(self, service_name: str, *about: Any, **more: Any) -> Any:  # noqa: ANN401 - boto3 clients have no public type
        with self._making:
            if service_name not in self._made:
                self._made[service_name] = super().client(service_name, *about, **more)
            return self._made[service_name]


@cache
def session() -> Session:
    return Session()


@cache
def client(service: str) -> Any:  # noqa: ANN401 - boto3 clients have no public type
    return boto3.client(service, region_name=REGION)


def create_resources() -> None:
    """Create what the laptop needs of the template, in the order in which things refer to each other."""
    template = Template(
        {"AWS::AccountId": ACCOUNT, "AWS::Region": REGION, "AWS::Partition": "aws", "AWS::StackName": NAME}
    )
    for kind, create in _CREATORS.items():
        for name, resource in template.resources.items():
            if resource["Type"] == kind:
                template.made[name] = create(template.resolved(resource["Properties"]))
    wanted = {name for name, one in template.resources.items() if one["Type"] not in _ELSEWHERE}
    if missing := sorted(wanted - set(template.made)):
        raise NotImplementedError(f"The laptop stack cannot create: {', '.join(missing)}")


def _key(properties: Resource) -> dict[str, str]:
    made = client("kms").create_key(Description=properties["Description"], Policy=json.dumps(properties["KeyPolicy"]))
    return {"Ref": made["KeyMetadata"]["KeyId"], "Arn": made["KeyMetadata"]["Arn"]}


def _alias(properties: Resource) -> dict[str, str]:
    client("kms").create_alias(**properties)
    return {"Ref": properties["AliasName"]}


def table_arguments(properties: Resource) -> dict[str, Any]:
    """Return the arguments of CreateTable for a table of the template: some switches are calls of their own."""
    later = ("TimeToLiveSpecification", "PointInTimeRecoverySpecification")
    wanted = {name: value for name, value in properties.items() if name not in later}
    # CloudFormation and the API have different names for the same switch.
    encryption = {
        "Enabled" if name == "SSEEnabled" else name: value for name, value in wanted["SSESpecification"].items()
    }
    return {**wanted, "SSESpecification": encryption}


def _table(properties: Resource) -> dict[str, str]:
    tables = client("dynamodb")
    table = tables.create_table(**table_arguments(properties))
    tables.update_time_to_live(
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
    return {"Ref": url, "Arn": arn, "QueueName": properties["QueueName"]}


def _queue_policy(properties: Resource) -> dict[str, str]:
    for url in properties["Queues"]:
        policy = json.dumps(properties["PolicyDocument"])
        client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return {}


def _bucket(properties: Resource) -> dict[str, str]:
    name = properties["BucketName"]
    client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return {"Ref": name, "Arn": f"arn:aws:s3:::{name}"}


def _secret(properties: Resource) -> dict[str, str]:
    made = client("secretsmanager").create_secret(**properties)
    return {"Ref": made["ARN"]}


_CREATORS = {
    "AWS::KMS::Key": _key,
    "AWS::KMS::Alias": _alias,
    "AWS::DynamoDB::Table": _table,
    "AWS::SQS::Queue": _queue,
    "AWS::SQS::QueuePolicy": _queue_policy,
    "AWS::S3::Bucket": _bucket,
    "AWS::SecretsManager::Secret": _secret,
}

_ELSEWHERE = {
    "AWS::ApiGateway::Account",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::IAM::Role",
    "AWS::Logs::LogGroup",
    # moto refuses everything that a policy denies, without looking at the condition: that TLS is missing.
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Topic",
    "AWS::WAFv2::WebACL",
    "AWS::WAFv2::WebACLAssociation",
}
"""What a laptop has no use for."""


def fill_secrets(secrets_manager: Any) -> None:  # noqa: ANN401 - boto3 client
    """Put fresh key material in every secret."""
    for name, value in fresh_secrets().items():
        secrets_manager.put_secret_value(SecretId=f"{NAME}/{name}", SecretString=json.dumps(value))
