"""What a deploy does: build the package, upload it, create the stack, fill the secrets."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from local.aws import fill_secrets
from tests.deploy.emulator import REGION, ROOT, client

STACK, BUCKET = "digid-machtigen", "artifacts"
_CREATED_WITHIN = 300.0


class DeployFailed(Exception):
    """The stack was not created; the message has the reasons that CloudFormation gives."""


def package(folder: Path) -> Path:
    """Build the template and the package with all its libraries; returns the folder that holds both."""
    project = folder / "project"
    project.mkdir(parents=True)
    for name in ("chalicelib", ".chalice"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("app.py", "requirements.txt"):
        shutil.copy(ROOT / name, project)
    command = [sys.executable, "-c", "from chalice.cli import main; main()", "package", "--stage", "dev"]
    environment = {**os.environ, "AWS_DEFAULT_REGION": REGION}
    arguments = ["--merge-template", ".chalice/resources.json", "out"]
    subprocess.run([*command, *arguments], cwd=project, check=True, env=environment, stdout=subprocess.DEVNULL)
    return project / "out"


def deploy(built: Path, address: str, *, base_url: str, brp_url: str) -> dict[str, str]:
    """Create the stack from a package and return its outputs. Raises `DeployFailed`."""
    s3, cloudformation = client("s3", address), client("cloudformation", address)
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.upload_file(str(built / "deployment.zip"), BUCKET, "deployment.zip")
    template = json.loads((built / "sam.json").read_text())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = {"Bucket": BUCKET, "Key": "deployment.zip"}
    s3.put_object(Bucket=BUCKET, Key="template.json", Body=json.dumps(template))
    cloudformation.create_stack(
        StackName=STACK,
        TemplateURL=f"{address}/{BUCKET}/template.json",
        Parameters=[
            {"ParameterKey": "BaseUrl", "ParameterValue": base_url},
            {"ParameterKey": "BackChannelUrl", "ParameterValue": base_url},
            {"ParameterKey": "BrpUrl", "ParameterValue": brp_url},
        ],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    outputs = _created(cloudformation)
    fill_secrets(client("secretsmanager", address))
    return outputs


def _created(cloudformation: Any) -> dict[str, str]:  # noqa: ANN401 - boto3 client
    deadline = time.monotonic() + _CREATED_WITHIN
    while time.monotonic() < deadline:
        (stack,) = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
        if stack["StackStatus"] == "CREATE_COMPLETE":
            return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        if not stack["StackStatus"].endswith("IN_PROGRESS"):
            events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
            reasons = [
                f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}"
                for event in events
                if "FAILED" in event["ResourceStatus"]
            ]
            raise DeployFailed("\n".join([stack["StackStatus"], *reasons]))
        time.sleep(1)
    raise DeployFailed("the stack was not created in time")
