"""A release is everything that is deployed together: both archives, and the template that names them."""

import json
from pathlib import Path

import boto3
import pytest

from local import aws
from operate.deploy.account import Account
from operate.deploy.archive import digest
from operate.deploy.package import Package
from operate.deploy.parts import PARTS
from operate.deploy.releases import NoSuchRelease, address, keep


@pytest.fixture(scope="module")
def account(cloud: None) -> Account:  # noqa: ARG001 - only set up
    # The bucket is there: moto refuses all that the policy of a new one denies, without looking at its condition.
    aws.client("s3").create_bucket(
        Bucket=f"digid-machtigen-releases-{aws.ACCOUNT}-{aws.REGION}",
        CreateBucketConfiguration={"LocationConstraint": aws.REGION},
    )
    return Account(boto3.Session(region_name=aws.REGION), aws.REGION, aws.ACCOUNT)


def _package(folder: Path, **contents: bytes) -> Package:
    """Make a package with one function in each archive; `contents` are those of an archive, by its part's place."""
    archives = {part.archive: folder / part.archive for part in PARTS}
    for number, archive in enumerate(archives.values()):
        archive.write_bytes(contents.get(f"part_{number}", b"the same"))
    functions = {
        f"Function{number}": {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": name}}
        for number, name in enumerate(archives)
    }
    template = folder / "template.json"
    template.write_text(json.dumps({"Resources": {**functions, "Table": {"Type": "AWS::DynamoDB::Table"}}}))
    return Package(archives, template)


def _kept(account: Account, release: str) -> list[dict[str, str]]:
    key = address(account, release).partition(f"/{account.releases}/")[2]
    template = json.loads(account.client("s3").get_object(Bucket=account.releases, Key=key)["Body"].read())
    return [one["Properties"]["CodeUri"] for one in template["Resources"].values() if "Properties" in one]


def test_each_function_of_a_release_takes_its_own_archive(account: Account, tmp_path: Path) -> None:
    package = _package(tmp_path, part_1=b"the vendor")
    code = _kept(account, keep(account, package))
    assert code == [
        {"Bucket": account.releases, "Key": f"packages/{digest(archive)}.zip"} for archive in package.archives.values()
    ]
    kept = [account.client("s3").get_object(**one)["Body"].read() for one in code]
    assert kept == [b"the same", b"the vendor"]


@pytest.mark.parametrize("changed", ["part_0", "part_1"])
def test_another_archive_of_either_is_another_release_and_the_one_before_stays(
    account: Account, tmp_path: Path, changed: str
) -> None:
    before = keep(account, _package(tmp_path))
    code = _kept(account, before)
    after = keep(account, _package(tmp_path, **{changed: b"another"}))
    assert after != before
    assert _kept(account, before) == code
    assert sum(one != other for one, other in zip(code, _kept(account, after), strict=True)) == 1
    assert keep(account, _package(tmp_path)) == before, "the same sources are the same release"


def test_a_release_that_is_not_kept_is_told_with_those_that_are(account: Account, tmp_path: Path) -> None:
    release = keep(account, _package(tmp_path))
    with pytest.raises(NoSuchRelease, match=rf"There is no release nothing\. Kept are, newest first: .*{release}"):
        address(account, "nothing")
