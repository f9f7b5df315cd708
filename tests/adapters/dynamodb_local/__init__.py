"""AWS's own DynamoDB, on loopback and in memory: the reference for what DynamoDB really does."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from local import aws
from local.template import Template

_FOLDER = Path(__file__).parent / "node_modules" / "amplify-dynamodb-simulator" / "emulator"
_ON_LOOPBACK = Path(__file__).parent / "OnLoopback.java"
_STARTS_WITHIN = 120.0


@cache
def missing() -> str:
    """Say what is not there and how to get it; nothing when all is."""
    if shutil.which("javac") is None:
        return (
            "DynamoDB Local needs a JDK, 17 or newer (apt-get install openjdk-17-jdk-headless, brew install openjdk@17)"
        )
    if not _FOLDER.exists():
        return "DynamoDB Local is not installed: it needs npm (apt-get install npm, brew install node), then make test"
    return ""


@contextmanager
def running() -> Iterator[Any]:
    """Start it with the tables of the template, and yield a client."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        "java",
        "-Xmx256m",
        # It lives for seconds: what compiles well would take longer than it saves.
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-Djava.library.path=DynamoDBLocal_lib",
        "-cp",
        "DynamoDBLocal.jar:DynamoDBLocal_lib/*",
    ]
    command += [str(_ON_LOOPBACK), "-inMemory", "-disableTelemetry", "-port", str(port)]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=_FOLDER, stdout=quiet, stderr=quiet)
    try:
        client = boto3.client(
            "dynamodb",
            endpoint_url=f"http://127.0.0.1:{port}",
            region_name=aws.REGION,
            aws_access_key_id="local",
            aws_secret_access_key="local",
            config=Config(retries={"total_max_attempts": 1}, max_pool_connections=32),
        )
        _wait(client)
        create_tables(client)
        yield client
    finally:
        process.terminate()
        process.wait(timeout=20)


def create_tables(client: Any) -> None:
    template = Template({"AWS::AccountId": aws.ACCOUNT})
    template.made["StoreKey"] = {"Ref": "key"}
    for resource in template.resources.values():
        if resource["Type"] == "AWS::DynamoDB::Table":
            client.create_table(**aws.table_arguments(template.resolved(resource["Properties"])))


def _wait(client: Any) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN
    while True:
        try:
            client.list_tables()
        except BotoCoreError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
