"""Secrets in Secrets Manager."""

import json
from typing import Any

from botocore.exceptions import ClientError

from provisioning.secrets import MADE_HERE, fresh_secrets

_FIRST = "first-value-made-by-operate-deploy"
"""Name of the version that a first value is. Secrets Manager takes one of a name, and refuses a second that differs."""


def create_missing(manager: Any, prefix: str) -> list[str]:  # noqa: ANN401 - boto3 client
    """Fill each secret of ours that has no value yet, and return their names. What has one is never touched."""
    empty = [name for name in MADE_HERE if not has_value(manager, f"{prefix}/{name}")]
    fresh = fresh_secrets() if empty else {}
    return [name for name in empty if _fill(manager, f"{prefix}/{name}", fresh[name])]


def _fill(manager: Any, secret_id: str, value: dict[str, Any]) -> bool:  # noqa: ANN401
    """Give a secret its first value; False when another deploy did so a moment before."""
    try:
        manager.put_secret_value(SecretId=secret_id, SecretString=json.dumps(value), ClientRequestToken=_FIRST)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceExistsException":
            return False
        raise
    return True


def has_value(manager: Any, secret_id: str) -> bool:  # noqa: ANN401
    try:
        return bool(manager.get_secret_value(SecretId=secret_id)["SecretString"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return False
        raise


def read(manager: Any, secret_id: str) -> dict[str, Any]:  # noqa: ANN401
    value: dict[str, Any] = json.loads(manager.get_secret_value(SecretId=secret_id)["SecretString"])
    return value


def write(manager: Any, secret_id: str, value: dict[str, Any]) -> None:  # noqa: ANN401
    manager.put_secret_value(SecretId=secret_id, SecretString=json.dumps(value))
