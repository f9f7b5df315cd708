"""`python -m operate.deploy STAGE`: from this folder to running functions; a second time changes nothing.

Packages, deploys through CloudFormation, fills secrets that are empty, pins DigiD, imports the catalogue, looks whether
it answers. `--release ID` deploys an earlier release again, without packaging: that is how to roll back.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.storage.tables import CatalogueTable, LettersTable
from operate.catalogue.__main__ import main as import_catalogue
from operate.deploy.account import Account
from operate.deploy.archive import size_table
from operate.deploy.package import Package, build
from operate.deploy.printing import changes_printer, hold_for_letters
from operate.deploy.releases import address, keep
from operate.deploy.smoke import smoke
from operate.deploy.stack import Stack
from operate.deploy.stages import BadStage, Stage, read_stage
from operate.secrets.store import create_missing, has_value, read
from provisioning.command import command
from provisioning.digid import pin
from provisioning.secrets import LETTER_KEY, PAGE_KEY

_UNKNOWN = "https://not-known-yet.invalid"
"""Address of a stage without a domain, until its first deploy tells it."""


@command
def main(arguments: Sequence[str], package: Callable[[Path, str], Package] = build) -> int:
    """Return 0 when it is deployed and answers, 1 with the reason when not, 130 when the operator stopped it."""
    asked = _asked(arguments)
    stage = read_stage(asked.stage, asked.stage_file)
    account = Account.of(stage)
    try:
        release = asked.release or _packaged(account, stage, package)
        base_url = deploy(account, stage, release, leave_letters=asked.leave_letters)
        fill(account, stage)
    except KeyboardInterrupt:
        print("\nStopped. What CloudFormation began goes on by itself; deploy again when it is done.", file=sys.stderr)
        return 130
    return _look(base_url)


def deploy(account: Account, stage: Stage, release: str, *, leave_letters: bool = False) -> str:
    """Bring the stack to a release and return the public address.

    Raises `StackTrouble` or `NoSuchRelease`, and `LettersWait` unless letters are left that the next cannot print.
    """
    template = address(account, release)
    stack = Stack(account.client("cloudformation"), stage.prefix, stage.name, _say)
    before = stack.find()
    parameters = parameters_of(stage, release, before.outputs if before else {})
    if before and not leave_letters and changes_printer(before, parameters):
        _look_for_letters(account, stage, before.parameters.get("Restored", ""))
    _say(f"Deploying release {release} to {stage.prefix}, account {account.number}, {account.region}…")
    changed = stack.change(template, parameters)
    if parameters["BaseUrl"] == _UNKNOWN:
        # The address of a stage is known only once it is there, and its function has to know it too.
        found = stack.find()
        parameters = parameters_of(stage, release, found.outputs if found else {})
        stack.change(template, parameters)
    _say("Deployed." if changed else "Nothing changes.")
    _say_where_names_point(stage, stack)
    if before is not None and before.release not in ("", release):
        _say(f"To go back: make deploy STAGE={stage.name} RELEASE={before.release}")
    return parameters["BaseUrl"]


def _look_for_letters(account: Account, stage: Stage, restored: str) -> None:
    """Look where letters lie now, and where they will: another table may be deployed at once."""
    names = {f"{stage.prefix}-letters{restored}", stage.people_tables["letters"]}
    tables = [LettersTable(account.client("dynamodb"), name) for name in sorted(names)]
    hold_for_letters(tables, account.client("sqs"), f"{stage.prefix}-letters", stage.name)


def _say_where_names_point(stage: Stage, stack: Stack) -> None:
    found = stack.find()
    for parameter, output in (("DomainName", "DomainTarget"), ("BackChannelName", "BackChannelTarget")):
        if found is not None and output in found.outputs:
            _say(f"In the DNS, {stage.parameters[parameter]} has to point at {found.outputs[output]}")


def parameters_of(stage: Stage, release: str, outputs: Mapping[str, str]) -> dict[str, str]:
    """Return the template's parameters: addresses follow from the domains, or else from where the stage lies."""
    given, lies = stage.parameters, outputs.get("EndpointURL", _UNKNOWN).rstrip("/")
    base_url = f"https://{given['DomainName']}" if "DomainName" in given else lies
    back_channel = f"https://{given['BackChannelName']}" if "BackChannelName" in given else ""
    addresses = {"BaseUrl": base_url, "BackChannelUrl": back_channel or given.get("BaseUrl", base_url)}
    return {"Prefix": stage.prefix, "Release": release, **addresses, **given}


