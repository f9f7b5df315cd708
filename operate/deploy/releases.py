"""Releases: archives and their template under one id, kept so that an earlier one can be deployed again."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from operate.deploy.account import Account
from operate.deploy.archive import digest
from operate.deploy.package import Package
from provisioning.command import CannotGoOn


class NoSuchRelease(CannotGoOn):
    """A release that is not kept; the message names those that are."""


def keep(account: Account, package: Package) -> str:
    """Upload a package's archives and template unless they are there, and return the id of the release."""
    keys = {name: f"packages/{digest(archive)}.zip" for name, archive in package.archives.items()}
    template = with_code(json.loads(package.template.read_text()), account.releases, keys)
    text = json.dumps(template, sort_keys=True)
    release = hashlib.sha256(text.encode()).hexdigest()[:12]
    s3 = account.client("s3")
    for name, archive in package.archives.items():
        if not _is_there(s3, account.releases, keys[name]):
            s3.upload_file(str(archive), account.releases, keys[name])
    if not _is_there(s3, account.releases, _template_key(release)):
        s3.put_object(Bucket=account.releases, Key=_template_key(release), Body=text.encode())
    return release


def with_code(template: dict[str, Any], bucket: str, keys: Mapping[str, str]) -> dict[str, Any]:
    """Return a template whose functions take their code from a bucket; `keys` tells where each archive lies there."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            code = resource["Properties"]
            code["CodeUri"] = {"Bucket": bucket, "Key": keys[code["CodeUri"]]}
    return template


def address(account: Account, release: str) -> str:
    """Return where CloudFormation reads the template of a release. Raises `NoSuchRelease`."""
    s3 = account.client("s3")
    if not _is_there(s3, account.releases, _template_key(release)):
        known = s3.list_objects_v2(Bucket=account.releases, Prefix="releases/").get("Contents", [])
        newest = sorted(known, key=lambda one: one["LastModified"], reverse=True)[:10]
        named = ", ".join(one["Key"].removeprefix("releases/").removesuffix(".json") for one in newest)
        raise NoSuchRelease(f"There is no release {release}. Kept are, newest first: {named or 'none'}")
    return f"{s3.meta.endpoint_url}/{account.releases}/{_template_key(release)}"


def _template_key(release: str) -> str:
    return f"releases/{release}.json"


def _is_there(s3: Any, bucket: str, key: str) -> bool:  # noqa: ANN401 - boto3 client
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey"):
            return False
        raise
    return True
