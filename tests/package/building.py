"""Build the packages as they would be deployed, and check what is in them, what is not, and that it is enough."""

import copy
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from operate.deploy.archive import sizes
from operate.deploy.package import Package, build
from operate.deploy.parts import APPLICATION, PARTS, PRINT_VENDOR
from operate.deploy.releases import with_code
from operate.deploy.stages import STAGES

NEEDED = {
    APPLICATION: {
        "app.py",
        "chalicelib/web/templates/base.html",
        "chalicelib/site/templates/start.html",
        "chalicelib/saml/endpoints/templates/choose_person.html",
        "chalicelib/web/static/nl-design-system.css",
        "chalicelib/web/translations/nl/LC_MESSAGES/messages.mo",
    },
    PRINT_VENDOR: {
        "print_vendor/function.py",
        "print_vendor/templates/letter.typ",
        "chalicelib/letters/contract/letter.py",
    },
}
BELONGS = {
    APPLICATION: ("app.py", "chalice/", "chalicelib/"),
    PRINT_VENDOR: ("app.py", "chalice/", "print_vendor/", *PRINT_VENDOR.sources[1:]),
}
FUNCTIONS = {
    "APIHandler": APPLICATION,
    "CheckRequest": APPLICATION,
    "EndAtDeath": APPLICATION,
    "PrintLetter": PRINT_VENDOR,
    "SetPage": PRINT_VENDOR,
    "SweepOutbox": APPLICATION,
    "TakeLetterStatus": APPLICATION,
    "WatchHealth": APPLICATION,
    "WatchLetters": APPLICATION,
    "WatchMetadata": APPLICATION,
}
MOST = {APPLICATION: (25, 75), PRINT_VENDOR: (45, 120)}
"""Millions of bytes, zipped and unpacked."""

Names = Mapping[str, set[str]]
"""What is in each archive."""

CALLS = {
    "dynamodb": "list_tables",
    "kms": "list_keys",
    "lambda": "list_functions",
    "s3": "list_buckets",
    "secretsmanager": "list_secrets",
    "sqs": "list_queues",
}
"""Of each service that any package may call, something that needs no arguments."""

_ALONE = """
import importlib, json, sys
unpacked, handlers, calls = sys.argv[1], *map(json.loads, sys.argv[2:])
sys.path.insert(0, unpacked)
for handler in handlers:
    module, _, name = handler.rpartition(".")
    assert callable(getattr(importlib.import_module(module), name)), handler
import boto3
class Sent(BaseException): pass
def send(request, **_):
    raise Sent(request.url)
for service, call in calls.items():
    client = boto3.client(service, "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    client.meta.events.register_first("before-send", send)
    try:
        getattr(client, call)()
    except Sent as sent:
        assert service in str(sent) and "eu-west-1" in str(sent), sent
    else:
        raise AssertionError(f"{service}: nothing was sent")
if "print_vendor" in sys.modules:
    from print_vendor.rendering import not_shown
    assert not_shown("é日") == "日"
outside = [one for one in sys.modules.values() if "site-packages" in (getattr(one, "__file__", None) or "")]
assert not outside, outside
"""


@cache
def packaged(stage: str) -> tuple[Names, dict[str, Any]]:
    """Return the names in the packages of a stage, without their libraries, and its template."""
    with tempfile.TemporaryDirectory() as made:
        package = build(Path(made), stage, libraries=False)
        names = {name: set(zipfile.ZipFile(archive).namelist()) for name, archive in package.archives.items()}
        return names, json.loads(package.template.read_text())


def check() -> list[str]:
    """Return what is wrong with the packages, but for their libraries."""
    return [f"{stage}: {wrong}" for stage in STAGES for wrong in _wrong(*packaged(stage))]


def _wrong(names: Names, template: dict[str, Any]) -> list[str]:
    wrong = []
    for part in PARTS:
        there = names[part.archive]
        wrong += [f"{part.name}: missing: {name}" for name in sorted(NEEDED[part] - there)]
        outside = (name for name in sorted(there) if not name.startswith(BELONGS[part]))
        wrong += [f"{part.name}: does not belong: {name}" for name in outside]
        wrong += [f"{part.name}: compiled here: {name}" for name in sorted(there) if name.endswith(".pyc")]
    found = {name: one["CodeUri"] for name, one in functions(template).items()}
    expected = {name: part.archive for name, part in FUNCTIONS.items()}
    return wrong + ([f"functions: {found}, not {expected}"] if found != expected else [])


def functions(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the properties of each function of a template."""
    resources = template["Resources"].items()
    return {name: one["Properties"] for name, one in resources if one["Type"] == "AWS::Serverless::Function"}


def too_large(package: Package) -> list[str]:
    """Return which archives of a package with its libraries are larger than they are meant to be."""
    wrong = []
    for part, (most_zipped, most_unpacked) in MOST.items():
        archive = package.archives[part.archive]
        zipped, unpacked = archive.stat().st_size / 1e6, sum(sizes(archive).values()) / 1e6
        if zipped > most_zipped or unpacked > most_unpacked:
            wrong.append(f"{part.name}: {zipped:.1f} of {most_zipped} MB zipped, {unpacked:.1f} of {most_unpacked} MB")
    return wrong


def not_alone(package: Package, folder: Path) -> list[str]:
    """Return what each archive lacks: its functions load, and each client calls, with nothing else to import."""
    packed, wrong = functions(json.loads(package.template.read_text())).values(), []
    for part in PARTS:
        with zipfile.ZipFile(package.archives[part.archive]) as archive:
            archive.extractall(folder / part.name)
        handlers = [one["Handler"] for one in packed if one["CodeUri"] == part.archive]
        calls = {service: CALLS[service] for service in part.services}
        arguments = [str(folder / part.name), json.dumps(handlers), json.dumps(calls)]
        command = [sys.executable, "-I", "-S", "-c", _ALONE, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env={})
        wrong += [f"{part.name}: {done.stderr}"] if done.returncode else []
    return wrong


def lint(templates: Mapping[str, dict[str, Any]], folder: Path) -> list[str]:
    """Return what cfn-lint says of templates, by stage, as they are deployed: with the code in a bucket.

    All at once: to load its rules takes longest. It takes too long for `make test`; `make check` and `make
    deploy-check` do it.
    """
    paths = {stage: folder / f"{stage}.json" for stage in templates}
    for stage, template in templates.items():
        deployed = with_code(copy.deepcopy(template), "bucket", {part.archive: part.name for part in PARTS})
        paths[stage].write_text(json.dumps(deployed))
    program = str(Path(sys.executable).parent / "cfn-lint")
    command = [program, "--regions", "eu-west-1", "--", *map(str, paths.values())]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return [f"cfn-lint: {done.stdout or done.stderr}"] if done.returncode else []


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        whole = build(Path(made), "dev")
        found = [*check(), *too_large(whole), *not_alone(whole, Path(made) / "alone")]
        found += lint({stage: packaged(stage)[1] for stage in STAGES}, Path(made))
    print("\n".join(found) or "packages: complete, small enough, and nothing in them that does not belong")  # noqa: T201
    sys.exit(bool(found))