def fill(account: Account, stage: Stage) -> None:
    """Fill empty secrets, pin DigiD, import the catalogue. Raises `InvalidMessage`, or `BadStage` for the catalogue."""
    manager = account.client("secretsmanager")
    outside = stage.parameters.get("PrintVendor") == "outside"
    made = create_missing(manager, stage.prefix, (LETTER_KEY,) if outside else ())
    _say(f"Secrets made: {', '.join(made)}" if made else "Our secrets have their values.")
    if not has_value(manager, f"{stage.prefix}/brp-key"):
        _say(f"brp-key has no value yet: python -m operate.secrets {stage.name} put brp-key")
    if not has_value(manager, f"{stage.prefix}/{LETTER_KEY}"):
        _say(f"{LETTER_KEY} has no value yet: python -m operate.secrets {stage.name} put {LETTER_KEY} < their-key.json")
    elif outside and _kid(manager, stage, LETTER_KEY) == _kid(manager, stage, PAGE_KEY):
        _say(f"{LETTER_KEY} is our own function's still: put that of the vendor who prints, or they open no letter.")
    catalogue = DynamoCatalogue(CatalogueTable(account.client("dynamodb"), f"{stage.prefix}-catalogue"))
    if stage.digid is not None:
        document, roots = stage.digid.read_bytes(), stage.digid_roots.read_text() if stage.digid_roots else ""
        changed = pin(catalogue, document, datetime.now(UTC), by_artifact=stage.digid_by_artifact, roots=roots)
        _say("DigiD's metadata is pinned." if changed else "DigiD's metadata is the one that is pinned.")
    if stage.catalogue is not None:
        _say(f"Catalogue: {stage.catalogue}")
        if import_catalogue([str(stage.catalogue), "--apply"], catalogue):
            raise BadStage(f"{stage.catalogue} was not imported. Mend it, or import it by hand with --cut-off.")


def _kid(manager: Any, stage: Stage, name: str) -> str:  # noqa: ANN401 - boto3 client
    """Return which key is in a secret that holds a public one."""
    return str(read(manager, f"{stage.prefix}/{name}")["kid"])


def _packaged(account: Account, stage: Stage, package: Callable[[Path, str], Package]) -> str:
    _say("Packaging, with all libraries…")
    with tempfile.TemporaryDirectory() as made:
        built = package(Path(made), stage.name)
        for name, archive in built.archives.items():
            _say(name)
            for line in size_table(archive):
                _say(line)
        return keep(account, built)


def _look(base_url: str) -> int:
    _say(f"Looking at {base_url} …")
    failed = False
    for what, wrong in smoke(base_url):
        _say(f"  {'ok' if not wrong else 'WRONG'}  {what}{f': {wrong}' if wrong else ''}")
        failed = failed or bool(wrong)
    for name, path in (("Application", ""), ("State", "/health"), ("Metadata for providers", "/saml/metadata")):
        _say(f"  {name:<24}{base_url}{path}")
    return int(failed)


_STARTED = time.monotonic()


def _say(line: str) -> None:
    print(f"[{time.monotonic() - _STARTED:5.0f} s] {line}", flush=True)


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m operate.deploy", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("stage", metavar="STAGE")
    parser.add_argument("--stage-file", type=Path, help="instead of operate/stages/<stage>.yaml")
    parser.add_argument("--release", metavar="ID", help="deploy an earlier release again")
    parser.add_argument(
        "--leave-letters", action="store_true", help="change who prints though letters wait that the next cannot open"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
