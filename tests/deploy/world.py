"""The emulated account, the parties around it, and what an operator does there."""

import contextlib
import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Any

import urllib3
import yaml

from local import identities
from local.letterbox.paper import InBucket
from local.letterbox.site import letterbox_site
from local.serving import serve_in_thread
from local.stack import Stack, fetch, process
from operate.deploy import __main__ as deploying
from operate.deploy.package import ROOT, Package, build
from operate.secrets import __main__ as secrets
from tests.deploy.domain import HOST, FrontDoor
from tests.deploy.emulator import ACCOUNT, REGION, client, until_started
from tests.saml.provider import ENTITY_ID, FakeProvider

_METHODS = {"get", "head", "post", "put", "patch", "delete", "options"}
NOT_EMULATED = {"FirewallAssociation", "SignInAnomaly"}
"""Resources that the emulator does not know: a firewall's association, and an alarm on an expression."""

_AT_ONCE = ("sqs:SendMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility")

NAME, BRP_KEY = "digid-machtigen-dev", "key of the emulator"


@dataclass
class World:
    """Addresses, files, and the account's root as an operator would be."""

    stack: Stack
    folder: Path
    emulator: str
    package: Package
    exit_stack: ExitStack
    letters: set[str] = field(default_factory=set)
    """Letters that were read."""
    said: list[str] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    """Codes, cookies and messages of everyone who went through: none of them may be found in a log."""

    def open(self) -> None:
        """Open the front door, and start what is outside AWS."""
        door = FrontDoor(self.emulator, str(self.folder / "tls.pem"), lambda: self.outputs()["RestAPIId"])
        self.exit_stack.callback(serve_in_thread(door, self.stack.port).shutdown)
        self.exit_stack.enter_context(process("brp", self.stack.brp, self.stack.application, BRP_KEY=BRP_KEY))
        self.exit_stack.enter_context(process("digid", self.stack.digid, f"{self.stack.application}/api"))
        site = letterbox_site(InBucket(client("s3"), f"{NAME}-letters-{ACCOUNT}"), self.stack.letterbox)
        self.exit_stack.callback(serve_in_thread(site, self.stack.port + 3).shutdown)

    def tell_digid(self, address: str) -> None:
        """Let DigiD load our metadata, as its people do by hand when our address or keys change."""
        known = fetch(f"{address}/saml/digid/metadata")
        told = urllib3.request("POST", f"{self.stack.digid}/copy", body=known, timeout=30)
        assert told.status == 200, told.data

    def open_municipality(self) -> None:
        self.exit_stack.enter_context(process("provider", self.stack.provider, self.stack.application))

    def stage_file(
        self, *, prefix: bool = False, municipality: bool = False, name: str = "dev", **changes: object
    ) -> Path:
        """Write what an operator writes: the stage behind its prefix, or on a domain; with DigiD and a catalogue."""
        base_url = f"{self.stack.application}/api" if prefix else self.stack.application
        certificate = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/1"
        domain = {} if prefix else {"DomainName": HOST, "DomainCertificate": certificate}
        parameters = {
            "BrpUrl": f"{self.stack.brp}/haalcentraal/api/brp",
            "BaseUrl": base_url,
            "LetterLimits": "99,99,99,99",
            "CanaryAddress": "DigiD Machtigen, beheer|Lindelaan 1|1234 AB  Voorbeeld",
            "AskerLimits": "99,99",
            "CombiconnectEntityId": identities.COMBICONNECT,
            "DigidEntityId": identities.DIGID,
            "MachtigenEntityId": identities.MACHTIGEN,
            **domain,
        }
        (self.folder / "digid.xml").write_bytes(fetch(f"{self.stack.digid}/metadata"))
        (self.folder / "root.pem").write_bytes(fetch(f"{self.stack.digid}/root.pem"))
        (self.folder / "ominous.xml").write_bytes(FakeProvider().metadata())
        rows = yaml.safe_load((Path(__file__).parent / "catalogue.yaml").read_text())
        if municipality:
            (self.folder / "municipality.xml").write_bytes(fetch(f"{self.stack.provider}/metadata"))
        else:
            rows["organisations"] = rows["organisations"][:1]
        text = yaml.safe_dump(rows).replace("<municipality>", f"{self.stack.provider}/metadata")
        (self.folder / "catalogue.yaml").write_text(text.replace("<ominous>", ENTITY_ID))
        file = self.folder / f"{name}.yaml"
        given = {
            "region": REGION,
            "catalogue": "catalogue.yaml",
            "digid": {"metadata": "digid.xml", "roots": "root.pem"},
        }
        file.write_text(yaml.safe_dump({**given, "parameters": parameters, **changes}))
        return file

    def deploy(self, file: Path, *more: str, stage: str = "dev") -> tuple[int, str]:
        """Do what `make deploy` does; return its exit status and what it said."""
        return self.run(deploying.main, [stage, "--stage-file", str(file), *more], self.as_emulated)

    def deploy_with(self, package: Callable[[Path, str], Package], file: Path, stage: str = "dev") -> tuple[int, str]:
        """Deploy another package than ours."""
        return self.run(deploying.main, [stage, "--stage-file", str(file)], package)

    def tell_brp_key(self, file: Path) -> None:
        """Do what the deploy says: give the key of the population register."""
        with patched_input(BRP_KEY):
            status, said = self.run(secrets.main, ["dev", "--stage-file", str(file), "put", "brp-key"])
        assert status == 0, said

    def run(self, command: Callable[..., int], arguments: Sequence[str], *more: object) -> tuple[int, str]:
        """Run an operator's command; return its exit status and what it said."""
        told = io.StringIO()
        with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
            status = command(arguments, *more)
        self.said.append(told.getvalue())
        return status, told.getvalue()

    def as_emulated(self, folder: Path, stage: str) -> Package:
        """Package once for all deploys, and leave out what the emulator does not know."""
        template = json.loads(build(folder, stage, libraries=False).template.read_text())
        for name in NOT_EMULATED:
            del template["Resources"][name]
        # It reads these from properties and resources only, AWS from the API's description.
        gateway = template["Resources"]["RestAPI"]["Properties"]
        gateway["BinaryMediaTypes"] = gateway["DefinitionBody"]["x-amazon-apigateway-binary-media-types"]
        template["Resources"].update(_pages(gateway["GatewayResponses"]))
        # It does not import what stands for every other method, but has it by their names.
        for methods in gateway["DefinitionBody"]["paths"].values():
            methods.update(dict.fromkeys(_METHODS - methods.keys(), methods["x-amazon-apigateway-any-method"]))
        # It wants a right of its own for several messages at once; to AWS that is the right for one.
        for policy in template["Resources"]["PrintVendorRole"]["Properties"]["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                statement["Action"] += [f"{action}Batch" for action in statement["Action"] if action in _AT_ONCE]
        made = Package(self.package.archives, folder / "emulated.json")
        made.template.write_text(json.dumps(template, sort_keys=True))
        return made

    def show_pages(self) -> None:
        """Deploy the stage of the API anew: the emulator makes the gateway's pages later than the stage, AWS before."""
        client("apigateway").create_deployment(restApiId=self.outputs()["RestAPIId"], stageName="api")

    def outputs(self, name: str = NAME) -> dict[str, str]:
        (stack,) = client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}

    def physical(self, logical: str) -> str:
        """Return the name that CloudFormation gave to a resource."""
        found = client("cloudformation").describe_stack_resource(StackName=NAME, LogicalResourceId=logical)
        return str(found["StackResourceDetail"]["PhysicalResourceId"])

    def invoke(self, function: str, event: object) -> dict[str, Any]:
        """Start a function as AWS does; returns its answer. Fails the test when the function fails."""
        functions, name, payload = client("lambda"), self.physical(function), json.dumps(event).encode()

        def call() -> tuple[dict[str, Any], str]:
            answer = functions.invoke(FunctionName=name, Payload=payload)
            return answer, answer["Payload"].read().decode()

        answer, told = until_started(call, itemgetter(1))
        assert "FunctionError" not in answer, f"{function}: {told}"
        return dict(json.loads(told) or {})

    def start_afresh(self, function: str) -> None:
        """Let the next call of a function start a new process: what is configured anew, though the same, starts so."""
        functions, name = client("lambda"), self.physical(function)
        timeout = functions.get_function_configuration(FunctionName=name)["Timeout"]
        functions.update_function_configuration(FunctionName=name, Timeout=timeout)

    def logged(self) -> str:
        """Return everything that CloudWatch received: logs of functions and gateway, events, metrics."""
        logs = client("logs")
        groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
        lines = [
            f"{group} {event['message'].rstrip()}"
            for group in groups
            for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group)
            for event in page["events"]
        ]
        return "\n".join(lines)

    def lines(self) -> list[dict[str, Any]]:
        """Return the structured lines of the functions' log."""
        found = (line.partition(" ")[2] for line in self.logged().splitlines())
        return [json.loads(line) for line in found if line.startswith("{")]


