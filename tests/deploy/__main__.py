"""Package, deploy on the emulator, plug in the simulators, walk the journey in a browser."""

import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from botocore.exceptions import ClientError

from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.dynamo import Table
from local.letterbox.site import letterbox_site
from local.partners import register_municipality
from local.serving import serve_in_thread
from local.stack import Stack, check_ports, fetch, process
from tests.deploy.domain import Domain
from tests.deploy.emulator import ROOT, client, emulator
from tests.deploy.release import deploy, package

PORT = int(os.environ.get("PORT") or "9600")
_EMULATOR = 10
"""Offset of the emulator's port."""


def main() -> int:
    stack, started = Stack(PORT), time.monotonic()
    check_ports(stack)
    build = ROOT / "build"
    build.mkdir(exist_ok=True)

    def say(step: str) -> None:
        print(f"[{time.monotonic() - started:5.0f} s] {step}", flush=True)

    with ExitStack() as exit_stack:
        folder = Path(exit_stack.enter_context(tempfile.TemporaryDirectory()))
        say("packaging, with all libraries…")
        built = package(folder)
        say("starting the emulator, IAM enforced…")
        address = exit_stack.enter_context(emulator(PORT + _EMULATOR, build / "emulator.log"))
        say("deploying through CloudFormation…")
        outputs = deploy(built, address, base_url=stack.application, brp_url=f"{stack.brp}/haalcentraal/api/brp")
        check_that_iam_is_enforced(address)
        say("plugging in DigiD, population register, municipality and letterbox…")
        plug_in(stack, address, outputs["RestAPIId"], exit_stack)
        say("walking the life of a mandate in a browser…")
        failed = walk()
        keep_logs(address, build / "functions.log")
        say(f"{'failed' if failed else 'done'}; what the functions logged is in build/functions.log")
        return failed


def check_that_iam_is_enforced(address: str) -> None:
    """Fail unless a caller without any permission is refused: otherwise nothing here would be shown."""
    iam = client("iam", address)
    iam.create_user(UserName="stranger")
    made = iam.create_access_key(UserName="stranger")["AccessKey"]
    try:
        client("dynamodb", address, made["AccessKeyId"], made["SecretAccessKey"]).list_tables()
    except ClientError as error:
        if "AccessDenied" in error.response["Error"]["Code"]:
            return
    raise AssertionError("the emulator does not enforce IAM")


def plug_in(stack: Stack, address: str, api_id: str, exit_stack: ExitStack) -> None:
    """Start what is outside AWS, and register the parties with each other."""
    domain = serve_in_thread(Domain(f"{address}/_aws/execute-api/{api_id}/api"), PORT)
    exit_stack.callback(domain.shutdown)
    secrets = client("secretsmanager", address)
    key = secrets.get_secret_value(SecretId="digid-machtigen/brp-key")["SecretString"].split('"')[3]
    exit_stack.enter_context(process("brp", stack.brp, stack, BRP_KEY=key))
    for name, party in (("digid", stack.digid), ("provider", stack.provider)):
        exit_stack.enter_context(process(name, party, stack))
    site = letterbox_site(client("s3", address), "digid-machtigen-letters", stack.letterbox)
    exit_stack.callback(serve_in_thread(site, PORT + 3).shutdown)
    catalogue = DynamoCatalogue(Table(client("dynamodb", address), "digid-machtigen-catalogue"))
    catalogue.put_identity_provider(fetch(f"{stack.digid}/metadata"))
    register_municipality(catalogue, fetch(f"{stack.provider}/metadata"), datetime.now(UTC))
    print(fetch(f"{stack.application}/health").decode(), flush=True)


def keep_logs(address: str, path: Path) -> None:
    """Write down everything that the functions logged."""
    logs = client("logs", address)
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    lines = [
        f"{group} {event['message'].rstrip()}"
        for group in groups
        for event in logs.filter_log_events(logGroupName=group)["events"]
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def walk() -> int:
    environment = {**os.environ, "RUNNING_STACK": str(PORT)}
    command = [sys.executable, "-m", "pytest", "-q", "tests/browser/test_journey.py"]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
