"""The account that credentials open: clients, and the bucket in which releases are kept."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    InvalidRegionError,
    NoCredentialsError,
)
from botocore.exceptions import ConnectionError as NoConnection

from operate.deploy.stages import Stage
from provisioning.command import NO_CREDENTIALS, CannotGoOn


class NotThere(CannotGoOn):
    """Why nothing can be done in this account, and what to do."""


@dataclass
class Account:
    """Clients for one region of one account."""

    session: Any
    region: str
    number: str

    @classmethod
    def of(cls, stage: Stage) -> "Account":
        """Return the account that the credentials open. Raises `NotThere` if there are none, or they open another."""
        try:
            session = boto3.Session(region_name=stage.region)
            number = str(session.client("sts").get_caller_identity()["Account"])
        except NoCredentialsError:
            raise NotThere(NO_CREDENTIALS) from None
        except ClientError as error:
            raise NotThere(
                f"The credentials are not accepted ({error.response['Error']['Code']}). Sign in anew."
            ) from None
        except (NoConnection, HTTPClientError, InvalidRegionError) as error:
            raise NotThere(f"AWS does not answer in the region {stage.region!r}: {error}") from None
        except BotoCoreError as error:
            raise NotThere(
                f"The credentials cannot be used: {error}. Look at AWS_PROFILE; with single sign-on: aws sso login."
            ) from None
        if stage.account not in (None, number):
            raise NotThere(f"The credentials open account {number}, but {stage.name} belongs in {stage.account}.")
        return cls(session, stage.region, number)

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 clients have no public type
        return self.session.client(service)

    @cached_property
    def releases(self) -> str:
        """Name of the bucket with packages and templates; it is made when it is missing."""
        name, s3 = f"digid-machtigen-releases-{self.number}-{self.region}", self.client("s3")
        try:
            s3.head_bucket(Bucket=name)
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
                raise NotThere(f"The bucket {name} cannot be used: {error.response['Error']['Code']}") from None
            _create_bucket(s3, name, self.region)
        return name


def _create_bucket(s3: Any, name: str, region: str) -> None:  # noqa: ANN401
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
    blocked = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=blocked)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    statement = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