def _pages(responses: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return API Gateway's own pages as resources. The emulator fills no variable of a stage in."""
    return {
        f"Page{number}": {
            "Type": "AWS::ApiGateway::GatewayResponse",
            "Properties": {
                **response,
                "RestApiId": {"Ref": "RestAPI"},
                "ResponseType": kind,
                "ResponseTemplates": {
                    accepted: {"Fn::Sub": text.replace("$stageVariables.BaseUrl", "${BaseUrl}")}
                    for accepted, text in response["ResponseTemplates"].items()
                },
                "ResponseParameters": {
                    f"gatewayresponse.header.{name}": value
                    for name, value in response["ResponseParameters"]["Headers"].items()
                },
            },
        }
        for number, (kind, response) in enumerate(responses.items())
    }


@contextlib.contextmanager
def patched_input(text: str) -> Iterator[None]:
    """Type something at a command's standard input."""
    kept, sys.stdin = sys.stdin, io.StringIO(text)
    try:
        yield
    finally:
        sys.stdin = kept


def schedule(name: str) -> dict[str, Any]:
    """Return the event with which a schedule starts a function."""
    return {
        "version": "0",
        "id": name,
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": "2026-11-24T12:00:00Z",
        "region": REGION,
        "resources": [],
        "detail": {},
    }


def eventually(check: Callable[[], object], within: float = 20.0) -> None:
    """Try until something holds; the last failure counts."""
    deadline = time.monotonic() + within
    while True:
        try:
            assert check()
        except (AssertionError, KeyError, IndexError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)
        else:
            return


def port() -> int:
    return int(os.environ.get("PORT") or "9600")


def built(folder: Path) -> Package:
    (ROOT / "build").mkdir(exist_ok=True)
    return build(folder, "dev")
