"""Least privilege: every right of a function is used, and what it has no right to is refused (security.md 4)."""

import pytest
from botocore.exceptions import ClientError

from tests.deploy.emulator import ACCOUNT, client
from tests.deploy.probes import NotDone, works
from tests.deploy.rights import ROLES, Policy, someone_with
from tests.deploy.world import NAME, World


@pytest.mark.parametrize("function", ROLES)
def test_without_any_one_right_something_fails(function: str, world: World, on_domain: str) -> None:
    """Each statement is taken away, and each action and resource of it: what nothing notices, nothing needs."""
    policy = Policy.of(world, function)
    works(function, world, on_domain)
    unnoticed = []
    for sid, part in policy.each_right():
        with policy.without(sid, part):
            try:
                works(function, world, on_domain, sid)
            except (NotDone, AssertionError, ClientError):
                continue
            unnoticed.append((sid, part))
    assert unnoticed == []
    works(function, world, on_domain)


@pytest.mark.parametrize(
    ("function", "service", "call", "arguments"),
    [
        ("APIHandler", "sqs", "receive_message", {"QueueUrl": f"https://localhost/{ACCOUNT}/{NAME}-letters"}),
        ("APIHandler", "s3", "get_object", {"Bucket": f"{NAME}-letters-{ACCOUNT}", "Key": "letters/x.pdf"}),
        ("APIHandler", "dynamodb", "delete_item", {"TableName": f"{NAME}-audit", "Key": {}}),
        ("APIHandler", "dynamodb", "update_item", {"TableName": f"{NAME}-audit", "Key": {}}),
        ("APIHandler", "dynamodb", "put_item", {"TableName": f"{NAME}-catalogue", "Item": {}}),
        ("APIHandler", "dynamodb", "scan", {"TableName": f"{NAME}-register"}),
        ("APIHandler", "secretsmanager", "put_secret_value", {"SecretId": f"{NAME}/saml-key", "SecretString": "x"}),
        ("APIHandler", "dynamodb", "delete_table", {"TableName": f"{NAME}-register"}),
        ("PrintLetter", "dynamodb", "get_item", {"TableName": f"{NAME}-register", "Key": {}}),
        ("PrintLetter", "dynamodb", "query", {"TableName": f"{NAME}-audit"}),
        ("PrintLetter", "s3", "get_object", {"Bucket": f"{NAME}-letters-{ACCOUNT}", "Key": "letters/x.pdf"}),
        ("PrintLetter", "secretsmanager", "get_secret_value", {"SecretId": f"{NAME}/person-key"}),
        ("PrintLetter", "kms", "generate_data_key", {"KeyId": f"alias/{NAME}-fields", "KeySpec": "AES_256"}),
        ("SetPage", "dynamodb", "get_item", {"TableName": f"{NAME}-letters", "Key": {}}),
        ("SetPage", "s3", "get_object", {"Bucket": f"{NAME}-letters-{ACCOUNT}", "Key": "letters/x.pdf"}),
        ("SetPage", "sqs", "receive_message", {"QueueUrl": f"https://localhost/{ACCOUNT}/{NAME}-letters"}),
        ("SetPage", "kms", "generate_data_key", {"KeyId": f"alias/{NAME}-fields", "KeySpec": "AES_256"}),
        ("SweepOutbox", "dynamodb", "get_item", {"TableName": f"{NAME}-register", "Key": {}}),
        ("SweepOutbox", "kms", "decrypt", {"CiphertextBlob": b"x", "KeyId": f"alias/{NAME}-fields"}),
        ("SweepOutbox", "secretsmanager", "get_secret_value", {"SecretId": f"{NAME}/saml-key"}),
        ("WatchLetters", "dynamodb", "update_item", {"TableName": f"{NAME}-letters", "Key": {}}),
        ("WatchLetters", "secretsmanager", "get_secret_value", {"SecretId": f"{NAME}/print-vendor-keys"}),
        ("WatchLetters", "dynamodb", "query", {"TableName": f"{NAME}-register"}),
        ("WatchLetters", "kms", "decrypt", {"CiphertextBlob": b"x", "KeyId": f"alias/{NAME}-fields"}),
        ("WatchMetadata", "dynamodb", "query", {"TableName": f"{NAME}-register"}),
        ("WatchMetadata", "secretsmanager", "get_secret_value", {"SecretId": f"{NAME}/saml-key"}),
        ("WatchHealth", "dynamodb", "get_item", {"TableName": f"{NAME}-catalogue", "Key": {}}),
        ("WatchHealth", "secretsmanager", "get_secret_value", {"SecretId": f"{NAME}/saml-key"}),
    ],
)
def test_what_a_function_has_no_right_to_is_refused(
    world: World,
    on_domain: str,  # noqa: ARG001 - only set up
    function: str,
    service: str,
    call: str,
    arguments: dict[str, object],
) -> None:
    complete = {**arguments, **({"Key": {"pk": {"S": "x"}, "sk": {"S": "x"}}} if arguments.get("Key") == {} else {})}
    if call == "query":
        complete |= {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": "x"}}}
    if call == "put_item":
        complete["Item"] = {"pk": {"S": "x"}, "sk": {"S": "x"}}
    with someone_with(Policy.of(world, function)) as credentials, pytest.raises(ClientError, match="AccessDenied"):
        getattr(client(service, **credentials), call)(**complete)


def test_nobody_may_delete_or_change_what_happened(world: World, on_domain: str) -> None:  # noqa: ARG001
    trail = f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/{NAME}-audit"
    for function in ROLES:
        policy = Policy.of(world, function)
        for action in ("DeleteItem", "UpdateItem", "DeleteTable", "BatchWriteItem"):
            assert not policy.allows(f"dynamodb:{action}", trail), (function, action)


def test_administrators_cannot_open_personal_fields(world: World, on_domain: str) -> None:  # noqa: ARG001
    """The key's own policy names the three functions that may: being allowed everything in IAM is not enough."""
    iam = client("iam")
    iam.create_user(UserName="administrator")
    everything = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    iam.put_user_policy(UserName="administrator", PolicyName="everything", PolicyDocument=everything)
    key = iam.create_access_key(UserName="administrator")["AccessKey"]
    kms = client("kms", key["AccessKeyId"], key["SecretAccessKey"])
    assert kms.describe_key(KeyId=f"alias/{NAME}-fields")
    with pytest.raises(ClientError, match="AccessDenied"):
        kms.generate_data_key(KeyId=f"alias/{NAME}-fields", KeySpec="AES_256")
