"""Building what is deployed: an archive of each part with its libraries, and one template for them all.

Chalice packages each part as an application of its own; the same sources give the same bytes.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from operate.deploy.archive import CannotPackage, check, repack
from operate.deploy.gateway import with_every_method, with_pages
from operate.deploy.parts import PARTS, Part
from provisioning.resources import read_resources

ROOT = Path(__file__).parent.parent.parent
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "deployed", "requirements.txt")


@dataclass(frozen=True, slots=True)
class Package:
    """Archives, by what `CodeUri` says in the template that goes with them, all on disk."""

    archives: Mapping[str, Path]
    template: Path


def build(folder: Path, stage: str, *, libraries: bool = True) -> Package:
    """Package everything for a stage into a folder. Raises `CannotPackage`."""
    folder.mkdir(parents=True, exist_ok=True)
    package = Package({part.archive: folder / part.archive for part in PARTS}, folder / "template.json")
    templates = []
    for part in PARTS:
        with tempfile.TemporaryDirectory() as made:
            project = Path(made)
            _lay_out(part, project, libraries=libraries)
            _run_chalice(project, stage)
            repack(project / "out" / "deployment.zip", package.archives[part.archive], part.services)
            templates.append(_coming_from(part, json.loads((project / "out" / "sam.json").read_text())))
        check(package.archives[part.archive])
    template = with_every_method(with_pages(_one_of(templates)))
    package.template.write_text(json.dumps(template, indent=1, sort_keys=True) + "\n")
    return package


def _lay_out(part: Part, project: Path, *, libraries: bool) -> None:
    """Copy a part into a folder as Chalice wants it: what is neither `app.py` nor `chalicelib` stands in `vendor`."""
    shutil.copytree(ROOT / ".chalice", project / ".chalice", ignore=_LEFT_OUT)
    shutil.copy(ROOT / part.app, project / "app.py")
    for name in part.sources:
        source, target = ROOT / name, project / ("" if name.startswith("chalicelib") else "vendor") / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=_LEFT_OUT)
        else:
            shutil.copy(source, target)
    (project / "requirements.txt").write_text((ROOT / part.requirements).read_text() if libraries else "")


def _run_chalice(project: Path, stage: str) -> None:
    command = [sys.executable, "-c", "from chalice.cli import main; main()", "package", "--stage", stage]
    (project / "resources.json").write_text(json.dumps(read_resources(project / ".chalice" / "resources")))
    command += ["--merge-template", "resources.json", "out"]
    # Only wheels: what is built here from source would be another file each time, and perhaps for another system.
    settings = {"AWS_DEFAULT_REGION": "eu-west-1", "PIP_ONLY_BINARY": ":all:", "PACKAGED_BY_OPERATE": "1"}
    # Chalice imports what it packages: what Python compiled for that tells when, and would be other bytes each time.
    environment = {**os.environ, **settings, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise CannotPackage(f"chalice package failed:\n{done.stderr.strip() or done.stdout.strip()}")


def _coming_from(part: Part, template: dict[str, Any]) -> dict[str, Any]:
    """Return a part's template, whose functions take their code from its archive."""
    for resource in template["Resources"].values():
        if resource.get("Type") == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = part.archive
    return template


def _one_of(templates: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one template for all parts. What has no type in a part's template is another part's function."""
    resources = {name: one for template in templates for name, one in template["Resources"].items() if "Type" in one}
    return {**templates[0], "Resources": resources}
