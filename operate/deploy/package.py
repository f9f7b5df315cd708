"""Building what is deployed: the template and one archive with all libraries, the same bytes from the same sources."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from operate.deploy.gateway import with_every_method, with_pages
from provisioning.command import CannotGoOn
from provisioning.resources import read_resources

ROOT = Path(__file__).parent.parent.parent
LIMIT = 250 * 1024 * 1024
"""Bytes that Lambda allows, unpacked."""

_GLIBC = (2, 26)
"""Of Lambda's Python 3.11: wheels that need a newer one would not load there."""

_TIME = (2020, 1, 1, 0, 0, 0)
_SERVICES = {"dynamodb", "kms", "s3", "secretsmanager", "sqs"}
_LOCALES = {"root", "en", "nl"}
_BOTOCORE = re.compile(r"botocore/data/([^/]+)/")
_BABEL = re.compile(r"babel/locale-data/([^/]+)\.dat")
_MANYLINUX = re.compile(r"manylinux_(\d+)_(\d+)_x86_64|manylinux2014_x86_64|manylinux2010_x86_64|manylinux1_x86_64")


class CannotPackage(CannotGoOn):
    """Why the package cannot be built, and what to do."""


@dataclass(frozen=True, slots=True)
class Package:
    """An archive, and the template that goes with it, both on disk."""

    archive: Path
    template: Path

    @property
    def digest(self) -> str:
        """SHA-256 of the archive, in hex."""
        return hashlib.sha256(self.archive.read_bytes()).hexdigest()


def build(folder: Path, stage: str, *, libraries: bool = True) -> Package:
    """Package the application for a stage into a folder. Raises `CannotPackage`."""
    with tempfile.TemporaryDirectory() as made:
        project = Path(made)
        for name in ("chalicelib", ".chalice"):
            shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__", "deployed"))
        shutil.copy(ROOT / "app.py", project)
        (project / "requirements.txt").write_text((ROOT / "requirements.txt").read_text() if libraries else "")
        _run_chalice(project, stage)
        folder.mkdir(parents=True, exist_ok=True)
        package = Package(folder / "deployment.zip", folder / "template.json")
        _repack(project / "out" / "deployment.zip", package.archive)
        template = with_every_method(with_pages(json.loads((project / "out" / "sam.json").read_text())))
        package.template.write_text(json.dumps(template, indent=1, sort_keys=True) + "\n")
    check(package.archive)
    return package


def check(archive: Path) -> None:
    """Raise `CannotPackage` for an archive that Lambda would refuse, or could not load."""
    with zipfile.ZipFile(archive) as packed:
        size = sum(entry.file_size for entry in packed.infolist())
        wheels = {name: packed.read(name).decode() for name in packed.namelist() if name.endswith(".dist-info/WHEEL")}
    if size > LIMIT:
        raise CannotPackage(f"{size} bytes unpacked; Lambda allows {LIMIT}")
    if foreign := sorted(name.partition(".dist-info")[0] for name, wheel in wheels.items() if not loads(wheel)):
        raise CannotPackage(f"no wheel for Lambda (x86_64, glibc {'.'.join(map(str, _GLIBC))}): {', '.join(foreign)}")


def loads(wheel: str) -> bool:
    """Tell from a wheel's `WHEEL` file whether it loads in Lambda: pure Python, or manylinux that is old enough."""
    tags = [line.partition(": ")[2] for line in wheel.splitlines() if line.startswith("Tag: ")]
    if any(tag.endswith("-none-any") for tag in tags):
        return True
    found = [match for tag in tags if (match := _MANYLINUX.search(tag))]
    return any(match[1] is None or (int(match[1]), int(match[2])) <= _GLIBC for match in found)


def sizes(archive: Path) -> Mapping[str, int]:
    """Return the bytes of each dependency, unpacked, the largest first. Our own code is `chalicelib`."""
    counted: Counter[str] = Counter()
    with zipfile.ZipFile(archive) as packed:
        for entry in packed.infolist():
            counted[entry.filename.partition("/")[0].partition(".")[0].partition("-")[0]] += entry.file_size
    return dict(counted.most_common())


def size_table(archive: Path, rows: int = 12) -> Iterator[str]:
    """Yield lines that show what takes the room."""
    counted = sizes(archive)
    for name, size in list(counted.items())[:rows]:
        yield f"  {name:<24}{size / 1e6:8.1f} MB"
    rest, total = sum(list(counted.values())[rows:]), sum(counted.values())
    yield f"  {'the rest':<24}{rest / 1e6:8.1f} MB"
    packed = archive.stat().st_size
    yield f"  {'all, unpacked':<24}{total / 1e6:8.1f} MB of {LIMIT / 1e6:.0f}; packed {packed / 1e6:.1f} MB"


def _run_chalice(project: Path, stage: str) -> None:
    command = [sys.executable, "-c", "from chalice.cli import main; main()", "package", "--stage", stage]
    (project / "resources.json").write_text(json.dumps(read_resources(project / ".chalice" / "resources")))
    command += ["--merge-template", "resources.json", "out"]
    # Only wheels: what is built here from source would be another file each time, and perhaps for another system.
    settings = {"AWS_DEFAULT_REGION": "eu-west-1", "PIP_ONLY_BINARY": ":all:", "PACKAGED_BY_OPERATE": "1"}
    environment = {**os.environ, **settings}
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise CannotPackage(f"chalice package failed:\n{done.stderr.strip() or done.stdout.strip()}")


def _repack(built: Path, archive: Path) -> None:
    """Write the archive anew: in order, without times, and without what no function uses."""
    with zipfile.ZipFile(built) as source, zipfile.ZipFile(archive, "w") as target:
        for name in sorted(name for name in source.namelist() if not name.endswith("/") and _is_used(name)):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.external_attr, entry.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name), compresslevel=6)


def _is_used(name: str) -> bool:
    if service := _BOTOCORE.match(name):
        return service[1] in _SERVICES
    if locale := _BABEL.match(name):
        return locale[1] in _LOCALES
    return True
