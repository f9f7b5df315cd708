"""Secrets in Secrets Manager."""

import json
from collections.abc import Collection
from typing import Any

from botocore.exceptions import ClientError

from provisioning.keys import public_part
from provisioning.secrets import MADE_HERE, PUBLIC_KEYS, VENDOR_KEYS, fresh_secrets

_FIRST = "first-value-made-by-operate-deploy"
"""Name of the version that a first value is. Secrets Manager takes one of a name, and refuses a second that differs."""


def create_missing(manager: Any, prefix: str, given: Collection[str] = ()) -> list[str]:  # noqa: ANN401 - boto3 client
    """Fill each secret of ours that has no value yet, and return their names. What has one is never touched.

    What is `given` by somebody else is left empty.
    """
    empty = [name for name in MADE_HERE if name not in given and not has_value(manager, f"{prefix}/{name}")]
    fresh = fresh_secrets() if empty else {}
    made = []
    for name in empty:
        if name in PUBLIC_KEYS:
            # Of the private one that lies there: another deploy may have made it a moment before.
            fresh[name] = public_part(read(manager, f"{prefix}/{VENDOR_KEYS}")["keys"][-1])
        if _fill(manager, f"{prefix}/{name}", fresh[name]):
            made.append(name)
    return made


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
